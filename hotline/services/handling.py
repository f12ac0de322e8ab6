"""办理: the department signs, contacts the citizen, replies; it may delegate downwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.terms import Clock
from hotline.models import Assignment, Department, Ticket
from hotline.services import _checks, _move, dispatching
from hotline.services.motions import docket
from hotline.services.timing import clocks

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor

REPLY_LIMIT = 5000


def sign(ticket_id: int, actor: Actor, *, at: datetime, version: int | None = None) -> None:
    """签收: the lead department takes the ticket; the sign clock stops."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.must_be_version(ticket, version)
        _move.move(ticket, Action.SIGN, actor, at=at)
        current = dispatching.lead_assignment(ticket)
        if current is not None:
            current.signed_at, current.signed_by = at, actor.name
        clocks.stop(ticket, (Clock.SIGN,), at=at)


def contact(ticket_id: int, note: str, actor: Actor, *, at: datetime, reached: bool = True) -> None:
    """先行联系: log that the citizen was contacted; a call nobody answered stops no clock."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _must_lead(ticket, actor)
        if ticket.stage not in (Stage.DISPATCHED, Stage.HANDLING):
            raise NotAllowed(f"工单处于“{ticket.stage.label}”，不再登记先行联系")
        text = _checks.clean_text(note)
        if not text:
            raise Invalid("note", "请写明联系情况")
        _move.record(ticket, Event.CONTACTED, actor, at=at, reason=text, payload={"ok": reached})
        current = dispatching.lead_assignment(ticket)
        if reached and current is not None:
            current.contacted_at = current.contacted_at or at
            clocks.stop(ticket, (Clock.CONTACT,), at=at)


def note(ticket_id: int, text: str, actor: Actor, *, at: datetime) -> None:
    """Record progress or a helper's opinion (办理进展、会办意见) without moving the ticket."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        if not _takes_part(ticket, actor):
            raise NotAllowed("该工单不由本单位承办")
        clean = _checks.clean_text(text)
        if not clean:
            raise Invalid("note", "请填写办理进展")
        _move.record(ticket, Event.NOTED, actor, at=at, reason=clean)


def reply(
    ticket_id: int, text: str, actor: Actor, *, at: datetime, version: int | None = None
) -> None:
    """答复: the department says what was done; the hotline reviews it next."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _move.must_be_version(ticket, version)
        words = _checks.clean_text(text)
        if not words:
            raise Invalid("reply", "请填写办理结果，答复不能为空")
        if len(words) > REPLY_LIMIT:
            raise Invalid("reply", f"答复最多 {REPLY_LIMIT} 字")
        ticket.reply = words
        docket.withdraw_all(ticket, "已答复，申请自动撤回", at=at, actor=actor)
        _move.move(ticket, Action.REPLY, actor, at=at, reason=words)
        current = dispatching.lead_assignment(ticket)
        if current is not None:
            current.reply, current.replied_at = words, at
        clocks.stop(ticket, (Clock.HANDLE, Clock.CONTACT), at=at)


def delegate(
    ticket_id: int, department_code: str, actor: Actor, *, reason: str, at: datetime
) -> None:
    """下派: pass the work to a unit below one's own; the handle clock goes on."""
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        unit = dispatching.department_by_code(department_code)
        if unit is None or not _is_below(unit, actor.department_id):
            raise Invalid("department_code", "只能下派给本单位的下级单位")
        _move.move(
            ticket,
            Action.DELEGATE,
            actor,
            at=at,
            reason=_checks.clean_text(reason),
            payload={"unit": unit.name},
        )
        docket.withdraw_all(ticket, "已下派，申请自动撤回", at=at, actor=actor)
        ticket.lead_department_id = unit.id
        dispatching.assign(ticket, unit, actor, at=at, because=reason)
        dispatching.hand_over(ticket, unit, at=at)
        clocks.start(ticket, Clock.SIGN, at=at, turn=dispatching.turn_of(ticket))


def _is_below(unit: Department, department_id: int | None) -> bool:
    parent = unit.parent_id
    for _ in range(5):  # three levels today; five end a loop of wrong data
        if parent is None:
            return False
        if parent == department_id:
            return True
        above = db.session.get(Department, parent)
        parent = above.parent_id if above else None
    return False


def _must_lead(ticket: Ticket, actor: Actor) -> None:
    if actor.department_id is None or actor.department_id != ticket.lead_department_id:
        raise NotAllowed("该工单不由本单位主办")


def _takes_part(ticket: Ticket, actor: Actor) -> bool:
    if actor.department_id is None:
        return actor.is_staff
    query = select(Assignment.id).where(
        Assignment.ticket_id == ticket.id, Assignment.department_id == actor.department_id
    )
    return db.session.scalar(query.limit(1)) is not None
