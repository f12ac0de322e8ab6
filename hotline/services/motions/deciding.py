"""Deciding a motion (审核申请): the unit's leader first, then the hotline or its authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.motions import FILED_IN, Motion, MotionState, MotionStep, deciders, next_step
from hotline.queries import leaders
from hotline.services import _checks, rulings
from hotline.services.motions import appeals, docket, extension, hanging, returns, unreasonable
from hotline.services.motions.plea import REASON_LIMIT, spoken
from hotline.services.timing import plans

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import MotionRow, Ticket

    Granted = Callable[[MotionRow, Ticket, Actor, str | None, datetime], None]

_GRANTED: dict[Motion, Granted] = {
    Motion.RETURN: returns.granted,
    Motion.EXTENSION: extension.granted,
    Motion.HANGING: hanging.granted,
    Motion.UNREASONABLE: unreasonable.granted,
    Motion.APPEAL: appeals.granted,
}


def grant(motion_id: int, actor: Actor, *, note: str | None, at: datetime) -> None:
    """Say yes: the unit's leader passes a motion on, the last yes does what was asked for.

    Raises NotFound, NotAllowed (not yours to decide), Conflict (decided already, and by whom).
    """
    words = _words(note)
    with transaction():
        row, ticket = docket.take(motion_id)
        _must_decide(row, ticket, actor, at)
        if row.kind is not Motion.APPEAL and row.department_id != ticket.lead_department_id:
            raise Conflict("工单已不由申请单位主办，这份申请不再有效")
        if ticket.stage not in FILED_IN[row.kind] and row.kind is not Motion.APPEAL:
            raise Conflict(f"工单已处于“{ticket.stage.label}”，这份申请不再有效")
        later = next_step(row.kind, row.ordinal, row.step)
        if later is None:
            _GRANTED[row.kind](row, ticket, actor, words, at)
            return
        row.unit_decided_at, row.unit_decided_by, row.unit_decision = at, actor.name, words
        row.step = later
        docket.record(ticket, Event.MOTION_PASSED_ON, row, actor, reason=words, at=at)


def refuse(motion_id: int, actor: Actor, *, note: str, at: datetime) -> None:
    """Refuse a motion with a reason, at either step; the department goes on."""
    words = _words(note)
    if not words:
        raise Invalid("note", "驳回须写明理由")
    with transaction():
        row, ticket = docket.take(motion_id)
        _must_decide(row, ticket, actor, at)
        docket.close(row, ticket, MotionState.REFUSED, actor, words, at=at)
        docket.record(ticket, Event.MOTION_REFUSED, row, actor, reason=words, at=at)


def withdraw(motion_id: int, actor: Actor, *, note: str = "", at: datetime) -> None:
    """撤回申请: the unit that asked takes it back before it is decided."""
    words = _words(note) or "单位撤回"
    with transaction():
        row, ticket = docket.take(motion_id)
        if actor.department_id is None or actor.department_id != row.department_id:
            raise NotAllowed("只有提出申请的单位可以撤回")
        docket.close(row, ticket, MotionState.WITHDRAWN, actor, words, at=at)
        docket.record(ticket, Event.MOTION_WITHDRAWN, row, actor, reason=words, at=at)


def may_decide(row: MotionRow, actor: Actor, *, at: datetime) -> bool:
    """Whether the step a motion is at is this person's."""
    if row.step is MotionStep.UNIT:
        return leaders.leads_today(actor, row.department_id, plans.today(at))
    return actor.role in deciders(row.kind, row.step)


def _must_decide(row: MotionRow, ticket: Ticket, actor: Actor, at: datetime) -> None:
    if not may_decide(row, actor, at=at):
        if row.unit_decided_at is not None and leaders.leads_today(
            actor, row.department_id, plans.today(at)
        ):
            when = spoken(row.unit_decided_at)
            raise Conflict(f"单位审核已由{row.unit_decided_by}于 {when} 完成，不能再次处理")
        raise NotAllowed(f"这份申请处于“{row.step.label}”，{_whose(row, at)}")
    if row.kind is Motion.RETURN and rulings.is_disputed(ticket):
        raise NotAllowed("退单已进入疑难裁定，请裁定主办单位，不能单独同意或驳回")


def _whose(row: MotionRow, at: datetime) -> str:
    if row.step is MotionStep.UNIT:
        people = leaders.leaders_of(row.department_id, plans.today(at))
        names = "、".join(person.name for person in people)
        return f"须由单位负责人或其代理人（{names}）审核"
    return "须由" + "或".join(role.label for role in sorted(deciders(row.kind, row.step))) + "审核"


def _words(note: str | None) -> str | None:
    words = _checks.clean_text(note)
    if len(words) > REASON_LIMIT:
        raise Invalid("note", f"审核意见最多 {REASON_LIMIT} 字")
    return words or None
