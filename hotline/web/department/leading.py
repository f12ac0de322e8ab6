"""A leader's pages: 待我审核, 请假与代理; a deputy sees the first as well (单位负责人)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Conflict, Invalid
from hotline.domain.terms import Role
from hotline.queries import leaders, units
from hotline.services import leave as leave_service
from hotline.services import motions
from hotline.services.intake import LOCAL
from hotline.web.access import now, staff
from hotline.web.department import department
from hotline.web.department.routes import Draft, desk_tabs, own_unit
from hotline.web.looks import local
from hotline.web.tickets.motions import motion_row

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.wrappers import Response

    from hotline.models import MotionRow, Ticket

    Answer = Response | str | tuple[str, int]


@department.get("/approvals")
def approvals() -> str:
    """List the motions that wait for this leader's yes."""
    return _approvals(Draft())


def _approvals(draft: Draft) -> str:
    at, actor = now(), staff()
    found = motions.waiting_at(actor, at=at)
    return render_template(
        "department/approvals.html",
        tabs=desk_tabs("approvals"),
        cases=[_case(row, ticket, at) for row, ticket in found],
        draft=draft,
        is_deputy=_stands_in(at),
    )


def _stands_in(at: datetime) -> bool:
    """Whether somebody who is no leader decides here today."""
    if staff().role is Role.DEPARTMENT_LEAD:
        return False
    return leaders.leads_today(staff(), own_unit(), at.astimezone(LOCAL).date())


def _case(row: MotionRow, ticket: Ticket, at: datetime) -> dict[str, Any]:
    return {
        "motion": motion_row(row, ticket, staff(), at),
        "ticket_no": ticket.ticket_no,
        "title": ticket.title,
        "content": ticket.content,
        "urgency": ticket.urgency.value,
        "promised": local(ticket.promised_at),
        "is_own": row.department_id == staff().department_id,
    }


@department.post("/approvals/<int:motion_id>")
def decide(motion_id: int) -> Answer:
    """Pass a motion on to the hotline, or refuse it with a reason."""
    try:
        said = _decide(motion_id, request.form.get("note", "").strip())
    except Invalid as error:
        return _approvals(Draft(str(motion_id), request.form.to_dict(), error.errors)), 422
    flash(said, "success")
    return redirect(url_for(".approvals"), 303)


def _decide(motion_id: int, note: str) -> str:
    verdict = request.form.get("verdict")
    if verdict == "grant":
        motions.grant(motion_id, staff(), note=note or None, at=now())
        return "已同意，报热线审核"
    if verdict == "refuse":
        motions.refuse(motion_id, staff(), note=note, at=now())
        return "已驳回，经办人继续办理"
    raise Invalid("note", "请选择同意或驳回")


@department.get("/leave")
def leave() -> str:
    """Show who is on leave and who stands in, with the form for one's own leave."""
    return _leave(Draft())


def _leave(draft: Draft) -> str:
    actor, unit_id, today = staff(), own_unit(), now().astimezone(LOCAL).date()
    rows = [
        {
            "id": row.id,
            "name": row.staff.name,
            "deputy": row.deputy.name,
            "days": f"{row.first_on:%Y-%m-%d} 至 {row.last_on:%Y-%m-%d}",
            "reason": row.reason,
            "is_now": row.first_on <= today <= row.last_on,
            "is_own": row.staff_id == actor.staff_id,
        }
        for row in leaders.absences(unit_id, on=today)
    ]
    return render_template(
        "department/leave.html",
        tabs=desk_tabs("leave"),
        rows=rows,
        may_enter=actor.role is Role.DEPARTMENT_LEAD,
        deputies=units.possible_deputies(unit_id, actor.staff_id),
        draft=draft,
        today=today.isoformat(),
    )


@department.post("/leave")
def take_leave() -> Answer:
    """Enter one's own leave with a deputy."""
    try:
        leave_service.take_leave(
            staff().staff_id or 0,
            _deputy(),
            (_day("first_on"), _day("last_on")),
            staff(),
            reason=request.form.get("reason", ""),
            at=now(),
        )
    except Invalid as error:
        return _leave(Draft("leave", request.form.to_dict(), error.errors)), 422
    except Conflict as error:
        kept = Draft("leave", request.form.to_dict(), {"first_on": error.message})
        return _leave(kept), 409
    flash("已登记请假，期间由代理人审核", "success")
    return redirect(url_for(".leave"), 303)


def _deputy() -> int:
    picked = request.form.get("deputy_id", "")
    if not (picked.isascii() and picked.isdigit()):
        raise Invalid("deputy_id", "请选择代理人")
    return int(picked[:9])


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        raise Invalid(name, "请选择日期，如 2026-06-30") from None


@department.post("/leave/<int:absence_id>/cancellation")
def cancel_leave(absence_id: int) -> Response:
    """Take an entered leave back."""
    leave_service.cancel_leave(absence_id, staff(), at=now())
    flash("已撤销请假，恢复由本人审核", "success")
    return redirect(url_for(".leave"), 303)
