"""Actions whose service takes more than one ticket id: lists and verdicts (转办)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.domain.errors import NotAllowed
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Kind, Resolved, Urgency
from hotline.queries import tickets
from hotline.services import callbacks, rectifying, reviewing, supervision
from hotline.services.callbacks import Verdict
from hotline.services.rectifying import Facts

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor


def urge(ticket_id: int, *, actor: Actor, at: datetime, reason: str) -> None:
    """催办 this one ticket."""
    supervision.urge([ticket_id], actor, reason=reason, at=at)


def supervise(ticket_id: int, *, actor: Actor, at: datetime, reason: str) -> None:
    """督办 this one ticket."""
    supervision.supervise([ticket_id], actor, reason=reason, at=at)


def raise_level(ticket_id: int, *, actor: Actor, at: datetime, reason: str) -> None:
    """提级办理 this one ticket."""
    supervision.raise_level([ticket_id], actor, reason=reason, at=at)


def order(ticket_id: int, *, actor: Actor, at: datetime, leader: str, reason: str) -> None:
    """领导批示 on this one ticket."""
    supervision.order([ticket_id], actor, leader=leader, reason=reason, at=at)


def release(ticket_id: int, *, actor: Actor, at: datetime, reason: str) -> None:
    """解除督办 of this one ticket."""
    supervision.release([ticket_id], actor, reason=reason, at=at)


def rectify(
    ticket_id: int,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    version: int | None = None,
    **facts_said: Kind | Urgency | str,
) -> None:
    """更正要素: what is left out stays as it is; running deadlines are counted anew."""
    facts = Facts(**facts_said)  # type: ignore[arg-type]  # the table names only its fields
    rectifying.rectify(ticket_id, facts, actor, reason=reason, at=at, version=version)


def conclude(ticket_id: int, *, actor: Actor, at: datetime) -> None:
    """免回访办结; a ticket that waits for its citizen is closed by a rating, not by a hand."""
    if tickets.ticket_for(SYSTEM, ticket_id=ticket_id).stage is Stage.CALLBACK:
        raise NotAllowed("工单处于“待回访”，须凭市民评价（rate）或三次未接通办结")
    reviewing.conclude(ticket_id, actor, at=at)


def rate(
    ticket_id: int,
    *,
    actor: Actor,
    at: datetime,
    satisfaction: int,
    resolved: Resolved,
    comment: str = "",
) -> None:
    """The citizen's verdict as heard on the telephone."""
    verdict = Verdict(
        satisfaction=satisfaction, resolved=resolved, comment=comment, channel=Channel.PHONE
    )
    callbacks.rate(ticket_id, verdict, actor, at=at)
