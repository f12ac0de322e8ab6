"""申请: the departments ask, the hotline grants or refuses; the ticket stays where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.guards import MAX_RETURNS
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.motions import Motion, MotionState, decide
from hotline.domain.terms import Clock, Mark, Role
from hotline.models import MotionRow, Ticket
from hotline.services import _checks, _move, clocks, dispatching

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor

DECIDERS = (Role.DISPATCHER, Role.AUTHORITY)
OPEN_STAGES = (Stage.DISPATCHED, Stage.HANDLING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plea:
    """What a department asks for: a coded reason, words, and whom it suggests."""

    kind: Motion
    reason: str
    reason_code: str | None = None
    suggested_code: str | None = None


def file(ticket_id: int, plea: Plea, actor: Actor, *, at: datetime) -> int:
    """Put a motion to the hotline; one open motion of a kind at a time. Returns its id.

    A return needs a coded reason and a suggested unit (domain.md 7: tug-of-war), and is refused
    at once where the lead was fixed by adjudication (禁止退回).
    """
    if plea.kind is not Motion.RETURN:
        raise NotAllowed(f"“{plea.kind.label}”申请须由热线管理机构另行受理")
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _check(ticket, plea, actor)
        suggested = dispatching.department_by_code(plea.suggested_code)
        if plea.suggested_code and suggested is None:
            raise Invalid("suggested_code", "没有这个承办单位，请从列表中选择")
        row = MotionRow(
            ticket_id=ticket.id,
            kind=plea.kind,
            reason_code=plea.reason_code,
            reason=_checks.clean_text(plea.reason),
            suggested_department_id=suggested.id if suggested else None,
            filed_at=at,
            filed_by=actor.name,
            department_id=actor.department_id,
            state=MotionState.OPEN,
        )
        db.session.add(row)
        db.session.flush()
        _move.record(
            ticket,
            Event.MOTION_FILED,
            actor,
            at=at,
            reason=row.reason,
            payload={"motion": plea.kind.value, "motion_id": row.id, "code": plea.reason_code},
        )
        return row.id


def _check(ticket: Ticket, plea: Plea, actor: Actor) -> None:
    if actor.department_id is None or actor.department_id != ticket.lead_department_id:
        raise NotAllowed("该工单不由本单位主办")
    if ticket.stage not in OPEN_STAGES:
        raise NotAllowed(f"工单处于“{ticket.stage.label}”，不能申请退单")
    if ticket.no_return:
        raise NotAllowed("该工单已裁定承办单位，禁止退回")
    if not plea.reason_code:
        raise Invalid("reason_code", "请选择退单理由")
    if not _checks.clean_text(plea.reason):
        raise Invalid("reason", "请写明退单依据")
    is_open = select(MotionRow.id).where(
        MotionRow.ticket_id == ticket.id,
        MotionRow.kind == plea.kind,
        MotionRow.state == MotionState.OPEN,
    )
    if db.session.scalar(is_open.limit(1)) is not None:
        raise Conflict("已有一份退单申请在审核，请等待结果")


def grant(motion_id: int, actor: Actor, *, note: str | None, at: datetime) -> None:
    """Agree to a return: the ticket goes back to be dispatched, the handle clock runs on.

    From the second agreed return on the ticket is marked for adjudication (疑难协调).
    """
    with transaction():
        row, ticket = _open(motion_id, actor)
        _decide(row, MotionState.GRANTED, actor, note, at)
        unit = row.department
        _move.move(
            ticket,
            Action.GRANT_RETURN,
            actor,
            at=at,
            reason=note or row.reason,
            payload={"motion_id": row.id, "unit": unit.name, "code": row.reason_code},
        )
        ticket.returns += 1
        ticket.lead_department_id = None
        current = dispatching.lead_assignment(ticket)
        if current is not None:
            current.ended_at, current.end_reason = at, "退单"
        clocks.stop(ticket, (Clock.SIGN,), at=at)
        if ticket.returns >= MAX_RETURNS and Mark.ADJUDICATING.value not in ticket.marks:
            ticket.marks = [*ticket.marks, Mark.ADJUDICATING.value]


def refuse(motion_id: int, actor: Actor, *, note: str, at: datetime) -> None:
    """Refuse a motion with a reason; the department goes on."""
    if not _checks.clean_text(note):
        raise Invalid("note", "驳回须写明理由")
    with transaction():
        row, ticket = _open(motion_id, actor)
        _decide(row, MotionState.REFUSED, actor, note, at)
        _move.record(
            ticket,
            Event.MOTION_REFUSED,
            actor,
            at=at,
            reason=note,
            payload={"motion": row.kind.value, "motion_id": row.id},
        )


def _open(motion_id: int, actor: Actor) -> tuple[MotionRow, Ticket]:
    if actor.role not in DECIDERS:
        raise NotAllowed("只有分派员或热线管理机构可以审核申请")
    lock = {"of": MotionRow}  # PostgreSQL locks no row of an outer join, so not the units
    row = db.session.get(MotionRow, motion_id, with_for_update=lock, populate_existing=True)
    if row is None:
        raise NotFound("没有这份申请")
    return row, _move.ticket_by_id(row.ticket_id)


def _decide(row: MotionRow, to: MotionState, actor: Actor, note: str | None, at: datetime) -> None:
    row.state = decide(MotionState(row.state), to)
    row.decided_at, row.decided_by, row.decision = at, actor.name, note
