"""考核申诉: a unit asks that a closed ticket is not held against it (domain.md 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.domain.errors import NotAllowed
from hotline.domain.events import Event
from hotline.domain.motions import APPEAL_WITHIN, Motion, MotionState
from hotline.domain.terms import Mark
from hotline.services.motions import docket, returns
from hotline.services.motions.plea import Opening, filled, spoken

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import MotionRow, Ticket
    from hotline.services.motions.plea import Plea


def opening(ticket: Ticket, *, at: datetime) -> Opening:
    """Within 30 days of closing, while the ticket is still assessed."""
    closed = ticket.closed_at
    if closed is None:
        return Opening(kind=Motion.APPEAL, refusal=NotAllowed("工单办结后才能提出考核申诉"))
    until = closed + APPEAL_WITHIN
    refusal = None
    if Mark.EXCLUDED.value in ticket.marks:
        refusal = NotAllowed("该工单已不纳入考核，无须申诉")
    elif at > until:
        refusal = NotAllowed(
            f"考核申诉须在办结后 {APPEAL_WITHIN.days} 天内提出，最晚为 {spoken(until)}，现已超过"
        )
    words = f"须在 {spoken(until)} 前提出，由热线管理机构审批；通过后不纳入考核"
    return Opening(kind=Motion.APPEAL, refusal=refusal, until=until, words=words)


def prepare(row: MotionRow, ticket: Ticket, plea: Plea, *, at: datetime) -> None:
    """Evidence; new evidence after a refusal. Raises Invalid naming the field."""
    del plea, at
    filled("evidence", row.evidence or "", "请写明申诉的依据和佐证")
    before = docket.decided_of(ticket, Motion.APPEAL)
    returns.must_be_new(row, before)
    row.ordinal = len(before) + 1


def granted(row: MotionRow, ticket: Ticket, actor: Actor, note: str | None, at: datetime) -> None:
    """Leave the ticket out of the assessment; the mark is seen wherever it is listed."""
    docket.close(row, ticket, MotionState.GRANTED, actor, note, at=at)
    if Mark.EXCLUDED.value not in ticket.marks:
        ticket.marks = [*ticket.marks, Mark.EXCLUDED.value]
    words = note or row.reason
    docket.record(ticket, Event.APPEAL_GRANTED, row, actor, reason=words, at=at)
