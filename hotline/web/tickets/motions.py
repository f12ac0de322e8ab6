"""Motions and ratings of a ticket page, ready as text (工单页的申请、评价)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState, MotionStep
from hotline.domain.outcomes import Outcome
from hotline.domain.ratings import is_bad
from hotline.domain.terms import SATISFACTION, Finding, Mark
from hotline.services import motions, notices, ratings_review, rulings
from hotline.services.motions import extension
from hotline.web.looks import local

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import MotionRow, Rating, Ticket
    from hotline.queries.tickets import TicketView


def motion_rows(view: TicketView, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Every motion of a ticket, oldest first; an open one says whether this person decides it."""
    return [motion_row(row, view.ticket, actor, at) for row in view.motions]


def motion_row(row: MotionRow, ticket: Ticket, actor: Actor, at: datetime) -> dict[str, Any]:
    """One motion with what its kind brings, and who said what at each step."""
    is_open = row.state is MotionState.OPEN
    codes = notices.reasons().get(row.kind.value, {})
    is_disputed = is_open and row.kind is Motion.RETURN and rulings.is_disputed(ticket)
    return {
        "id": row.id,
        "kind": row.kind.label,
        "kind_code": row.kind.value,
        "ordinal": row.ordinal,
        "state": row.step.label if is_open else row.state.label,
        "state_code": row.state.value,
        "is_open": is_open,
        "is_disputed": is_disputed,
        "may_decide": is_open and not is_disputed and motions.may_decide(row, actor, at=at),
        "may_withdraw": is_open and actor.department_id == row.department_id,
        "code_label": codes.get(row.reason_code or "", row.reason_code or ""),
        "reason": row.reason,
        "facts": _facts(row, ticket),
        "unit": row.department.name,
        "suggested": row.suggested_department.name if row.suggested_department else "",
        "filed_text": local(row.filed_at),
        "filed_by": row.filed_by,
        "steps": _steps(row),
    }


def _facts(row: MotionRow, ticket: Ticket) -> list[tuple[str, str]]:
    found = [("依据", row.evidence or "")]
    if row.working_days:
        found.append(("申请延期", f"{row.working_days} 个工作日（第 {row.ordinal} 次）"))
    if row.kind is Motion.EXTENSION and row.state is MotionState.OPEN:
        dates = extension.would_be_due(row, ticket)
        if dates:
            found += [("现在的期限", local(dates[0])), ("批准后的期限", local(dates[1]))]
    if row.until_on:
        found.append(("挂账至", f"{row.until_on:%Y-%m-%d}"))
    found.append(("答复口径", row.reply_text or ""))
    if row.suggested_department:
        found.append(("建议改派", row.suggested_department.name))
    return [(name, words) for name, words in found if words]


def _steps(row: MotionRow) -> list[str]:
    """Who decided, when, with what words: the unit's leader, then the hotline."""
    said = []
    if row.unit_decided_at is not None:
        said.append(("单位审核", row.unit_decided_by, row.unit_decided_at, row.unit_decision))
    is_units = row.step is MotionStep.UNIT and row.unit_decided_at is not None
    if row.decided_at is not None and not is_units:
        is_withdrawn = row.state is MotionState.WITHDRAWN
        name = row.state.label if is_withdrawn else row.step.label
        said.append((name, row.decided_by, row.decided_at, row.decision))
    return [
        f"{step}：{by} {local(when)}{f'，{words}' if words else ''}"
        for step, by, when, words in said
    ]


def exclusions(view: TicketView) -> list[str]:
    """Why a ticket is left out of the assessment (不纳入考核), in sentences."""
    ticket, said = view.ticket, []
    if ticket.stage is Stage.HUNG:
        since = [entry.at for entry in view.timeline if entry.event is Event.HANGING_GRANTED]
        began = f"自 {local(since[-1])} 起" if since else ""
        said.append(f"挂账中（{began}暂停计时），不计入按时办结率")
    if Mark.EXCLUDED in ticket.marks:
        said.append("考核申诉已通过，不纳入考核")
    if ticket.outcome is Outcome.UNREASONABLE:
        said.append("已认定为不合理诉求，不纳入考核")
    return said


def hanging_facts(view: TicketView) -> list[tuple[str, str]]:
    """How a hung ticket stands: since when, the next review, until when it was asked for."""
    if view.ticket.stage is not Stage.HUNG:
        return []
    since = [entry.at for entry in view.timeline if entry.event is Event.HANGING_GRANTED]
    looks = [entry for entry in view.timeline if entry.event is Event.HANG_REVIEWED]
    granted = [row for row in view.motions if row.kind is Motion.HANGING and row.until_on]
    found = [("挂账时间", local(since[-1]) if since else "")]
    if granted and granted[-1].until_on:
        found.append(("申请挂账至", f"{granted[-1].until_on:%Y-%m-%d}"))
    if looks:
        found.append(("上次复核", f"{local(looks[-1].at)}，{looks[-1].reason}"))
    return found


def rating_rows(view: TicketView, actor: Actor) -> list[dict[str, Any]]:
    """Every rating; a bad one with what verifying it found and what is still to be done."""
    may = ratings_review.may_review(view.ticket, actor)
    return [rating_row(row, may_review=may) for row in view.ratings]


def rating_row(row: Rating, *, may_review: bool) -> dict[str, Any]:
    """One rating as it is printed."""
    bad = is_bad(row.satisfaction, row.resolved)
    found = row.finding
    return {
        "id": row.id,
        "round": "首次" if row.round == 1 else f"第 {row.round} 次",
        "satisfaction": SATISFACTION[row.satisfaction],
        "stars": row.satisfaction,
        "tone": "red" if bad else "green",
        "resolved": row.resolved.label,
        "comment": row.comment,
        "channel": row.channel.label,
        "at_text": local(row.rated_at),
        "is_bad": bad,
        "is_to_verify": bad and found is None,
        "is_to_mend": bad and found is Finding.TRUE and row.mended_at is None,
        "may_review": may_review,
        "steps": _rating_steps(row),
    }


def _rating_steps(row: Rating) -> list[str]:
    said = []
    if row.finding is not None:
        table = notices.reasons()["finding"].get(row.finding.value, {})
        code = table.get(row.finding_code or "", "")
        found = f"{row.finding.label}{f'（{code}）' if code else ''}"
        who = f"{row.verified_by} {local(row.verified_at)}"
        said.append(f"核实：{found}，{who}，{row.verification}")
    if row.mended_at is not None:
        said.append(f"整改：{row.mended_by} {local(row.mended_at)}，{row.mending}")
    return said
