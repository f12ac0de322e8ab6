"""Motions as they lie before the deciders: found, held, closed, each with its clock (申请案卷)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import PAUSED_AS, REVIEWED_BY, Motion, MotionState, MotionStep, decide
from hotline.domain.terms import Clock
from hotline.models import MotionRow
from hotline.queries import office
from hotline.services import _move, rulings
from hotline.services.motions.plea import spoken
from hotline.services.timing import clocks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Ticket

WORKING = (Stage.DISPATCHED, Stage.HANDLING)


def take(motion_id: int) -> tuple[MotionRow, Ticket]:
    """Hold a motion and its ticket for a decision; raises NotFound, or Conflict when decided.

    The ticket is held first, as everywhere: of two people who decide at once the second waits
    here and then reads who was faster.
    """
    ticket_id = db.session.scalar(select(MotionRow.ticket_id).where(MotionRow.id == motion_id))
    if ticket_id is None:
        raise NotFound("没有这份申请")
    ticket = _move.ticket_by_id(ticket_id)
    lock = {"of": MotionRow}  # PostgreSQL locks no row of an outer join, so not the units
    row = db.session.get_one(MotionRow, motion_id, with_for_update=lock, populate_existing=True)
    decide(MotionState(row.state), MotionState.GRANTED, decider(row))
    return row, ticket


def decider(row: MotionRow) -> str:
    """Who decided a motion and when, in words."""
    if row.decided_at is None:
        return ""
    return f"{row.decided_by}，{spoken(row.decided_at)}"


def open_of(ticket: Ticket, kind: Motion | None = None) -> Sequence[MotionRow]:
    """The open motions of a ticket, of one kind if asked."""
    db.session.flush()
    query = select(MotionRow).where(
        MotionRow.ticket_id == ticket.id, MotionRow.state == MotionState.OPEN
    )
    if kind is not None:
        query = query.where(MotionRow.kind == kind)
    return db.session.scalars(query.order_by(MotionRow.id)).all()


def decided_of(ticket: Ticket, kind: Motion) -> Sequence[MotionRow]:
    """Motions of a kind that were granted or refused; what was withdrawn does not count."""
    db.session.flush()
    query = select(MotionRow).where(
        MotionRow.ticket_id == ticket.id,
        MotionRow.kind == kind,
        MotionRow.state.in_((MotionState.GRANTED, MotionState.REFUSED)),
    )
    return db.session.scalars(query.order_by(MotionRow.id)).all()


def start_review(row: MotionRow, ticket: Ticket, actor: Actor, *, at: datetime) -> None:
    """Start the clock of whoever decides; the others stand still where the policy says so."""
    state = PAUSED_AS.get(row.kind)
    if state is not None:
        clocks.pause(ticket, state, at=at, actor=actor, reason=f"{row.kind.label}申请审核中")
    if row.kind is Motion.RETURN and rulings.is_disputed(ticket):
        return  # it is ruled on, which has a clock of its own
    clocks.start(ticket, REVIEWED_BY[row.kind], at=at, turn=row.id)


def close(
    row: MotionRow, ticket: Ticket, to: MotionState, actor: Actor, note: str | None, *, at: datetime
) -> None:
    """Answer a motion: the review clock stops, and clocks that waited for the answer run on."""
    row.state = decide(MotionState(row.state), to, decider(row))
    row.decided_at, row.decided_by, row.decision = at, actor.name, note
    if row.step is MotionStep.UNIT and to is not MotionState.WITHDRAWN:
        row.unit_decided_at, row.unit_decided_by, row.unit_decision = at, actor.name, note
    clocks.stop(ticket, (REVIEWED_BY[row.kind],), at=at, turn=row.id)
    if row.kind is Motion.RETURN and ticket.stage in WORKING:
        rulings.end(ticket, at=at)
    still_waits = any(_stops_clocks(other) for other in open_of(ticket))
    if row.kind in PAUSED_AS and ticket.stage in WORKING and not still_waits:
        promise_anew(ticket, at=at)


def _stops_clocks(row: MotionRow) -> bool:
    """Whether the policy of the day a motion was filed let the clocks stand still for it."""
    return PAUSED_AS.get(row.kind) in office.profile(row.filed_at).pauses


def promise_anew(ticket: Ticket, *, at: datetime) -> None:
    """Let what stood still run on; the promise is the due moment of the handle clock."""
    for clock in clocks.go_on(ticket, at=at):
        if clock.clock is Clock.HANDLE and clock.round == ticket.round:
            ticket.promised_at, ticket.is_provisional = clock.due_at, clock.is_provisional


def withdraw_all(ticket: Ticket, why: str, *, at: datetime, actor: Actor = SYSTEM) -> None:
    """Take back what was asked while the matter took another turn; nobody decides it any more."""
    for row in open_of(ticket):
        if row.kind is Motion.APPEAL:
            continue
        close(row, ticket, MotionState.WITHDRAWN, actor, why, at=at)
        record(ticket, Event.MOTION_WITHDRAWN, row, actor, reason=why, at=at)


def record(
    ticket: Ticket,
    event: Event,
    row: MotionRow,
    actor: Actor,
    *,
    reason: str | None,
    at: datetime,
    **more: object,
) -> None:
    """Write what happened to a motion into the timeline."""
    said = {
        "motion": row.kind.value,
        "motion_id": row.id,
        "code": row.reason_code,
        "days": row.working_days,
        "at_step": row.step.value,
        "unit_id": row.department_id,
    }
    _move.record(ticket, event, actor, at=at, reason=reason, payload={**said, **more})
