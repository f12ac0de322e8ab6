"""What came of the call: rated, not reached, or sent back to be done again (回访结果)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.terms import SATISFACTION, Channel, Resolved
from hotline.queries import callbacks as callback_queries
from hotline.queries.tickets import ticket_for
from hotline.services import callbacks
from hotline.services.callbacks import Verdict
from hotline.web.access import now, staff
from hotline.web.callback import callback
from hotline.web.callback.routes import Draft, ticket_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from hotline.models import Ticket

    Answer = Response | str | tuple[str, int]


def act(ticket_no: str, deed: str, do: Callable[[Ticket], str]) -> Answer:
    """Do one deed and go on to the next call; wrong input brings the page back."""
    ticket = ticket_for(staff(), ticket_no=ticket_no)
    try:
        said = do(ticket)
    except Invalid as error:
        values = request.form.to_dict()
        return ticket_page(ticket_no, Draft(deed, values, error.errors)), 422
    flash(f"{ticket_no} {said}", "success")
    return redirect(url_for(".desk"), 303)


@callback.post("/tickets/<ticket_no>/rating")
def rate(ticket_no: str) -> Answer:
    """接通: log the call, then take the citizen's grade by phone; a bad one opens a redo."""

    def do(ticket: Ticket) -> str:
        verdict = _verdict()
        if callback_queries.current(ticket.id) is not None:
            callbacks.record_attempt(ticket.id, staff(), reached=True, at=now())
        callbacks.rate(ticket.id, verdict, staff(), at=now())
        words = f"{SATISFACTION[verdict.satisfaction]}，{verdict.resolved.label}"
        return f"已记录：{words}" + ("，已按规则转重办或督办" if verdict.is_bad else "")

    return act(ticket_no, "rating", do)


def _verdict() -> Verdict:
    """Read grade and result from the form; raises Invalid that names each missing one."""
    grade, resolved = request.form.get("satisfaction", ""), request.form.get("resolved", "")
    wrong: dict[str, str] = {}
    if grade not in {str(number) for number in SATISFACTION}:
        wrong["satisfaction"] = "请选择市民给出的满意度"
    if resolved not in set(Resolved):
        wrong["resolved"] = "请选择问题是否解决"
    if wrong:
        first = next(iter(wrong))
        raise Invalid(first, wrong.pop(first), **wrong)
    return Verdict(
        satisfaction=int(grade),
        resolved=Resolved(resolved),
        comment=request.form.get("comment", ""),
        channel=Channel.PHONE,
    )


@callback.post("/tickets/<ticket_no>/unreached")
def unreached(ticket_no: str) -> Answer:
    """未接通: the third closes the ticket as not reached, which is never "satisfied"."""

    def do(ticket: Ticket) -> str:
        note = request.form.get("note", "")
        callbacks.record_attempt(ticket.id, staff(), reached=False, note=note, at=now())
        row = callback_queries.current(ticket.id)
        if row is None:
            return "三次未接通，已按“回访未联系上”办结"
        return f"已记录第 {row.attempts} 次未接通，请换一个时段再拨"

    return act(ticket_no, "unreached", do)


@callback.post("/tickets/<ticket_no>/redo")
def redo(ticket_no: str) -> Answer:
    """重办 by the same unit, with the reason the citizen gave."""

    def do(ticket: Ticket) -> str:
        reason = request.form.get("reason", "").strip()
        if not reason:
            raise Invalid("reason", "请写明要求重办的理由")
        callbacks.redo(ticket.id, staff(), reason=reason, at=now())
        return "已退回原单位重办"

    return act(ticket_no, "redo", do)
