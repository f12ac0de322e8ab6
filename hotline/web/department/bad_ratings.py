"""差评核实与整改: what citizens were unhappy with, to be verified and put right by the unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template

import sla
from hotline.queries import office, units
from hotline.web.access import now
from hotline.web.department import department
from hotline.web.department.deeds import act
from hotline.web.department.routes import desk_tabs, own_unit
from hotline.web.looks import day
from hotline.web.tickets.bad_ratings import take_mending, take_verification
from hotline.web.tickets.motions import rating_row

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.web.department.deeds import Answer


@department.get("/ratings")
def ratings() -> str:
    """List the bad ratings of the unit that wait, the earliest due first."""
    at, unit_id = now(), own_unit()
    return render_template(
        "department/ratings.html",
        tabs=desk_tabs("ratings"),
        rows=[_row(found, at) for found in units.bad_ratings(unit_id)],
    )


def _row(found: units.BadRating, at: datetime) -> dict[str, Any]:
    rating, ticket, clock = found.rating, found.ticket, found.clock
    return {
        **rating_row(rating, may_review=True),
        "ticket_no": ticket.ticket_no,
        "title": ticket.title,
        "what": clock.clock.label,
        "lamp": str(sla.lamp(at, yellow_at=clock.yellow_at, due=clock.due_at)),
        "due_text": day(clock.due_at),
        "remaining": sla.remaining(office.calendar(), at, clock.due_at),
    }


@department.post("/tickets/<ticket_no>/ratings/<int:rating_id>/verification")
def verify_rating(ticket_no: str, rating_id: int) -> Answer:
    """差评核实."""
    return act(
        ticket_no, "verify", lambda ticket: take_verification(ticket, rating_id), "已登记核实结论"
    )


@department.post("/tickets/<ticket_no>/ratings/<int:rating_id>/mending")
def mend_rating(ticket_no: str, rating_id: int) -> Answer:
    """差评整改."""
    return act(ticket_no, "mend", lambda ticket: take_mending(ticket, rating_id), "已登记整改")
