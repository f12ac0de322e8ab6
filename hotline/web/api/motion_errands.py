"""Actions on motions and ratings whose service takes more than a ticket id (申请转办)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.domain.errors import NotFound
from hotline.domain.identity import SYSTEM
from hotline.domain.motions import Motion
from hotline.queries import pleas, tickets
from hotline.services import motions, ratings_review
from hotline.services.motions import Plea

if TYPE_CHECKING:
    from datetime import date, datetime

    from hotline.domain.identity import Actor
    from hotline.domain.terms import Finding


def file_return(
    ticket_id: int,
    *,
    actor: Actor,
    at: datetime,
    reason_code: str,
    reason: str,
    suggested_code: str | None = None,
    evidence: str = "",
) -> None:
    """申请退单 with coded reason and suggested unit."""
    plea = Plea(
        kind=Motion.RETURN,
        reason=reason,
        reason_code=reason_code,
        suggested_code=suggested_code,
        evidence=evidence,
    )
    motions.file(ticket_id, plea, actor, at=at)


def file_extension(
    ticket_id: int,
    *,
    actor: Actor,
    at: datetime,
    days: int,
    reason: str,
    evidence: str,
    reply_text: str,
    reason_code: str | None = None,
) -> None:
    """申请延期 with days, evidence and the words for the citizen."""
    plea = Plea(
        kind=Motion.EXTENSION,
        reason=reason,
        reason_code=reason_code,
        days=days,
        evidence=evidence,
        reply_text=reply_text,
    )
    motions.file(ticket_id, plea, actor, at=at)


def file_hanging(
    ticket_id: int,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    evidence: str,
    reason_code: str | None = None,
    until_on: date | None = None,
    reply_text: str = "",
) -> None:
    """申请挂账 with evidence, and until when if that is known."""
    plea = Plea(
        kind=Motion.HANGING,
        reason=reason,
        reason_code=reason_code,
        evidence=evidence,
        until_on=until_on,
        reply_text=reply_text,
    )
    motions.file(ticket_id, plea, actor, at=at)


def file_unreasonable(
    ticket_id: int, *, actor: Actor, at: datetime, reason_code: str, reason: str, evidence: str
) -> None:
    """申请认定不合理诉求."""
    plea = Plea(kind=Motion.UNREASONABLE, reason=reason, reason_code=reason_code, evidence=evidence)
    motions.file(ticket_id, plea, actor, at=at)


def file_appeal(
    ticket_id: int,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    evidence: str,
    reason_code: str | None = None,
) -> None:
    """考核申诉."""
    plea = Plea(kind=Motion.APPEAL, reason=reason, reason_code=reason_code, evidence=evidence)
    motions.file(ticket_id, plea, actor, at=at)


def grant_motion(
    ticket_id: int, *, actor: Actor, at: datetime, motion_id: int, note: str = ""
) -> None:
    """同意申请: the motion must be one of this ticket."""
    _must_be_of(ticket_id, motion_id)
    motions.grant(motion_id, actor, note=note or None, at=at)


def refuse_motion(ticket_id: int, *, actor: Actor, at: datetime, motion_id: int, note: str) -> None:
    """驳回申请, with the reason."""
    _must_be_of(ticket_id, motion_id)
    motions.refuse(motion_id, actor, note=note, at=at)


def withdraw_motion(
    ticket_id: int, *, actor: Actor, at: datetime, motion_id: int, note: str = ""
) -> None:
    """撤回申请, by the unit that asked."""
    _must_be_of(ticket_id, motion_id)
    motions.withdraw(motion_id, actor, note=note, at=at)


def _must_be_of(ticket_id: int, motion_id: int) -> None:
    if pleas.ticket_of(motion_id) != tickets.ticket_for(SYSTEM, ticket_id=ticket_id).ticket_no:
        raise NotFound("这张工单没有这份申请")


def verify_rating(
    ticket_id: int,
    *,
    actor: Actor,
    at: datetime,
    rating_id: int,
    finding: Finding,
    words: str,
    code: str | None = None,
    reached: bool | None = None,
) -> None:
    """差评核实: the rating must be one of this ticket."""
    _must_rate(ticket_id, rating_id, at)
    check = ratings_review.Check(finding=finding, words=words, code=code, reached=reached)
    ratings_review.verify(rating_id, check, actor, at=at)


def mend_rating(ticket_id: int, *, actor: Actor, at: datetime, rating_id: int, words: str) -> None:
    """差评整改: the rating must be one of this ticket."""
    _must_rate(ticket_id, rating_id, at)
    ratings_review.mend(rating_id, words, actor, at=at)


def _must_rate(ticket_id: int, rating_id: int, at: datetime) -> None:
    view = tickets.view(tickets.ticket_for(SYSTEM, ticket_id=ticket_id), at=at)
    if rating_id not in {row.id for row in view.ratings}:
        raise NotFound("这张工单没有这条评价")
