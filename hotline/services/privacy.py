"""查看明文: one function reveals an identity, with a reason, and writes down every try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.permissions import MAY_UNMASK, SEES_ALL_TICKETS, SEES_CONFIDENTIAL
from hotline.models import Ticket, Unmasking
from hotline.services import _checks, _move

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller in plain words; shown once, never stored or logged."""

    name: str
    phone: str


def unmask(ticket_id: int, actor: Actor, *, reason: str, at: datetime) -> Identity:
    """Show name and phone of a caller; allowed or refused, the auditor sees it (story 9).

    Raises Invalid without a reason, NotAllowed by role or for a confidential or anonymous caller.
    """
    words = _checks.clean_text(reason)
    if not words:
        raise Invalid("reason", "请写明查看明文的理由")
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        refusal = _refusal(ticket, actor)
        db.session.add(
            Unmasking(
                ticket_id=ticket.id,
                staff_id=actor.staff_id,
                actor_name=actor.name,
                role=actor.role,
                reason=words,
                allowed=refusal is None,
                refusal=refusal,
                at=at,
            )
        )
        if refusal is None:
            _move.record(ticket, Event.UNMASKED, actor, at=at, reason=words)
    if refusal is not None:
        raise NotAllowed(refusal)
    citizen = ticket.citizen
    return Identity(
        name=(citizen.name if citizen else None) or "未留姓名",
        phone=(citizen.phone if citizen else None) or "未留电话",
    )


def _refusal(ticket: Ticket, actor: Actor) -> str | None:
    if actor.role not in MAY_UNMASK:
        return f"{actor.role.label}无权查看诉求人信息"
    if actor.role not in SEES_ALL_TICKETS and actor.department_id != ticket.lead_department_id:
        return "该工单不由本单位主办"
    hidden = ticket.confidential or ticket.anonymous
    if hidden and actor.role not in SEES_CONFIDENTIAL:
        return "诉求人要求保密，请通过热线联系"
    return None
