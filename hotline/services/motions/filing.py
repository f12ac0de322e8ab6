"""Filing a motion (提出申请): who may, when, with what; by the rules of its kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM
from hotline.domain.motions import FILED_IN, Motion, MotionState, MotionStep, next_step, steps
from hotline.domain.terms import Role
from hotline.models import MotionRow
from hotline.queries import leaders
from hotline.services import _checks, _move, notices
from hotline.services.motions import appeals, docket, extension, hanging, returns, unreasonable
from hotline.services.motions.plea import REASON_LIMIT, REPLY_TEXT_LIMIT, Opening, filled
from hotline.services.timing import plans

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Ticket
    from hotline.services.motions.plea import Plea

UNITS = (Role.DEPARTMENT, Role.DEPARTMENT_LEAD)


@dataclass(frozen=True, slots=True)
class _Kind:
    """The rules of one kind: whether it may be asked now, and what it must bring."""

    opening: Callable[..., Opening]
    prepare: Callable[..., None]


_KINDS: dict[Motion, _Kind] = {
    Motion.RETURN: _Kind(returns.opening, returns.prepare),
    Motion.EXTENSION: _Kind(extension.opening, extension.prepare),
    Motion.HANGING: _Kind(hanging.opening, hanging.prepare),
    Motion.UNREASONABLE: _Kind(unreasonable.opening, unreasonable.prepare),
    Motion.APPEAL: _Kind(appeals.opening, appeals.prepare),
}


def openings(ticket: Ticket, actor: Actor, *, at: datetime) -> dict[Motion, Opening]:
    """What this person could ask for on a ticket now, for the page that has the forms."""
    if not _is_own(ticket, actor):
        return {}
    return {kind: _opening(ticket, kind, at) for kind in Motion if ticket.stage in FILED_IN[kind]}


def _opening(ticket: Ticket, kind: Motion, at: datetime) -> Opening:
    found = _KINDS[kind].opening(ticket, at=at)
    if found.refusal is None and docket.open_of(ticket, kind):
        waits = Conflict(f"已有一份{kind.label}申请在审核，请等待结果")
        return replace(found, refusal=waits)
    return found


def file(ticket_id: int, plea: Plea, actor: Actor, *, at: datetime) -> int:
    """Put a motion to whoever decides it; one open motion of a kind at a time. Returns its id.

    A leader's own motion needs no second yes of the unit. Raises NotAllowed, Conflict, or Invalid
    naming the field and what would be possible.
    """
    with transaction():
        ticket = _move.ticket_by_id(ticket_id)
        _must_be_filed_by(ticket, plea.kind, actor)
        found = _opening(ticket, plea.kind, at)
        if found.refusal is not None:
            raise found.refusal
        _check_code(plea)
        row = _row(ticket, plea, actor, at)
        _KINDS[plea.kind].prepare(row, ticket, plea, at=at)
        row.step = steps(plea.kind, row.ordinal)[0]
        _let_leader_pass(row, actor, at)
        db.session.add(row)
        db.session.flush()
        if plea.kind is Motion.RETURN:
            returns.filed(row, ticket, at=at)
        docket.start_review(row, ticket, actor, at=at)
        docket.record(
            ticket,
            Event.MOTION_FILED,
            row,
            actor,
            reason=row.reason,
            at=at,
            tells=leaders_to_tell(row, at),
        )
        return row.id


def _is_own(ticket: Ticket, actor: Actor) -> bool:
    return (
        actor.role in UNITS
        and actor.department_id is not None
        and actor.department_id == ticket.lead_department_id
    )


def _must_be_filed_by(ticket: Ticket, kind: Motion, actor: Actor) -> None:
    if not _is_own(ticket, actor):
        raise NotAllowed("该工单不由本单位主办")
    if ticket.stage not in FILED_IN[kind]:
        stages = "、".join(f"“{stage.label}”" for stage in FILED_IN[kind])
        raise NotAllowed(f"工单处于“{ticket.stage.label}”，只有{stages}的工单可以申请{kind.label}")


def _check_code(plea: Plea) -> None:
    known = notices.reasons()[plea.kind.value]
    if plea.reason_code and plea.reason_code not in known:
        raise Invalid("reason_code", f"没有这个{plea.kind.label}理由，请从列表中选择")


def _row(ticket: Ticket, plea: Plea, actor: Actor, at: datetime) -> MotionRow:
    evidence = _checks.clean_text(plea.evidence)
    if len(evidence) > REASON_LIMIT:
        raise Invalid("evidence", f"依据最多 {REASON_LIMIT} 字，现为 {len(evidence)} 字，请精简")
    reply_text = _checks.clean_text(plea.reply_text)
    if len(reply_text) > REPLY_TEXT_LIMIT:
        long = f"最多 {REPLY_TEXT_LIMIT} 字，现为 {len(reply_text)} 字，请精简"
        raise Invalid("reply_text", f"给市民的答复口径{long}")
    return MotionRow(
        ticket_id=ticket.id,
        kind=plea.kind,
        state=MotionState.OPEN,
        ordinal=1,
        reason_code=plea.reason_code or None,
        reason=filled("reason", plea.reason, "请写明申请理由"),
        evidence=evidence or None,
        reply_text=reply_text or None,
        filed_at=at,
        filed_by=actor.name,
        department_id=actor.department_id,
    )


def _let_leader_pass(row: MotionRow, actor: Actor, at: datetime) -> None:
    """The unit's own step is done when its leader files, or when it has no leader at all."""
    if row.step is not MotionStep.UNIT:
        return
    on = plans.today(at)
    if leaders.leads_today(actor, row.department_id, on):
        name, words = actor.name, "单位负责人提出"
    elif not leaders.leaders_of(row.department_id, on):
        name, words = SYSTEM.name, "单位未登记负责人，直接报热线审核"
    else:
        return
    row.unit_decided_at, row.unit_decided_by, row.unit_decision = at, name, words
    row.step = next_step(row.kind, row.ordinal, row.step) or row.step


def leaders_to_tell(row: MotionRow, at: datetime) -> list[int]:
    """Who leads the unit today and has to look at the motion (staff ids)."""
    if row.step is not MotionStep.UNIT:
        return []
    return [person.id for person in leaders.leaders_of(row.department_id, plans.today(at))]
