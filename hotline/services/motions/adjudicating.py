"""裁定主办单位: the hotline ends a tug-of-war once for all (疑难裁定, story 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState, MotionStep, deciders
from hotline.services import _move, dispatching, learning, rulings
from hotline.services.motions import docket, returns
from hotline.services.motions.plea import filled

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Department, Ticket


def rule(
    ticket_id: int,
    department_code: str,
    actor: Actor,
    *,
    reason: str,
    at: datetime,
    version: int | None = None,
    category_code: str | None = None,
) -> None:
    """Fix the lead for good: no unit may return the ticket any more; both sides are on record.

    The unit that has the ticket may be the one: then its return is refused. Else the return is
    agreed to and the ticket goes on to the unit named; its handle clock runs on as it was, and
    the promise to the citizen stays. By the dispatcher or the authority (国办函〔2025〕66号: 职责
    不清的由热线管理机构协商确定). Raises Invalid, NotAllowed, Conflict.
    """
    words = filled("reason", reason, "裁定须写明双方理由和依据")
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.must_be_version(ticket, version)
        if actor.role not in deciders(Motion.RETURN, MotionStep.HOTLINE):
            raise NotAllowed("只有分派员或热线管理机构可以裁定")
        if not rulings.is_disputed(ticket):
            raise Conflict(f"工单处于“{ticket.stage.label}”，没有待裁定的争议，请刷新后再操作")
        unit = dispatching.department_by_code(department_code)
        if unit is None:
            raise Invalid("department_code", "没有这个承办单位，请从列表中选择")
        _answer(ticket, unit, actor, words, at)
        if ticket.stage is Stage.TO_DISPATCH:
            dispatching.send(ticket, unit, actor, decision=None, at=at, reason=words)
        rulings.note(ticket, unit, actor, reason=words, at=at)
        if category_code:
            learning.correct(
                ticket, category_code, actor, source="ruling", at=at, unit_code=unit.code
            )


def _answer(ticket: Ticket, unit: Department, actor: Actor, words: str, at: datetime) -> None:
    """Answer the open return by what the ruling says of it."""
    for row in docket.open_of(ticket, Motion.RETURN):
        if unit.id == ticket.lead_department_id:
            docket.close(row, ticket, MotionState.REFUSED, actor, words, at=at)
            docket.record(ticket, Event.MOTION_REFUSED, row, actor, reason=words, at=at)
        else:
            returns.give_back(row, ticket, actor, words, at)
