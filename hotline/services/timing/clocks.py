"""Deadlines as rows: start, stop, pause, extend (计时); each inside its caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

import sla
from hotline.db import db
from hotline.domain.identity import SYSTEM
from hotline.domain.terms import Clock, Mark
from hotline.domain.timing import OUTLIVING, PAUSABLE, ChangeKind
from hotline.models import Deadline, DeadlineChange, Milestone
from hotline.queries import judging, office
from hotline.services.timing import plans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hotline.db import NewRow
    from hotline.domain.identity import Actor
    from hotline.domain.rules import Rules
    from hotline.models import Ticket


def promise(facts: plans.Facts, at: datetime) -> sla.Due:
    """Say until when a demand filed now would be answered, before anything is stored."""
    rules, on = office.rules(), plans.today(at)
    given = plans.judge(rules, Clock.HANDLE, facts, on=on)
    calendar = judging.calendar_of(rules, Clock.HANDLE, facts.area_code, facts.unit_code)
    return sla.due_at(calendar, at, given.limit)


def start(
    ticket: Ticket, clock: Clock, *, at: datetime, turn: int = 0, limit: sla.Limit | None = None
) -> Deadline:
    """Start one clock; one that was started already is left alone.

    Policy, first due time, every planned milestone and the versions of the rules are kept with
    the row, so an old ticket shows what it was judged by. ``limit``: instead of the policy's own,
    where other terms cut it short (挂账的最长时间).
    """
    known = _found(ticket, clock, turn)
    if known is None:
        known = Deadline(**_planned(ticket, clock, turn, at, limit))
        db.session.add(known)
    return known


def first_row(ticket: Ticket, *, at: datetime) -> NewRow:
    """The dispatch clock of a ticket that is being written, to be written with it."""
    return Deadline, _planned(ticket, Clock.DISPATCH, 0, at)


def _found(ticket: Ticket, clock: Clock, turn: int) -> Deadline | None:
    return db.session.scalar(
        select(Deadline).where(
            Deadline.ticket_id == ticket.id,
            Deadline.clock == clock,
            Deadline.round == ticket.round,
            Deadline.turn == turn,
        )
    )


def _planned(
    ticket: Ticket, clock: Clock, turn: int, at: datetime, limit: sla.Limit | None = None
) -> dict[str, Any]:
    rules, facts, on = office.rules(), plans.facts_of(ticket), plans.today(at)
    given = plans.judge(rules, clock, facts, on=on)
    if limit is not None:
        given = replace(given, limit=limit)
    plan = plans.plan(rules, clock, facts, given, start=at, on=on)
    return {
        "ticket_id": ticket.id,
        "clock": clock,
        "round": ticket.round,
        "turn": turn,
        "started_at": at,
        "counted_at": at,
        "department_id": ticket.lead_department_id,
        "first_due_at": plan.course.first.at,
        **given.columns(),
        **plan.moments(),
    }


def stop(ticket: Ticket, clocks: Iterable[Clock], *, at: datetime, turn: int | None = None) -> None:
    """Stop the named clocks of a ticket; what has not fired will not fire any more.

    A clock stopped while it stands still is due later by that time first: nobody was late then.
    """
    db.session.flush()
    query = update(Deadline).where(
        Deadline.ticket_id == ticket.id,
        Deadline.clock.in_(list(clocks)),
        Deadline.stopped_at.is_(None),
    )
    if turn is not None:
        query = query.where(Deadline.turn == turn)
    stopped = query.values(stopped_at=at, next_at=None).returning(Deadline.id, Deadline.paused_at)
    stood = [row_id for row_id, paused_at in db.session.execute(stopped) if paused_at is not None]
    for row_id in stood:
        _end_pause(db.session.get_one(Deadline, row_id, populate_existing=True), ticket, at)


def stop_all(ticket: Ticket, *, at: datetime) -> None:
    """Stop every clock when the ticket ends, but those that outlive it (差评核实、整改、申诉)."""
    stop(ticket, [clock for clock in Clock if clock not in OUTLIVING], at=at)


def running(ticket: Ticket, clocks: Iterable[Clock] = tuple(Clock)) -> Sequence[Deadline]:
    """The clocks of a ticket that run or stand paused, as the database has them now."""
    db.session.flush()
    query = select(Deadline).where(
        Deadline.ticket_id == ticket.id,
        Deadline.clock.in_(list(clocks)),
        Deadline.stopped_at.is_(None),
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def newest(ticket: Ticket, clock: Clock) -> Deadline | None:
    """Find the last clock of a kind in this round, as the database has it now."""
    db.session.flush()
    return db.session.scalar(
        select(Deadline)
        .where(
            Deadline.ticket_id == ticket.id,
            Deadline.clock == clock,
            Deadline.round == ticket.round,
        )
        .order_by(Deadline.turn.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def pause(
    ticket: Ticket, state: str, *, at: datetime, actor: Actor = SYSTEM, reason: str
) -> list[Deadline]:
    """Let the clocks of the work stand still where the policy says so (补充材料、挂账).

    ``state``: supplementing, hung, return_review or extension_review. Gives the paused clocks.
    """
    if state not in office.profile(at).pauses:
        return []
    stood = [row for row in running(ticket, PAUSABLE) if row.paused_at is None]
    for row in stood:
        row.paused_at, row.next_at = at, None
        _change(row, ChangeKind.PAUSE, actor, at, reason).since = at
    return stood


def go_on(ticket: Ticket, *, at: datetime) -> list[Deadline]:
    """Let the paused clocks run on: each is due later by exactly the working time it stood still.

    A server clock that was set back meanwhile counts as no pause at all.
    """
    went_on = [row for row in running(ticket) if row.paused_at is not None]
    for row in went_on:
        _end_pause(row, ticket, at)
    return went_on


def _end_pause(row: Deadline, ticket: Ticket, at: datetime) -> None:
    for change in changes_of(row):
        if change.kind is ChangeKind.PAUSE and change.until is None and change.since:
            change.until = max(at, change.since)
            row.paused_at = None
            recount(row, ticket, at=at)
            change.due_after = row.due_at


def extend(
    row: Deadline,
    ticket: Ticket,
    limit: sla.Limit,
    *,
    at: datetime,
    actor: Actor,
    reason: str,
    motion_id: int,
) -> DeadlineChange:
    """Add a granted extension, counted from the due moment that holds; warnings come anew."""
    change = _change(row, ChangeKind.EXTENSION, actor, at, reason)
    change.amount, change.unit, change.motion_id = limit.amount, str(limit.unit), motion_id
    db.session.flush()
    recount(row, ticket, at=at)
    change.due_after = row.due_at
    cool_down(ticket, row, at)
    return change


def recount(row: Deadline, ticket: Ticket, *, at: datetime) -> None:
    """Count a clock anew from its start with all that happened to it; its limit stays."""
    changes = changes_of(row)
    plan = plans.plan(
        _rules_of(row, changes),
        row.clock,
        plans.facts_of(ticket, row),
        plans.judged(row),
        start=row.started_at,
        on=plans.today(at),
        changes=judging.replayed(changes),
    )
    write(row, plan.moments(fired(row), since=judging.extended_at(changes)), at=at)


def _rules_of(row: Deadline, changes: Sequence[DeadlineChange]) -> Rules:
    """The rules in force; those before, where a recount under new ones was held back.

    Else the next pause or extension would move the due moment from where it was refused.
    """
    recounts = [change for change in changes if change.kind is ChangeKind.RECOUNT]
    if recounts and recounts[-1].is_held:
        return office.rules_of(row.calendar_version, row.hours_version)
    return office.rules()


def write(row: Deadline, columns: dict[str, Any], *, at: datetime) -> None:
    """Write counted columns into a clock; one that stands still fires nothing."""
    row.counted_at = at
    for name, value in columns.items():
        setattr(row, name, value)
    if row.paused_at is not None or row.stopped_at is not None:
        row.next_at = None


def cool_down(ticket: Ticket, row: Deadline, at: datetime) -> None:
    """Take yellow and red cards off a ticket whose due moment moved on; the timeline keeps them."""
    if row.clock is not Clock.HANDLE or at >= row.yellow_at:
        return
    cards = {Mark.YELLOW.value, Mark.RED.value}
    if cards & set(ticket.marks):
        ticket.marks = [mark for mark in ticket.marks if mark not in cards]


def resume(ticket: Ticket, clock: Clock, *, at: datetime) -> Deadline | None:
    """Let a stopped clock of this round run on to its old due time (审核退回).

    What fell due while it stood still fires at the next sweep; what has fired does not again.
    """
    row = newest(ticket, clock)
    if row is None:
        return None
    gone = fired(row)
    moments = [datetime.fromisoformat(when) for name, when in row.plan if name not in gone]
    row.counted_at, row.stopped_at, row.next_at = at, None, min(moments, default=None)
    return row


def fired(row: Deadline) -> set[str]:
    """Names of the milestones that have fired."""
    query = select(Milestone.name).where(Milestone.deadline_id == row.id)
    return set(db.session.scalars(query))


def changes_of(row: Deadline) -> Sequence[DeadlineChange]:
    """Everything that changed a clock, oldest first."""
    query = select(DeadlineChange).where(DeadlineChange.deadline_id == row.id)
    return db.session.scalars(query.order_by(DeadlineChange.id)).all()


def _change(
    row: Deadline, kind: ChangeKind, actor: Actor, at: datetime, reason: str
) -> DeadlineChange:
    change = DeadlineChange(
        deadline_id=row.id,
        kind=kind,
        at=at,
        by=actor.name,
        reason=reason,
        due_before=row.due_at,
    )
    db.session.add(change)
    return change
