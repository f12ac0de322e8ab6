"""Dry runs of a catalogue draft: the newest dispatched tickets, routed once more (试派).

Every batch is one transaction that moves the cursor, as a recount does; a killed worker's run is
found and gone on with.
"""

from __future__ import annotations

import time as clock
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

import routing
from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.terms import Role
from hotline.domain.timing import RunState
from hotline.models import (
    CatalogueEdition,
    CatalogueRule,
    RoutingTrial,
    RoutingTrialLine,
    Ticket,
)
from hotline.queries import editions, office, workload
from hotline.services import dispatching
from hotline.services.timing import plans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor

USUAL, MOST = 500, 5_000
BATCH = 250
PATIENCE = 0.8
"""Seconds that whoever asked waits for; what takes longer is shown with its progress."""
FORGOTTEN = timedelta(seconds=3)
"""So long untouched, and whoever counted is taken for gone."""
_DISPATCHED = (Ticket.category_code.is_not(None), Ticket.dispatched_at.is_not(None))


def begin(draft: CatalogueEdition, at: datetime, wanted: int | None = None) -> None:
    """Begin the dry run of a draft, or begin it anew, inside the caller's transaction."""
    on = _judged_on(draft, plans.today(at))
    row = _held(draft)
    if row is None:
        row = RoutingTrial(edition_id=draft.id, wanted=wanted or USUAL, on=on, asked_at=at)
        db.session.add(row)
    else:
        db.session.execute(delete(RoutingTrialLine).where(RoutingTrialLine.trial_id == row.id))
    row.wanted, row.on = wanted or row.wanted, on
    row.state, row.cursor = RunState.WAITING, None
    row.examined = row.ruled_otherwise = 0
    newest = select(Ticket.id).where(*_DISPATCHED).order_by(Ticket.id.desc()).limit(row.wanted)
    row.total = db.session.scalar(select(func.count()).select_from(newest.subquery())) or 0
    row.asked_at, row.touched_at, row.finished_at = at, None, None
    db.session.flush()


def forget(draft: CatalogueEdition) -> None:
    """Delete the dry run of a draft that is thrown away, inside the caller's transaction."""
    row = _held(draft)
    if row is not None:
        db.session.execute(delete(RoutingTrialLine).where(RoutingTrialLine.trial_id == row.id))
        db.session.delete(row)
        db.session.flush()


def _held(draft: CatalogueEdition) -> RoutingTrial | None:
    """The dry run of a draft, held against the worker that may be counting."""
    query = select(RoutingTrial).where(RoutingTrial.edition_id == draft.id).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def order(draft_id: int, wanted: int, actor: Actor, *, at: datetime) -> int:
    """Try a draft anew on as many tickets as the administrator wants; gives the trial's id."""
    if actor.role is not Role.ADMIN:
        raise NotAllowed("只有系统管理员可以试算派单目录")
    if not 1 <= wanted <= MOST:
        raise Invalid("wanted", f"试算的工单数须在 1 至 {MOST} 之间")
    with transaction() as session:
        draft = session.get(CatalogueEdition, draft_id, with_for_update=True)
        if draft is None:
            raise NotFound("没有这份目录草稿，可能已被放弃")
        if draft.version is not None:
            raise Conflict(f"这份草稿已发布为第 {draft.version} 版，不能再试算")
        begin(draft, at, wanted)
        found = editions.trial(draft_id)
        return found.id if found else 0


def _judged_on(draft: CatalogueEdition, today: date) -> date:
    """The first day on which all that the draft changes has taken effect."""
    days = [today]
    for key, row in draft.rows.items():
        days.append(date.fromisoformat(row["effective_from"]))
        held = db.session.get(CatalogueRule, key)
        until = date.fromisoformat(row["effective_to"]) if row["effective_to"] else None
        if held is not None and until is not None and until != held.effective_to:
            days.append(until + timedelta(days=1))
    return max(days)


def unfinished(at: datetime) -> list[int]:
    """Runs that wait, or that somebody left in the middle."""
    query = select(RoutingTrial.id).where(
        RoutingTrial.state != RunState.DONE,
        (RoutingTrial.touched_at.is_(None)) | (RoutingTrial.touched_at < at - FORGOTTEN),
    )
    return list(db.session.scalars(query.order_by(RoutingTrial.id)))


def go_on(trial_id: int, *, at: datetime, limit: int = BATCH) -> bool:
    """Route one batch; gives whether the run is done. The run is held: two workers take turns."""
    with transaction() as session:
        row = session.get(RoutingTrial, trial_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound("没有这次试算，草稿可能已被放弃")
        if row.state is RunState.DONE:
            return True
        tickets = _next_tickets(row, min(limit, row.wanted - row.examined))
        _route(row, tickets, at)
        row.state, row.touched_at = RunState.RUNNING, at
        row.cursor = tickets[-1].id if tickets else row.cursor
        row.examined += len(tickets)
        if len(tickets) < limit or row.examined >= row.wanted:
            row.state, row.finished_at, row.total = RunState.DONE, at, row.examined
        return row.state is RunState.DONE


def go_on_for(trial_id: int, *, at: datetime, seconds: float = PATIENCE) -> bool:
    """Route batches for about so long; gives whether the run is done, else a job goes on."""
    until = clock.monotonic() + seconds
    while not go_on(trial_id, at=at):
        if clock.monotonic() > until:
            return False
    return True


def _next_tickets(row: RoutingTrial, limit: int) -> Sequence[Ticket]:
    query = select(Ticket).where(*_DISPATCHED)
    if row.cursor is not None:
        query = query.where(Ticket.id < row.cursor)
    return db.session.scalars(query.order_by(Ticket.id.desc()).limit(limit)).all()


def _route(row: RoutingTrial, tickets: Sequence[Ticket], at: datetime) -> None:
    before, after = office.catalogue(), editions.catalogue_under(editions.edition(row.edition_id))
    weigh = workload.weigh(at)
    for ticket in tickets:
        came = ticket.dispatched_at or ticket.registered_at
        known = dispatching.facts_of(ticket, ticket.category_code or "", came)
        facts = replace(known, rules_on=row.on)
        old, new = (routing.route(facts, *each, weigh=weigh) for each in (before, after))
        if old.lead == new.lead:
            row.ruled_otherwise += old.rule_id != new.rule_id
            continue
        line = RoutingTrialLine(
            trial_id=row.id,
            ticket_id=ticket.id,
            unit_before=old.lead,
            unit_after=new.lead,
            rule_before=old.rule_id,
            rule_after=new.rule_id,
            reason=new.reason,
        )
        db.session.add(line)
