"""督办: urge, supervise, raise, pass on a leader's order; one ticket or many, all or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hotline.db import transaction
from hotline.domain.errors import Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Mark, Role, Term
from hotline.queries import bounded
from hotline.services import _checks, _move
from hotline.services.timing import by_hand, sweeping

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Ticket

WORKING = (Stage.TO_DISPATCH, Stage.DISPATCHED, Stage.HANDLING, Stage.REVIEWING)
MAY_URGE = (Role.SUPERVISOR, Role.AUTHORITY, Role.AGENT, Role.DISPATCHER)
MAY_SUPERVISE = (Role.SUPERVISOR, Role.AUTHORITY)
MOST = 500
"""So many tickets at once; each is held until the end of the transaction."""
LONGEST = 2000
LEADER_LIMIT = 30


class Act(Term):
    """What a supervisor does to tickets; each tells somebody."""

    URGE = "urge", "催办"
    SUPERVISE = "supervise", "督办"
    RAISE = "raise_level", "提级办理"
    ORDER = "order", "领导批示"
    RELEASE = "release", "解除督办"


@dataclass(frozen=True, slots=True)
class _Deed:
    """What an act hangs on a ticket and leaves in its timeline."""

    act: Act
    event: Event
    mark: Mark | None
    roles: tuple[Role, ...] = MAY_SUPERVISE


_URGE = _Deed(Act.URGE, Event.URGED, Mark.URGED, MAY_URGE)
_SUPERVISE = _Deed(Act.SUPERVISE, Event.SUPERVISED, Mark.SUPERVISED)
_RAISE = _Deed(Act.RAISE, Event.RAISED, Mark.RAISED)
_ORDER = _Deed(Act.ORDER, Event.ORDERED, Mark.ORDERED)
_RELEASE = _Deed(Act.RELEASE, Event.RELEASED, None)


def urge(ticket_ids: Sequence[int], actor: Actor, *, reason: str, at: datetime) -> int:
    """催办 one or many tickets in one transaction; returns how many."""
    return _each(_URGE, ticket_ids, actor, reason, at)


def supervise(ticket_ids: Sequence[int], actor: Actor, *, reason: str, at: datetime) -> int:
    """督办: the unit is named, its leader told, and the mark stays with the ticket."""
    return _each(_SUPERVISE, ticket_ids, actor, reason, at)


def raise_level(ticket_ids: Sequence[int], actor: Actor, *, reason: str, at: datetime) -> int:
    """提级办理: the unit above takes the lead in coordinating (国办函〔2025〕66号)."""
    return _each(_RAISE, ticket_ids, actor, reason, at)


def order(
    ticket_ids: Sequence[int], actor: Actor, *, leader: str, reason: str, at: datetime
) -> int:
    """领导批示: who said what; the ladder says what follows (督办, 提级).

    ``leader``: the name and office of who gave the order.
    """
    name = _leader(leader)

    def record(ticket: Ticket, words: str) -> None:
        fires = [trigger for trigger, _ in sweeping.pending(ticket, "order", at=at)]
        said = f"{name}批示：{words}"
        payload: dict[str, Any] = {"leader": name, "is_told": by_hand.reaches_unit(fires)}
        _move.record(ticket, Event.ORDERED, actor, at=at, reason=said, payload=payload)
        sweeping.fire_trigger(ticket, "order", at=at, reason=said)

    return _each(_ORDER, ticket_ids, actor, reason, at, record=record)


def release(ticket_ids: Sequence[int], actor: Actor, *, reason: str, at: datetime) -> int:
    """解除督办, with the reason; that it was supervised once stays visible and is counted."""
    return _each(_RELEASE, ticket_ids, actor, reason, at)


def check(act: Act, ticket_ids: Sequence[int], *, reason: str, leader: str | None = None) -> None:
    """Tell before anything is written what is missing; raises Invalid naming the field."""
    if act is Act.ORDER:
        _leader(leader)
    _checked(ticket_ids, reason, act.label)


def _leader(text: str | None) -> str:
    name = _checks.clean_text(text)
    if not name:
        raise Invalid("leader", "请写明批示的领导")
    if len(name) > LEADER_LIMIT:
        raise Invalid("leader", f"批示领导最多 {LEADER_LIMIT} 字")
    return name


def _each(
    deed: _Deed,
    ticket_ids: Sequence[int],
    actor: Actor,
    reason: str,
    at: datetime,
    *,
    record: Callable[[Ticket, str], None] | None = None,
) -> int:
    label = deed.act.label
    if actor.role not in deed.roles:
        raise NotAllowed(f"{actor.role.label}不能{label}")
    words = _checked(ticket_ids, reason, label)
    ids = sorted(set(ticket_ids))  # one order for everybody, so that none blocks another
    with transaction():
        for ticket_id in ids:
            ticket = _move.ticket_by_id(ticket_id)
            _must_fit(ticket, deed)
            ticket.marks = _marks(ticket, deed)
            if record is not None:
                record(ticket, words)
            else:
                _move.record(ticket, deed.event, actor, at=at, reason=words)
    return len(ids)


def _checked(ticket_ids: Sequence[int], reason: str, label: str) -> str:
    words = _checks.clean_text(reason)
    if not words:
        raise Invalid("reason", f"请写明{label}意见")
    if len(words) > LONGEST:
        raise Invalid("reason", f"{label}意见最多 {LONGEST} 字")
    if not ticket_ids:
        raise Invalid("ticket", f"请先选择要{label}的工单")
    if len(ticket_ids) > MOST:
        raise Invalid("ticket", f"一次最多{label} {MOST} 件，请分批选择")
    if max(ticket_ids) > bounded.LARGEST_ID:
        raise NotFound("没有这张工单")
    return words


def _must_fit(ticket: Ticket, deed: _Deed) -> None:
    if deed.act is Act.RELEASE:
        if Mark.SUPERVISED.value not in ticket.marks:
            raise NotAllowed(f"工单 {ticket.ticket_no} 没有列入督办，无需解除")
    elif ticket.stage not in WORKING:
        raise NotAllowed(
            f"工单 {ticket.ticket_no} 处于“{ticket.stage.label}”，无需{deed.act.label}"
        )


def _marks(ticket: Ticket, deed: _Deed) -> list[str]:
    """The marks after an act; supervised and released follow each other."""
    gone = {Act.RELEASE: Mark.SUPERVISED, Act.SUPERVISE: Mark.RELEASED}.get(deed.act)
    new = deed.mark or Mark.RELEASED
    kept = [mark for mark in ticket.marks if gone is None or mark != gone.value]
    return kept if new.value in kept else [*kept, new.value]
