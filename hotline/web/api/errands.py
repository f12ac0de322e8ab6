"""Actions whose service takes more than one ticket id: motions, lists, verdicts (转办)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.domain.errors import NotAllowed, NotFound
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion
from hotline.domain.terms import Channel, Resolved
from hotline.queries import tickets
from hotline.services import callbacks, motions, reviewing, supervision
from hotline.services.callbacks import Verdict
from hotline.services.motions import Plea

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor


def urge(ticket_id: int, *, actor: Actor, at: datetime, reason: str) -> None:
    """催办 this one ticket."""
    supervision.urge([ticket_id], actor, reason=reason, at=at)


def supervise(ticket_id: int, *, actor: Actor, at: datetime, reason: str) -> None:
    """督办 this one ticket."""
    supervision.supervise([ticket_id], actor, reason=reason, at=at)


def file_return(
    ticket_id: int,
    *,
    actor: Actor,
    at: datetime,
    reason_code: str,
    reason: str,
    suggested_code: str | None = None,
) -> None:
    """申请退单 with coded reason and suggested unit."""
    plea = Plea(
        kind=Motion.RETURN,
        reason=reason,
        reason_code=reason_code,
        suggested_code=suggested_code,
    )
    motions.file(ticket_id, plea, actor, at=at)


def grant_return(
    ticket_id: int, *, actor: Actor, at: datetime, motion_id: int, note: str = ""
) -> None:
    """同意退单: the motion must be one of this ticket."""
    _must_be_of(ticket_id, motion_id, at)
    motions.grant(motion_id, actor, note=note or None, at=at)


def refuse_return(ticket_id: int, *, actor: Actor, at: datetime, motion_id: int, note: str) -> None:
    """驳回退单, with the reason."""
    _must_be_of(ticket_id, motion_id, at)
    motions.refuse(motion_id, actor, note=note, at=at)


def _must_be_of(ticket_id: int, motion_id: int, at: datetime) -> None:
    view = tickets.view(tickets.ticket_for(SYSTEM, ticket_id=ticket_id), at=at)
    if motion_id not in {row.id for row in view.motions}:
        raise NotFound("这张工单没有这份申请")


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
