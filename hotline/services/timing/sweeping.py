"""What is due fires exactly once, in order, however often and by many it is asked (巡检)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import load_only
from sqlalchemy.orm.attributes import set_committed_value

from hotline.db import db, insert_alike, transaction
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Clock, Mark
from hotline.domain.timing import OUTLIVING
from hotline.models import Deadline, Milestone, Ticket, TimelineEntry
from hotline.queries import judging, office
from hotline.services import _move

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sla
    from hotline.models import Outage

    Told = tuple[Ticket, dict[str, Any]]
    """A ticket and what its timeline says of a milestone."""

BATCH = 1000
LATE = timedelta(minutes=5)
"""Later than the sweep itself can ever be: then the system was away."""
ENDED = (Stage.CLOSED, Stage.ARCHIVED)
DEEDS = {
    "supervise": (Mark.SUPERVISED, Event.SUPERVISED),
    "raise_level": (Mark.RAISED, Event.RAISED),
}
"""What a step or trigger does besides telling: the mark it hangs, the event it leaves."""
_NEEDED = (
    load_only(
        Deadline.ticket_id,
        Deadline.clock,
        Deadline.due_at,
        Deadline.plan,
        Deadline.next_at,
        Deadline.department_id,
        Deadline.counted_at,
    ),
    load_only(Ticket.stage, Ticket.urgency, Ticket.marks),
)
"""What firing must know: in a storm the rest is most of the work."""
_clocks = Deadline.__table__
_TURN_ON = (
    update(_clocks)  # type: ignore[arg-type]  # the model is one table
    .where(_clocks.c.id == bindparam("of"))
    .values(next_at=bindparam("then"))
)


@dataclass(slots=True)
class _Batch:
    """What one transaction fires, to be written at once."""

    at: datetime
    outage: Outage | None
    late_after: timedelta
    steps: dict[str, sla.Step]
    overdue: Sequence[sla.Trigger]
    told: list[Told] = field(default_factory=list)
    quiet: list[Told] = field(default_factory=list)
    deeds: dict[tuple[Event, bool], list[Told]] = field(default_factory=dict)
    fired: list[dict[str, Any]] = field(default_factory=list)
    marks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    turned: list[dict[str, Any]] = field(default_factory=list)

    def is_dark(self, planned: datetime) -> bool:
        """Whether nobody watched the clocks then: the outage's digest tells of it."""
        outage = self.outage
        return outage is not None and outage.began_at <= planned <= outage.ended_at

    def turn_on(self, deadline: Deadline, then: datetime | None) -> None:
        """Let the clock wait for its next milestone; written with those of all others."""
        self.turned.append({"of": deadline.id, "then": then})
        set_committed_value(deadline, "next_at", then)


def _batch(at: datetime, outage: Outage | None, late_after: timedelta) -> _Batch:
    ladder = office.ladder(at)
    steps = {step.id: step for step in ladder.steps}
    return _Batch(at, outage, late_after, steps, ladder.triggers_for("overdue", 1))


def sweep(
    at: datetime,
    limit: int = BATCH,
    *,
    outage: Outage | None = None,
    late_after: timedelta = LATE,
) -> int:
    """Fire what is due, one batch in one transaction; returns how many milestones fired.

    Safe to run twice, in many processes, after hours of absence: clock and ticket are locked
    (SKIP LOCKED on PostgreSQL, so it never waits for a person who holds the ticket), a fired
    milestone is a unique row, and the timeline entry that tells people is written in the same
    transaction. What was missed fires in order and is marked late; an urge that means nothing any
    more is noted and told to nobody, also one that a recount put into the past. What fell
    into ``outage`` is told by its digest alone.
    """
    with transaction() as session:
        due = session.execute(
            select(Deadline, Ticket)
            .join(Ticket, Ticket.id == Deadline.ticket_id)
            .where(Deadline.next_at <= at)
            .order_by(Deadline.next_at)
            .limit(limit)
            .with_for_update(of=(Deadline, Ticket), skip_locked=True, key_share=True)
            .options(*_NEEDED)
            .execution_options(populate_existing=True)
        ).all()
        if not due:
            return 0
        batch = _batch(at, outage, late_after)
        for deadline, ticket in due:
            _fire(batch, deadline, ticket)
        _write(batch)
        return max(len(batch.fired), len(due))


def _fire(batch: _Batch, deadline: Deadline, ticket: Ticket) -> None:
    """Take what is due of one clock; a clock of an ended ticket falls silent instead."""
    if ticket.stage in ENDED and deadline.clock not in OUTLIVING | {Clock.CALLBACK}:
        batch.turn_on(deadline, None)
        return
    plan = [(name, datetime.fromisoformat(when)) for name, when in deadline.plan]
    next_at = deadline.next_at
    passed = [(n, at) for n, at in plan if next_at and next_at <= at <= batch.at]
    later = [at for _, at in plan if at > batch.at]
    batch.turn_on(deadline, min(later, default=None))
    warnings = [at for _, at in passed if at < deadline.due_at]
    for name, planned in passed:
        is_overtaken = planned < max(warnings, default=planned)
        _take(batch, (deadline, ticket), name, planned, is_overtaken=is_overtaken)


def _take(
    batch: _Batch,
    clock: tuple[Deadline, Ticket],
    name: str,
    planned: datetime,
    *,
    is_overtaken: bool,
) -> None:
    deadline, ticket = clock
    step = batch.steps.get(judging.step_of(name))
    has_waited = batch.at - planned > batch.late_after
    is_late = has_waited and (deadline.counted_at is None or planned >= deadline.counted_at)
    is_over = planned < deadline.due_at and (is_overtaken or batch.at >= deadline.due_at)
    is_stale = has_waited and is_over
    how = {"is_late": is_late, "is_stale": is_stale}
    row = {"deadline_id": deadline.id, "name": name, "planned_at": planned, "fired_at": batch.at}
    batch.fired.append({**row, **how})
    said = {
        "clock": deadline.clock.value,
        "milestone": name,
        "label": step.label if step else name,
        "planned_at": planned.isoformat(),
        "due_at": deadline.due_at.isoformat(),
        "department_id": deadline.department_id,
        **how,
    }
    is_quiet = is_stale or (is_late and batch.is_dark(planned))
    (batch.quiet if is_quiet else batch.told).append((ticket, said))
    if step is not None and not is_stale:
        _act(batch, ticket, step, said, is_quiet=is_quiet)
        if step.mark == Mark.RED and deadline.clock is Clock.HANDLE:
            for trigger in batch.overdue:
                _act(batch, ticket, trigger, said, is_quiet=is_quiet)


def _act(
    batch: _Batch,
    ticket: Ticket,
    rung: sla.Step | sla.Trigger,
    said: dict[str, Any],
    *,
    is_quiet: bool,
) -> None:
    """Hang the mark of a rung and remember its deed; a deed done before is not done again."""
    deed = DEEDS.get(rung.act)
    before = batch.marks.get(ticket.id, tuple(ticket.marks))
    if deed and deed[0].value not in before:
        told = {"step": rung.id, "label": rung.label, "due_at": said["due_at"]}
        batch.deeds.setdefault((deed[1], is_quiet), []).append((ticket, told))
    wanted = [rung.mark, deed[0].value if deed else ""]
    new = tuple(dict.fromkeys(mark for mark in wanted if mark and mark not in before))
    if new:
        batch.marks[ticket.id] = _hung_anew(before, new)


def _hung_anew(before: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The marks with new ones; what is supervised once more is not released any longer."""
    gone = Mark.RELEASED.value if Mark.SUPERVISED.value in new else ""
    return (*(mark for mark in before if mark != gone), *new)


def _write(batch: _Batch) -> None:
    db.session.connection().execute(_TURN_ON, batch.turned)
    if batch.fired:
        insert_alike(Milestone, batch.fired)
    _hang(batch.marks)
    _move.record_each(batch.quiet, Event.MILESTONE, SYSTEM, at=batch.at, is_settled=True)
    _move.record_each(batch.told, Event.MILESTONE, SYSTEM, at=batch.at)
    for (event, is_quiet), told in batch.deeds.items():
        _move.record_each(told, event, SYSTEM, at=batch.at, is_settled=is_quiet)


def _hang(marks: dict[int, tuple[str, ...]]) -> None:
    """Hang marks on the tickets, which are held: one statement for all alike."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for ticket_id, words in marks.items():
        alike.setdefault(words, []).append(ticket_id)
    for words, ids in alike.items():
        hung = {"marks": list(words), "version": Ticket.version + 1}
        db.session.execute(update(Ticket).where(Ticket.id.in_(ids)).values(hung))


def pending(
    ticket: Ticket, when: str, *, at: datetime, count: int = 1
) -> list[tuple[sla.Trigger, tuple[str, ...]]]:
    """What a trigger would set off now, each with the marks it would hang anew.

    One that waits for a number (5、20、50 人) is set off once, whatever marks hang already.
    """
    hanging, found = set(ticket.marks), []
    triggers = office.ladder(at).triggers_for(when, count)
    counted = [trigger for trigger in triggers if trigger.count > 1]
    done = _set_off(ticket) if counted else set()
    for trigger in triggers:
        if trigger in counted and trigger.id in done:
            continue
        deed = DEEDS.get(trigger.act)
        marks = dict.fromkeys((trigger.mark, deed[0].value if deed else ""))
        new = tuple(mark for mark in marks if mark and mark not in hanging)
        if new or not any(marks) or trigger in counted:
            found.append((trigger, new))
            hanging.update(new)
    return found


def _set_off(ticket: Ticket) -> set[str]:
    """Ids of the triggers that the timeline of a ticket tells of."""
    query = select(TimelineEntry.payload).where(
        TimelineEntry.ticket_id == ticket.id,
        TimelineEntry.event.in_([Event.URGED, *(event for _, event in DEEDS.values())]),
    )
    return {str(said.get("step")) for said in db.session.scalars(query)}


def fire_trigger(
    ticket: Ticket, when: str, *, at: datetime, count: int = 1, reason: str
) -> Sequence[str]:
    """Pull a trigger that is not time (不满意、重复、多人、批示) inside the caller's transaction.

    Gives the labels of what it set off; a mark that hangs already sets nothing off again.
    """
    labels: list[str] = []
    for trigger, new in pending(ticket, when, at=at, count=count):
        deed = DEEDS.get(trigger.act)
        ticket.marks = list(_hung_anew(ticket.marks, new))
        event = deed[1] if deed else Event.URGED
        said = {"step": trigger.id, "label": trigger.label}
        _move.record(
            ticket, event, SYSTEM, at=at, reason=f"{trigger.label}：{reason}", payload=said
        )
        labels.append(trigger.label)
    return labels


def due_now(at: datetime) -> bool:
    """Whether any clock waits to be fired."""
    return db.session.scalar(select(Deadline.id).where(Deadline.next_at <= at).limit(1)) is not None
