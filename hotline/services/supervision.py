"""督办: urge and supervise, with words that reach the unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import transaction
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Mark, Role
from hotline.services import _checks, _move

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor

WORKING = (Stage.TO_DISPATCH, Stage.DISPATCHED, Stage.HANDLING, Stage.REVIEWING)
MAY_URGE = (Role.SUPERVISOR, Role.AUTHORITY, Role.AGENT, Role.DISPATCHER)
MAY_SUPERVISE = (Role.SUPERVISOR, Role.AUTHORITY)


def urge(ticket_ids: Sequence[int], actor: Actor, *, reason: str, at: datetime) -> int:
    """催办 one or many tickets in one transaction; returns how many."""
    if actor.role not in MAY_URGE:
        raise NotAllowed(f"{actor.role.label}不能催办")
    return _mark(ticket_ids, Mark.URGED, Event.URGED, actor, reason=reason, at=at)


def supervise(ticket_ids: Sequence[int], actor: Actor, *, reason: str, at: datetime) -> int:
    """督办: the unit is named, and the mark stays with the ticket."""
    if actor.role not in MAY_SUPERVISE:
        raise NotAllowed(f"{actor.role.label}不能督办")
    return _mark(ticket_ids, Mark.SUPERVISED, Event.SUPERVISED, actor, reason=reason, at=at)


def _mark(
    ticket_ids: Sequence[int], mark: Mark, event: Event, actor: Actor, *, reason: str, at: datetime
) -> int:
    words = _checks.clean_text(reason)
    if not words:
        raise Invalid("reason", f"请写明{mark.label}意见")
    if not ticket_ids:
        raise Invalid("ticket", f"请先选择要{mark.label}的工单")
    with transaction():
        for ticket_id in sorted(ticket_ids):  # one order for everybody, so that none blocks another
            ticket = _move.ticket_by_id(ticket_id)
            if ticket.stage not in WORKING:
                raise NotAllowed(
                    f"工单 {ticket.ticket_no} 处于“{ticket.stage.label}”，无需{mark.label}"
                )
            if mark.value not in ticket.marks:
                ticket.marks = [*ticket.marks, mark.value]
            _move.record(ticket, event, actor, at=at, reason=words)
    return len(ticket_ids)
