"""A recount of all open clocks under a book of rules: in batches, with progress, or dry (批量重算).

Every batch is one transaction that moves the cursor: killed in between, the next worker goes on
where the last one stopped, and no clock is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

import sla
from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM, Actor
from hotline.domain.terms import Role
from hotline.domain.timing import Cause, RuleSubject, RunState
from hotline.models import Deadline, Recount, RecountLine, RuleBook, Ticket
from hotline.queries import rulebooks as shelf
from hotline.services import _checks, _move
from hotline.services.timing import plans, recounting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from hotline.domain.rules import Rules

BATCH = 200
FORGOTTEN = timedelta(seconds=30)
"""So long untouched, and the worker that had it is taken for dead."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What a batch needs to know of its run; ``on`` is the day whose policy and ladder hold."""

    row: Recount
    book: RuleBook | None
    rules: Rules
    actor: Actor
    at: datetime
    on: date

    @property
    def cause(self) -> Cause:
        """Why clocks are counted anew."""
        return Cause(self.book.subject.value) if self.book else Cause.ORDERED


def ask(book: RuleBook | None, actor: Actor, *, is_dry: bool, reason: str, at: datetime) -> Recount:
    """Enter a recount inside the caller's transaction; a job does the work."""
    row = Recount(
        book_id=book.id if book else None,
        is_dry=is_dry,
        reason=reason,
        asked_at=at,
        asked_by=actor.name,
    )
    _measure(row)
    db.session.add(row)
    db.session.flush()
    return row


def order(actor: Actor, *, reason: str, is_dry: bool, at: datetime) -> int:
    """Ask for a recount under the rules in force, after a mend or a restored backup.

    Raises NotAllowed, Invalid. Gives the recount's id.
    """
    if actor.role is not Role.ADMIN:
        raise NotAllowed("只有系统管理员可以要求重算期限")
    said = _checks.clean_text(reason)
    if not said:
        raise Invalid("reason", "请写明重算的理由")
    with transaction():
        return ask(None, actor, is_dry=is_dry, reason=said, at=at).id


def _measure(row: Recount) -> None:
    """Which clocks are to be looked at: those that run now."""
    running = Deadline.stopped_at.is_(None)
    last, total = db.session.execute(
        select(func.max(Deadline.id), func.count()).where(running)
    ).one()
    row.last_id, row.total = last or 0, total


def unfinished(at: datetime) -> list[int]:
    """Runs that wait, or that a killed worker left in the middle."""
    query = select(Recount.id).where(
        Recount.state != RunState.DONE,
        (Recount.touched_at.is_(None)) | (Recount.touched_at < at - FORGOTTEN),
    )
    return list(db.session.scalars(query.order_by(Recount.id)))


def go_on(recount_id: int, *, at: datetime, limit: int = BATCH) -> bool:
    """Count one batch; gives whether the run is done. The run is held: two workers take turns.

    What was registered between the asking and the first batch is counted too, for it may have been
    judged by the rules before.
    """
    with transaction() as session:
        row = session.get(Recount, recount_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound("没有这次重算")
        if row.state is RunState.DONE:
            return True
        if row.state is RunState.WAITING:
            _measure(row)
        ids = _next_ids(row, limit)
        _count(_run(row, at), ids)
        row.state, row.touched_at = RunState.RUNNING, at
        row.cursor = ids[-1] if ids else row.last_id
        row.examined += len(ids)
        if len(ids) < limit:
            _end(row, at)
        return row.state is RunState.DONE


def _end(row: Recount, at: datetime) -> None:
    """Some clocks stop while others are counted, so the total is what was looked at."""
    row.state, row.finished_at, row.total = RunState.DONE, at, row.examined


def _run(row: Recount, at: datetime) -> _Run:
    book = db.session.get(RuleBook, row.book_id) if row.book_id else None
    today = plans.today(at)
    on = max(today, book.effective_from) if book else today
    actor = SYSTEM if row.asked_by == SYSTEM.name else Actor(Role.ADMIN, row.asked_by)
    return _Run(row, book, shelf.rules_under(book), actor, at, on)


def _next_ids(row: Recount, limit: int) -> list[int]:
    query = select(Deadline.id).where(
        Deadline.id > row.cursor, Deadline.id <= row.last_id, Deadline.stopped_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(Deadline.id).limit(limit)))


def _held(ids: Sequence[int], *, is_dry: bool) -> list[tuple[Deadline, Ticket]]:
    """The clocks and tickets of a batch.

    For a real run the tickets are held first and in one order, as everybody does who acts on one.
    """
    query = (
        select(Deadline, Ticket)
        .join(Ticket, Ticket.id == Deadline.ticket_id)
        .where(Deadline.id.in_(ids), Deadline.stopped_at.is_(None))
        .order_by(Deadline.id)
        .execution_options(populate_existing=True)
    )
    if not is_dry:
        tickets = select(Deadline.ticket_id).where(Deadline.id.in_(ids))
        held = select(Ticket.id).where(Ticket.id.in_(tickets)).order_by(Ticket.id)
        db.session.scalars(held.with_for_update(key_share=True)).all()
    return [(row, ticket) for row, ticket in db.session.execute(query)]


def _count(run: _Run, ids: Sequence[int]) -> None:
    told = []
    for clock, ticket in _held(ids, is_dry=run.row.is_dry):
        try:
            judgement = _judgement(run, clock, ticket)
            found = recounting.find(
                clock, ticket, run.rules, at=run.at, judgement=judgement, on=run.on
            )
        except sla.SlaError as error:
            run.row.failed += 1
            _line(run, clock, problem=str(error))
            continue
        if not found.is_changed:
            continue
        run.row.held += found.is_held
        run.row.changed += not found.is_held
        _line(run, clock, after=found.after, is_held=found.is_held)
        if not run.row.is_dry:
            recounting.write(clock, ticket, found, at=run.at)
            if found.after != found.before:
                told.append((ticket, _note(run, clock, found)))
    _move.record_each(told, Event.RECOUNTED, run.actor, at=run.at)


def _judgement(run: _Run, clock: Deadline, ticket: Ticket) -> plans.Judgement | None:
    """A changed policy is asked again, as of the day it takes effect; all else keeps the limit."""
    if run.book is None or run.book.subject != RuleSubject.POLICY:
        return None
    return recounting.judged_anew(clock, ticket, run.rules, on=run.on)


def _note(run: _Run, clock: Deadline, found: recounting.Finding) -> dict[str, object]:
    change, said = recounting.note(
        clock, found, cause=run.cause, actor=run.actor, reason=run.row.reason, at=run.at
    )
    change.recount_id = run.row.id
    return {**said, "version": run.book.version if run.book else None}


def _line(
    run: _Run,
    clock: Deadline,
    *,
    after: datetime | None = None,
    is_held: bool = False,
    problem: str | None = None,
) -> None:
    line = RecountLine(
        recount_id=run.row.id,
        deadline_id=clock.id,
        due_before=clock.due_at,
        due_after=after,
        is_held=is_held,
        problem=problem,
    )
    db.session.add(line)


def end_trial(book_id: int, *, at: datetime) -> None:
    """Stop the dry run of a draft that is published, inside the caller's transaction."""
    for row in _trials(book_id):
        if row.state is not RunState.DONE:
            row.state, row.finished_at = RunState.DONE, at


def forget(book_id: int) -> None:
    """Delete the dry runs of a draft that is thrown away, inside the caller's transaction."""
    ids = [row.id for row in _trials(book_id)]
    db.session.execute(delete(RecountLine).where(RecountLine.recount_id.in_(ids)))
    db.session.execute(delete(Recount).where(Recount.id.in_(ids)))


def _trials(book_id: int) -> Sequence[Recount]:
    """The dry runs of a draft, held against the worker that may be counting."""
    query = select(Recount).where(Recount.book_id == book_id, Recount.is_dry)
    query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(query).all()
