"""Counting open deadlines anew when the rules or the facts of a ticket change (重算期限)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import update

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM
from hotline.domain.terms import Clock
from hotline.domain.timing import Cause, ChangeKind, RuleSubject
from hotline.models import Callback, DeadlineChange
from hotline.queries import judging, office
from hotline.services import _move
from hotline.services.timing import clocks, plans

if TYPE_CHECKING:
    from datetime import date, datetime

    from hotline.domain.identity import Actor
    from hotline.domain.rules import Rules
    from hotline.models import Deadline, Ticket


class Finding(NamedTuple):
    """What the rules say of one clock: its due moment before and after.

    ``is_held``: the new moment is earlier and past, so the old one stays: nobody is made late, or
    later, by a change of the rules. While a clock stands still, its past ends where it stopped.
    """

    before: datetime
    after: datetime
    is_held: bool
    is_changed: bool
    judgement: plans.Judgement
    moments: dict[str, Any]


def find(
    row: Deadline,
    ticket: Ticket,
    rules: Rules,
    *,
    at: datetime,
    judgement: plans.Judgement | None,
    on: date | None = None,
) -> Finding:
    """Count one clock under the rules, writing nothing. Raises sla.SlaError past the calendar.

    ``judgement``: a limit newly asked for; without it the clock keeps the limit it has.
    ``on``: the day whose ladder holds, when it is not today's.
    """
    given = judgement or plans.judged(row)
    changes = clocks.changes_of(row)
    plan = plans.plan(
        rules,
        row.clock,
        plans.facts_of(ticket, row),
        given,
        start=row.started_at,
        on=on or plans.today(at),
        changes=judging.replayed(changes),
    )
    after, fired = plan.course.due.at, clocks.fired(row)
    moments = plan.moments(fired, since=judging.extended_at(changes))
    is_held = after < row.due_at and after <= (row.paused_at or at)
    is_changed = (
        after != row.due_at
        or plan.course.due.provisional != row.is_provisional
        or moments["plan"] != [rung for rung in row.plan if rung[0] not in fired]
        or given.statutory != plans.judged(row).statutory
    )
    return Finding(row.due_at, after, is_held, is_changed, given, moments)


def judged_anew(row: Deadline, ticket: Ticket, rules: Rules, *, on: date) -> plans.Judgement | None:
    """The limit the policy of a day gives; None where a clock keeps the one it has.

    So does the review of a hung ticket: it was cut to what the cap or the day asked for leaves.
    """
    if row.clock is Clock.HANG_REVIEW:
        return None
    return plans.judge(rules, row.clock, plans.facts_of(ticket, row), on=on)


def judged_on(row: Deadline, rules: Rules) -> date:
    """The day a clock is judged by: when it began, or when a policy for open tickets moved it."""
    begun = plans.today(row.started_at)
    for book, _policy in rules.policies:
        if book.version == row.policy_version:
            return max(begun, book.effective_from)
    return begun


def write(row: Deadline, ticket: Ticket, found: Finding, *, at: datetime) -> None:
    """Write what was found into the clock, and into whatever shows its due moment."""
    if found.is_held or not found.is_changed:
        return
    clocks.write(row, {**found.judgement.columns(), **found.moments}, at=at)
    clocks.cool_down(ticket, row, at)
    if row.clock is Clock.HANDLE and row.round == ticket.round:
        ticket.promised_at, ticket.is_provisional = row.due_at, row.is_provisional
    elif row.clock is Clock.CALLBACK:
        planned = {"due_at": row.due_at}
        mine = (Callback.ticket_id == ticket.id, Callback.round == row.round)
        db.session.execute(update(Callback).where(*mine).values(planned))


def note(
    row: Deadline, found: Finding, *, cause: Cause, actor: Actor, reason: str, at: datetime
) -> tuple[DeadlineChange, dict[str, Any]]:
    """The change as a row, and what the timeline says of it; both old and new moment are kept."""
    change = DeadlineChange(
        deadline_id=row.id,
        kind=ChangeKind.RECOUNT,
        cause=cause,
        at=at,
        by=actor.name,
        reason=reason,
        due_before=found.before,
        due_after=found.before if found.is_held else found.after,
        is_held=found.is_held,
    )
    db.session.add(change)
    said = {
        "clock": row.clock.value,
        "cause": cause.value,
        "before": found.before.isoformat(),
        "after": found.after.isoformat(),
        "is_held": found.is_held,
        "reason": reason,
    }
    return change, said


def recount_ticket(
    ticket: Ticket, cause: Cause, actor: Actor, *, reason: str, at: datetime, rejudge: bool = True
) -> list[Finding]:
    """Count the running clocks of one ticket anew inside the caller's transaction.

    For a corrected kind, urgency, category or area (``rejudge``: the policy each clock was judged
    by is asked again), and for a new unit, whose office hours may differ.
    """
    rules, changed = office.rules(), []
    for row in clocks.running(ticket):
        judgement = judged_anew(row, ticket, rules, on=judged_on(row, rules)) if rejudge else None
        found = find(row, ticket, rules, at=at, judgement=judgement)
        write(row, ticket, found, at=at)
        if found.after != found.before:
            _, said = note(row, found, cause=cause, actor=actor, reason=reason, at=at)
            _move.record(ticket, Event.RECOUNTED, actor, at=at, reason=reason, payload=said)
            changed.append(found)
    if rejudge and ticket.dispatched_at is None:
        _promise_anew(ticket, at=at)
    return changed


def _promise_anew(ticket: Ticket, *, at: datetime) -> None:
    """Before the dispatch no clock carries the promise yet; it follows the facts all the same."""
    due = clocks.promise(plans.facts_of(ticket), ticket.registered_at)
    if due.at > at:
        ticket.promised_at, ticket.is_provisional = due.at, due.provisional


def catch_up(row: Deadline, ticket: Ticket, *, at: datetime) -> None:
    """Count a clock that runs on under the calendar and hours that came while it was stopped."""
    rules = office.rules()
    for subject, version in (
        (RuleSubject.CALENDAR, row.calendar_version),
        (RuleSubject.HOURS, row.hours_version),
    ):
        newest = rules.versions(plans.today(at))[subject]
        if version < newest:
            break
    else:
        return
    found = find(row, ticket, rules, at=at, judgement=None)
    if found.is_held:
        return
    write(row, ticket, found, at=at)
    if found.after != found.before:
        reason = f"退回办理时按第 {newest} 版{subject.label}计算"
        cause = Cause(subject.value)
        _, said = note(row, found, cause=cause, actor=SYSTEM, reason=reason, at=at)
        _move.record(ticket, Event.RECOUNTED, SYSTEM, at=at, reason=reason, payload=said)
