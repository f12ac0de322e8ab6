"""退单: within a working day, with coded reason and a better unit; a tug-of-war is ruled on.

Rules: domain.md 8.1 (1 个工作日内，至多退单 2 次，之后裁定), 山东省政务服务热线管理办法 (理由),
国办函〔2025〕66号 (派单异议审核).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sla
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.lifecycle import Action
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Clock
from hotline.queries import office
from hotline.services import _move, dispatching, notices, rulings
from hotline.services.motions import docket
from hotline.services.motions.plea import Opening, spoken
from hotline.services.timing import clocks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hotline.domain.errors import HotlineError
    from hotline.domain.identity import Actor
    from hotline.models import Department, MotionRow, Ticket
    from hotline.services.motions.plea import Plea


def opening(ticket: Ticket, *, at: datetime) -> Opening:
    """Whether the unit that has the ticket may still return it, and until when.

    Counted from the dispatch to this unit, in its own office hours; on time up to and including.
    """
    current = dispatching.lead_assignment(ticket)
    if current is None:
        return Opening(kind=Motion.RETURN, refusal=NotAllowed("工单没有主办单位，不能申请退单"))
    terms = office.profile(at).returns
    calendar = office.calendar(ticket.area_code, current.department.code)
    until = sla.due_at(calendar, current.dispatched_at, terms.within).at
    ordinal = len(docket.decided_of(ticket, Motion.RETURN)) + 1
    return Opening(
        kind=Motion.RETURN,
        refusal=_refusal(ticket, current.dispatched_at, until, terms, at),
        until=until,
        ordinal=ordinal,
        words=_words(ticket, until, ordinal > terms.max_returns, at),
    )


def _refusal(
    ticket: Ticket, since: datetime, until: datetime, terms: sla.ReturnTerms, at: datetime
) -> HotlineError | None:
    if ticket.no_return:
        return NotAllowed("该工单已裁定承办单位，禁止退回")
    if at < since:
        return Conflict(
            f"服务器时间 {spoken(at)} 早于派单时间 {spoken(since)}，请联系管理员校准时钟后再提交"
        )
    if at > until:
        return Invalid(
            "reason", f"退单须在派单后 {terms.within}内提出，最晚为 {spoken(until)}，现已超过"
        )
    return None


def _words(ticket: Ticket, until: datetime, is_last: bool, at: datetime) -> str:  # noqa: FBT001 - a fact of the case
    calendar = office.calendar(ticket.area_code)
    left = f"须在 {spoken(until)} 前提出，{sla.remaining(calendar, at, until)}"
    return f"{left}；已退过单，再退将由热线裁定主办单位，裁定后不得再退" if is_last else left


def prepare(row: MotionRow, ticket: Ticket, plea: Plea, *, at: datetime) -> None:
    """Check what a return needs and put it into the row.

    A coded reason, and the unit that should have it, unless the reason says that none is known.
    A unit whose return was refused must bring evidence it has not brought before. Returns that
    were agreed to or refused count; when there are ``max_returns`` of them, the next one is not
    reviewed like the others: the hotline fixes the lead once for all (story 5).
    """
    del at
    table = notices.reasons()
    if plea.reason_code not in table["return"]:
        raise Invalid("reason_code", "请选择退单理由")
    unit = dispatching.department_by_code(plea.suggested_code)
    if plea.suggested_code and unit is None:
        raise Invalid("suggested_code", "没有这个承办单位，请从列表中选择")
    if unit is None and plea.reason_code not in table["return_terms"]["no_unit_needed"]:
        raise Invalid("suggested_code", "请选择建议改派的单位；确实不明的，请选相应的退单理由")
    if unit is not None and unit.id == row.department_id:
        raise Invalid("suggested_code", "不能建议改派给本单位")
    row.suggested_department_id = unit.id if unit else None
    before = docket.decided_of(ticket, Motion.RETURN)
    must_be_new(row, before)
    row.ordinal = len(before) + 1


def filed(row: MotionRow, ticket: Ticket, *, at: datetime) -> None:
    """The return that exceeds ``max_returns`` goes to the hotline's ruling at once (疑难裁定)."""
    if row.ordinal > office.profile(at).returns.max_returns:
        rulings.begin(ticket, at=at, turn=row.id)


def must_be_new(row: MotionRow, before: Iterable[MotionRow]) -> None:
    """After a refusal the same unit asks again only with evidence it has not brought before.

    New is a text that is neither the evidence nor the reason of an earlier motion of this unit;
    blanks do not make it new. Raises Invalid.
    """
    own = [other for other in before if other.department_id == row.department_id]
    refused = [other for other in own if other.state is MotionState.REFUSED]
    if not refused:
        return
    known = {_bare(words) for other in own for words in (other.evidence, other.reason)}
    if not _bare(row.evidence):
        raise Invalid("evidence", "上次申请已被驳回，再次申请须提供新的依据")
    if _bare(row.evidence) in known:
        raise Invalid("evidence", "这份依据上次已经提交过，再次申请须提供新的依据")


def _bare(words: str | None) -> str:
    return "".join((words or "").split())


def granted(row: MotionRow, ticket: Ticket, actor: Actor, note: str | None, at: datetime) -> None:
    """Send the ticket back to be dispatched; the handle clock runs on.

    The return that makes the count of ``max_returns`` leads to a ruling (疑难裁定).
    """
    give_back(row, ticket, actor, note, at)
    if len(docket.decided_of(ticket, Motion.RETURN)) >= office.profile(at).returns.max_returns:
        rulings.begin(ticket, at=at, turn=row.id)


def give_back(row: MotionRow, ticket: Ticket, actor: Actor, note: str | None, at: datetime) -> None:
    """Take the ticket from the unit that returned it."""
    unit: Department = row.department
    docket.close(row, ticket, MotionState.GRANTED, actor, note, at=at)
    docket.withdraw_all(ticket, "工单已退回，申请自动撤回", at=at)
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
