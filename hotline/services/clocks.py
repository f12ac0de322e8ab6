"""Deadlines as rows: start, stop, and fire milestones exactly once (计时)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

import sla
from hotline.db import db, transaction
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM
from hotline.domain.terms import Clock, Mark
from hotline.models import Deadline, Milestone, Ticket
from hotline.queries import office
from hotline.services import _move

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.db import NewRow

    Told = tuple[Ticket, dict[str, Any]]
    """A ticket and what its timeline says of a milestone."""

MARK_OF = {"yellow": Mark.YELLOW, "red": Mark.RED}
BATCH = 500


def promise(ticket_kind: str, urgency: str, at: datetime) -> sla.Due:
    """Say until when a demand filed now would be answered, before anything is stored."""
    rule = office.profile().rule("handle", kind=ticket_kind, urgency=urgency, round_no=1)
    return sla.due_at(office.calendar(), at, rule.limit)


def start(ticket: Ticket, clock: Clock, *, at: datetime, turn: int = 0) -> Deadline:
    """Start one clock inside the caller's transaction; a clock that runs is left alone.

    The limit comes from the profile (kind, urgency, round); policy, first due time and every
    planned milestone are kept with the row, so an old ticket shows what it was judged by.
    """
    running = _running(ticket, clock, turn)
    if running is None:
        running = Deadline(**_planned(ticket, clock, turn, at))
        db.session.add(running)
    return running


def first_row(ticket: Ticket, *, at: datetime) -> NewRow:
    """The dispatch clock of a ticket that is being written, to be written with it."""
    return Deadline, _planned(ticket, Clock.DISPATCH, 0, at)


def _running(ticket: Ticket, clock: Clock, turn: int) -> Deadline | None:
    return db.session.scalar(
        select(Deadline).where(
            Deadline.ticket_id == ticket.id,
            Deadline.clock == clock,
            Deadline.round == ticket.round,
            Deadline.turn == turn,
        )
    )


def _planned(ticket: Ticket, clock: Clock, turn: int, at: datetime) -> dict[str, Any]:
    """Ask the profile for the limit and the calendar for the moments."""
    calendar, profile = office.calendar(), office.profile()
    rule = profile.rule(
        clock.value, kind=ticket.kind.value, urgency=ticket.urgency.value, round_no=ticket.round
    )
    due = sla.due_at(calendar, at, rule.limit)
    plan = sla.milestones(calendar, clock=clock.value, start=at, due=due.at, limit=rule.limit)
    yellow = next((m.at for m in plan if m.name == "yellow"), due.at)
    return {
        "ticket_id": ticket.id,
        "clock": clock,
        "round": ticket.round,
        "turn": turn,
        "started_at": at,
        "amount": rule.limit.amount,
        "unit": str(rule.limit.unit),
        "rule_id": rule.id,
        "profile": profile.name,
        "due_at": due.at,
        "first_due_at": due.at,
        "yellow_at": yellow,
        "is_provisional": due.provisional,
        "plan": [[m.name, m.at.isoformat()] for m in plan],
        "next_at": plan[0].at if plan else None,
        "department_id": ticket.lead_department_id,
    }


def stop(ticket: Ticket, clocks: Iterable[Clock], *, at: datetime) -> None:
    """Stop the named clocks of a ticket; what has not fired will not fire any more."""
    db.session.flush()
    db.session.execute(
        update(Deadline)
        .where(
            Deadline.ticket_id == ticket.id,
            Deadline.clock.in_(list(clocks)),
            Deadline.stopped_at.is_(None),
        )
        .values(stopped_at=at, next_at=None)
    )


def stop_all(ticket: Ticket, *, at: datetime) -> None:
    """Stop every clock, when the ticket ends."""
    stop(ticket, tuple(Clock), at=at)


def sweep(at: datetime, limit: int = BATCH) -> int:
    """Fire what is due, one batch in one transaction; returns how many milestones fired.

    Safe to run twice, in many processes, after hours of absence: clock and ticket are locked
    (SKIP LOCKED on PostgreSQL, so it never waits for a person who holds the ticket), a fired
    milestone is a unique row, and the timeline entry that tells people is written in the same
    transaction. Of a clock that missed several milestones each fires in order, marked late.
    """
    with transaction() as session:
        due = session.execute(
            select(Deadline, Ticket)
            .join(Ticket, Ticket.id == Deadline.ticket_id)
            .where(Deadline.next_at <= at)
            .order_by(Deadline.next_at)
            .limit(limit)
            .with_for_update(of=(Deadline, Ticket), skip_locked=True, key_share=True)
            .execution_options(populate_existing=True)
        ).all()
        told = [said for deadline, ticket in due for said in _fire(deadline, ticket, at)]
        _hang_marks(told)
        _move.record_each(told, Event.MILESTONE, SYSTEM, at=at)
        return len(told)


def _hang_marks(told: Iterable[Told]) -> None:
    """Hang yellow and red marks on the tickets, which are held: one statement for all alike."""
    marks: dict[int, tuple[str, ...]] = {}
    for ticket, said in told:
        mark = MARK_OF.get(said["milestone"])
        before = marks.get(ticket.id, tuple(ticket.marks))
        if mark is not None and mark.value not in before:
            marks[ticket.id] = (*before, mark.value)
    alike: dict[tuple[str, ...], list[int]] = {}
    for ticket_id, words in marks.items():
        alike.setdefault(words, []).append(ticket_id)
    for words, ids in alike.items():
        hung = {"marks": list(words), "version": Ticket.version + 1}
        db.session.execute(update(Ticket).where(Ticket.id.in_(ids)).values(hung))


def _fire(deadline: Deadline, ticket: Ticket, at: datetime) -> list[Told]:
    """Let what is due of one clock be fired; what is to be told of each milestone."""
    told: list[Told] = []
    plan = [(name, datetime.fromisoformat(when)) for name, when in deadline.plan]
    for name, planned in plan:
        if deadline.next_at is None or planned < deadline.next_at or planned > at:
            continue
        db.session.add(
            Milestone(deadline_id=deadline.id, name=name, planned_at=planned, fired_at=at)
        )
        said = {
            "clock": deadline.clock.value,
            "milestone": name,
            "planned_at": planned.isoformat(),
            "due_at": deadline.due_at.isoformat(),
            "department_id": deadline.department_id,
            "is_late": (at - planned).total_seconds() > 300,  # noqa: PLR2004 - five minutes
        }
        told.append((ticket, said))
    later = [planned for _, planned in plan if planned > at]
    deadline.next_at = min(later) if later else None
    return told


def resume(ticket: Ticket, clock: Clock) -> None:
    """Let a stopped clock of this round run on to its old due time (审核退回).

    What fell due while it stood still fires at the next sweep; what has fired does not again.
    """
    deadline = newest(ticket, clock)
    if deadline is None:
        return
    fired = _fired(deadline)
    moments = [datetime.fromisoformat(when) for name, when in deadline.plan if name not in fired]
    deadline.stopped_at, deadline.next_at = None, min(moments, default=None)


def restart(ticket: Ticket, clock: Clock, *, at: datetime) -> None:
    """Give a paused clock of this round its whole limit once more (补充后重新计时)."""
    deadline = newest(ticket, clock)
    if deadline is not None:
        replan(deadline, sla.Limit(deadline.amount, sla.Unit(deadline.unit)), at=at)


def replan(deadline: Deadline, limit: sla.Limit, *, at: datetime) -> None:
    """Count a limit from ``at`` after a pause; the first due time stays visible.

    A milestone that has fired stays fired: each is told once in the life of a clock.
    """
    calendar, fired = office.calendar(), _fired(deadline)
    due = sla.due_at(calendar, at, limit)
    plan = sla.milestones(calendar, clock=deadline.clock.value, start=at, due=due.at, limit=limit)
    left = [m for m in plan if m.name not in fired]
    deadline.plan = [[m.name, m.at.isoformat()] for m in left]
    deadline.due_at, deadline.is_provisional = due.at, due.provisional
    deadline.yellow_at = next((m.at for m in plan if m.name == "yellow"), due.at)
    deadline.stopped_at, deadline.next_at = None, left[0].at if left else None


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


def _fired(deadline: Deadline) -> set[str]:
    query = select(Milestone.name).where(Milestone.deadline_id == deadline.id)
    return set(db.session.scalars(query))
