"""The single writer of ``ticket.stage`` and of the timeline (流转)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hotline.db import db, insert_alike, insert_rows, note_entry
from hotline.domain.errors import Conflict, IllegalMove, NotFound
from hotline.domain.events import QUIET
from hotline.domain.guards import Facts
from hotline.domain.lifecycle import Action, Stage, advance
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Urgency
from hotline.models import Ticket, TimelineEntry
from hotline.services import _checks, printing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from hotline.db import NewRow
    from hotline.domain.events import Event
    from hotline.domain.identity import Actor


def ticket_by_id(ticket_id: int) -> Ticket:
    """Load a ticket for writing and hold it until the end of the transaction; raises NotFound.

    On PostgreSQL the second of two people waits here and then sees what the first one did, so
    that the refusal can name the stage; SQLite has one writer at a time anyway.
    """
    hold = {"key_share": True}
    ticket = db.session.get(Ticket, ticket_id, with_for_update=hold, populate_existing=True)
    if ticket is None:
        raise NotFound("没有这张工单")
    return ticket


def hold(ticket_ids: Iterable[int]) -> dict[int, Ticket]:
    """Load several tickets for writing, always in the order of their ids; raises NotFound.

    Two people who need the same tickets thus wait one behind the other, never in a circle.
    """
    ids = sorted(set(ticket_ids))
    query = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    held = {ticket.id: ticket for ticket in db.session.scalars(query)}
    if len(held) < len(ids):
        raise NotFound("没有这张工单")
    return held


def ticket_by_no(ticket_no: str) -> Ticket:
    """Load a ticket by its number; raises NotFound."""
    ticket = db.session.scalar(select(Ticket).where(Ticket.ticket_no == ticket_no))
    if ticket is None:
        raise NotFound("没有这张工单")
    return ticket


def facts_of(ticket: Ticket) -> Facts:
    """Tell the law what it needs to know, in plain values."""
    return Facts(
        stage=ticket.stage,
        kind=ticket.kind,
        round=ticket.round,
        lead_department_id=ticket.lead_department_id,
        no_return=ticket.no_return,
        reply=ticket.reply,
        reason_code=ticket.reason_code,
        master_id=ticket.master_id,
        sampled=is_sampled(ticket.id),
        **_merger_of(ticket),
    )


def _merger_of(ticket: Ticket) -> dict[str, Any]:
    """Where a merged ticket was before, and whether its master has answered meanwhile."""
    if ticket.outcome is not Outcome.MERGED or ticket.master_id is None:
        return {}
    query = (
        select(TimelineEntry.from_stage)
        .where(TimelineEntry.ticket_id == ticket.id, TimelineEntry.action == Action.MERGE)
        .order_by(TimelineEntry.id.desc())
        .limit(1)
    )
    master = db.session.get(Ticket, ticket.master_id)
    return {
        "merged_from": db.session.scalar(query),
        "is_master_answered": master is not None and _is_answered(master),
    }


def _is_answered(ticket: Ticket) -> bool:
    """Whether its citizen has had an answer; who withdrew or was declined has had none."""
    if ticket.stage in (Stage.CLOSED, Stage.ARCHIVED):
        return ticket.outcome not in (Outcome.WITHDRAWN, Outcome.DECLINED)
    return ticket.stage is Stage.CALLBACK or ticket.round > 1


def is_sampled(ticket_id: int) -> bool:
    """One consultation in five is called back (domain.md 8.1), the same one on every machine."""
    return ticket_id % 5 == 0


def move(
    ticket: Ticket,
    action: Action,
    actor: Actor,
    *,
    at: datetime,
    reason: str | None = None,
    outcome: Outcome | None = None,
    payload: dict[str, Any] | None = None,
) -> None:
    """Ask the law, set the stage, write the timeline; the caller commits.

    Raises IllegalMove (with who moved the ticket last), NotAllowed, Invalid.
    """
    try:
        step = advance(facts_of(ticket), action, actor, reason)
    except IllegalMove as error:
        raise IllegalMove(error.stage, action, error.message + _last_mover(ticket)) from None
    before = Stage(ticket.stage)
    ticket.stage = step.to
    if step.to is Stage.CLOSED:
        ticket.outcome = outcome or step.outcome
        ticket.closed_at = at
        printing.unfile(ticket.id)
    record(
        ticket,
        step.event,
        actor,
        at=at,
        reason=reason,
        payload=payload,
        moved=(action, before, step.to),
    )


def record(
    ticket: Ticket,
    event: Event,
    actor: Actor,
    *,
    at: datetime,
    reason: str | None = None,
    payload: dict[str, Any] | None = None,
    moved: tuple[Action, Stage, Stage] | None = None,
    beside: Sequence[NewRow] = (),
) -> None:
    """Append one entry; the relay learns its id after the commit.

    ``beside``: new rows that are written with it, before it.
    """
    action, before, after = moved or (None, None, None)
    db.session.flush()
    said = _entry(ticket, event, actor, at) | {
        "action": action,
        "from_stage": before,
        "to_stage": after,
        "reason": _checks.clean_text(reason) or None,
        "payload": payload or {},
    }
    *_, entry_id = insert_rows(*beside, (TimelineEntry, said))
    _note(ticket, event, entry_id)


def record_each(
    happened: Sequence[tuple[Ticket, dict[str, Any]]],
    event: Event,
    actor: Actor,
    *,
    at: datetime,
    is_settled: bool = False,
) -> None:
    """Append one entry, with its payload, to each of many tickets; written all at once.

    ``is_settled``: nothing follows these, somebody else tells of them together.
    """
    if not happened:
        return
    db.session.flush()
    settled = {"settled_at": at} if is_settled else {}
    rows = [
        _entry(ticket, event, actor, at) | {"payload": said, **settled} for ticket, said in happened
    ]
    ids = insert_alike(TimelineEntry, rows)
    if not is_settled:
        for (ticket, _), entry_id in zip(happened, ids, strict=True):
            _note(ticket, event, entry_id)


def _entry(ticket: Ticket, event: Event, actor: Actor, at: datetime) -> dict[str, Any]:
    return {
        "ticket_id": ticket.id,
        "event": event,
        "role": actor.role,
        "actor_name": actor.name,
        "staff_id": actor.staff_id,
        "department_id": actor.department_id,
        "at": at,
        "relayed_at": at,
        "settled_at": at if event in QUIET else None,
    }


def _note(ticket: Ticket, event: Event, entry_id: int) -> None:
    if event not in QUIET:
        critical = ticket.urgency is Urgency.CRITICAL
        note_entry(db.session(), entry_id, event.value, is_critical=critical)


def _last_mover(ticket: Ticket) -> str:
    query = (
        select(TimelineEntry)
        .where(TimelineEntry.ticket_id == ticket.id, TimelineEntry.to_stage.is_not(None))
        .order_by(TimelineEntry.id.desc())
        .limit(1)
    )
    entry = db.session.scalar(query)
    if entry is None or entry.action is None:
        return ""
    return f"（{entry.actor_name}刚刚做了“{entry.action.label}”，请刷新）"


def must_be_version(ticket: Ticket, version: int | None) -> None:
    """Refuse to act on a page that is older than the ticket; raises Conflict with who acted."""
    if version is not None and version != ticket.version:
        raise Conflict(
            f"这张工单现处于“{ticket.stage.label}”，页面已过期，请刷新后再操作{_last_mover(ticket)}"
        )
