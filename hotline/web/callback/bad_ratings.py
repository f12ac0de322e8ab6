"""差评核实 by the callback desk: it has the citizen on the telephone (回访核实)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.web.callback import callback
from hotline.web.callback.calls import act
from hotline.web.tickets.bad_ratings import take_mending, take_verification

if TYPE_CHECKING:
    from hotline.models import Ticket
    from hotline.web.callback.calls import Answer


@callback.post("/tickets/<ticket_no>/ratings/<int:rating_id>/verification")
def verify_rating(ticket_no: str, rating_id: int) -> Answer:
    """差评核实."""

    def do(ticket: Ticket) -> str:
        take_verification(ticket, rating_id)
        return "已登记核实结论"

    return act(ticket_no, "verify", do)


@callback.post("/tickets/<ticket_no>/ratings/<int:rating_id>/mending")
def mend_rating(ticket_no: str, rating_id: int) -> Answer:
    """差评整改, where no unit answered."""

    def do(ticket: Ticket) -> str:
        take_mending(ticket, rating_id)
        return "已登记整改"

    return act(ticket_no, "mend", do)
