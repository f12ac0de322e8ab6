"""并单: many reports of one matter go into one master; a wrong merge is taken back (撤销并单)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotFound
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Clock
from hotline.models import Ticket, TimelineEntry
from hotline.services import _checks, _move, dispatching, gathering, printing, rulings
from hotline.services.motions import docket
from hotline.services.timing import clocks, reviving

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor

MOST_AT_ONCE = 200
REASON_LIMIT = 200
_OVER = (Stage.CLOSED, Stage.ARCHIVED)
_BY_UNIT = (Stage.DISPATCHED, Stage.HANDLING)


def merge(
    ticket_id: int, master_no: str, actor: Actor, *, at: datetime, version: int | None = None
) -> None:
    """并单: one matter, one ticket; the citizen follows the master from then on."""
    with transaction():
        held = _hold([ticket_id], _root(master_no))
        _move.must_be_version(held[ticket_id], version)
        _join(held[ticket_id], held, master_no, actor, at)


def merge_all(ticket_ids: Sequence[int], master_no: str, actor: Actor, *, at: datetime) -> int:
    """Merge all ticked tickets into one master, all or none; gives how many.

    The master itself may be among them. Raises Invalid naming the ticket that cannot be merged.
    """
    if len(set(ticket_ids)) > MOST_AT_ONCE:
        raise Invalid("ticket", f"一次最多并 {MOST_AT_ONCE} 件")
    with transaction():
        root = _root(master_no)
        wanted = sorted({number for number in ticket_ids if number != root})
        if not wanted:
            raise Invalid("ticket", "请勾选要并入主单的工单")
        held = _hold(wanted, root)
        for ticket_id in wanted:
            _join(held[ticket_id], held, master_no, actor, at)
        return len(wanted)


def join_held(ticket: Ticket, master_no: str, actor: Actor, *, at: datetime) -> None:
    """Merge a ticket that this transaction has just written (当场并单)."""
    held = _hold([ticket.id], _root(master_no))
    _join(ticket, held, master_no, actor, at)


def unmerge(
    ticket_id: int, actor: Actor, *, reason: str, at: datetime, version: int | None = None
) -> None:
    """撤销并单: back to the stage it had, its clocks put right, while nobody is answered yet.

    Raises NotAllowed with why not, IllegalMove when it is back already.
    """
    words = _checks.clean_text(reason)
    if len(words) > REASON_LIMIT:
        raise Invalid("reason", f"最多 {REASON_LIMIT} 字，现为 {len(words)} 字，请精简")
    with transaction():
        master_id = _master_of(ticket_id)
        held = _move.hold([ticket_id, master_id] if master_id else [ticket_id])
        ticket = held[ticket_id]
        _move.must_be_version(ticket, version)
        if ticket.master_id != master_id:
            raise Conflict("刚刚有人改动了并单关系，请刷新后再操作")
        _part(ticket, actor, words, at)


def hold_with_members(ticket_id: int) -> Ticket:
    """Hold a ticket and all that were merged into it, in the order of their numbers."""
    return _hold([ticket_id], None)[ticket_id]


def hand_over(master: Ticket, *, was: Stage, at: datetime) -> None:
    """A master ends without an answer while others wait: the next of them takes its place.

    Inside the caller's transaction, which holds them all. Where a unit was at work it goes on
    with the next one, and the handle clock runs on from the first dispatch.
    """
    members = [member for member in _members(master.id) if member.stage is Stage.CLOSED]
    if not members:
        return
    heir, *rest = members
    ended = master.outcome.label if master.outcome else "已办结"
    reason = f"主单 {master.ticket_no} {ended}，由本单接续办理"
    _part(heir, SYSTEM, reason, at)
    for member in rest:
        member.master_id = heir.id
        words = f"主单 {master.ticket_no} {ended}，改由 {heir.ticket_no} 接续办理"
        _move.record(
            member, Event.MERGED, SYSTEM, at=at, reason=words, payload={"master": heir.ticket_no}
        )
    if was in _BY_UNIT:
        _go_on_at_unit(heir, master, reason, at)


def _go_on_at_unit(heir: Ticket, master: Ticket, reason: str, at: datetime) -> None:
    unit = master.lead_department
    if unit is None or not unit.is_active or heir.stage in _BY_UNIT:
        return
    if heir.stage is Stage.REGISTERED:
        heir.category_code = heir.category_code or master.category_code
        _move.move(heir, Action.CLASSIFY, SYSTEM, at=at, reason=reason)
    begun = clocks.newest(master, Clock.HANDLE)
    heir.lead_department_id = unit.id
    clocks.start(heir, Clock.HANDLE, at=begun.started_at if begun else at)
    dispatching.send(heir, unit, SYSTEM, decision=None, at=at, reason=reason)


def _join(
    ticket: Ticket, held: dict[int, Ticket], master_no: str, actor: Actor, at: datetime
) -> None:
    root = held[_root(master_no)]
    _check(ticket, root)
    ticket.master_id = root.id
    docket.withdraw_all(ticket, f"工单已并入 {root.ticket_no}，申请自动撤回", at=at)
    rulings.end(ticket, at=at)
    said = {"master": root.ticket_no, "clocks": [row.id for row in clocks.running(ticket)]}
    _move.move(ticket, Action.MERGE, actor, at=at, payload=said)
    clocks.stop_all(ticket, at=at)
    _flatten(ticket, root, actor, at)
    gathering.note_merged(ticket, at=at)


def _check(ticket: Ticket, root: Ticket) -> None:
    if ticket.id == root.id:
        raise Invalid("master_no", f"不能并入自己：{ticket.ticket_no} 就是主单，或主单已并入它")
    if root.stage in _OVER:
        raise Invalid("master_no", f"主单已办结，不能并入：{root.ticket_no}")
    if root.stage is Stage.CALLBACK:
        raise Invalid("master_no", f"主单已答复诉求人，不能并入：{root.ticket_no}，请另行办理")


def _flatten(ticket: Ticket, root: Ticket, actor: Actor, at: datetime) -> None:
    """Who was merged into the ticket follows it: nobody hangs on a merged ticket."""
    for member in _members(ticket.id):
        member.master_id = root.id
        words = f"主单 {ticket.ticket_no} 并入 {root.ticket_no}"
        _move.record(
            member, Event.MERGED, actor, at=at, reason=words, payload={"master": root.ticket_no}
        )


def _part(ticket: Ticket, actor: Actor, reason: str, at: datetime) -> None:
    """Back to where it was; the clocks first, so that the timeline can say what became of them."""
    master = db.session.get(Ticket, ticket.master_id) if ticket.master_id else None
    said = {"master": master.ticket_no} if master else {}
    stopped = _stopped_by_merge(ticket)
    if stopped and ticket.closed_at is not None:
        words = f"并单期间暂停计时：{reason}"[:REASON_LIMIT]
        said["time"] = reviving.revive(
            ticket, stopped, since=ticket.closed_at, at=at, actor=actor, reason=words
        )
    _move.move(ticket, Action.UNMERGE, actor, at=at, reason=reason, payload=said)
    ticket.master_id = ticket.outcome = ticket.closed_at = None
    printing.file(ticket)


def _stopped_by_merge(ticket: Ticket) -> list[int]:
    """Ids of the clocks that ran when the ticket was merged."""
    query = (
        select(TimelineEntry.payload)
        .where(TimelineEntry.ticket_id == ticket.id, TimelineEntry.action == Action.MERGE)
        .order_by(TimelineEntry.id.desc())
        .limit(1)
    )
    said = db.session.scalar(query) or {}
    return [int(number) for number in said.get("clocks", ())]


def _root(master_no: str) -> int:
    """Find the id of the ticket everything goes into; raises Invalid for an unknown number."""
    try:
        master = _move.ticket_by_no(master_no.strip())
    except NotFound:
        raise Invalid("master_no", "没有这张工单，请核对主单编号") from None
    return master.master_id or master.id


def _master_of(ticket_id: int) -> int | None:
    return db.session.scalar(select(Ticket.master_id).where(Ticket.id == ticket_id))


def _hold(ids: Iterable[int], root: int | None) -> dict[int, Ticket]:
    """Hold tickets, their members and the root in the order of their numbers.

    Whoever merges crosswise waits in the same order, so nobody waits in a circle; who joined or
    moved meanwhile is told to the second one, who looks again.
    """
    wanted = {*ids} - {root}
    members = _member_ids(wanted)
    held = _move.hold(wanted | members | ({root} if root is not None else set()))
    if _member_ids(wanted) - members:
        raise Conflict("刚刚有人改动了并单关系，请刷新后再操作")
    if root is not None and held[root].master_id is not None:
        raise Conflict(f"主单 {held[root].ticket_no} 刚刚被并入另一张工单，请刷新后再操作")
    return held


def _member_ids(ids: Iterable[int]) -> set[int]:
    query = select(Ticket.id).where(
        Ticket.master_id.in_(set(ids)), Ticket.outcome == Outcome.MERGED
    )
    return set(db.session.scalars(query))


def _members(master_id: int) -> Sequence[Ticket]:
    db.session.flush()
    query = select(Ticket).where(Ticket.master_id == master_id, Ticket.outcome == Outcome.MERGED)
    return db.session.scalars(query.order_by(Ticket.id)).all()
