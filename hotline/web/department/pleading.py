"""What a unit asks for on its tickets: 退单 延期 挂账 不合理 申诉; and taking it back (申请)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import request

from hotline.domain.errors import Invalid, NotFound
from hotline.domain.motions import Motion
from hotline.queries import pleas
from hotline.services import motions
from hotline.web.access import now, staff
from hotline.web.department import department
from hotline.web.department.deeds import act

if TYPE_CHECKING:
    from hotline.models import Ticket
    from hotline.web.department.deeds import Answer

SAID = {
    Motion.RETURN: "退单申请已提交；审核期间办理时限继续计时",
    Motion.EXTENSION: "延期申请已提交；批准前原期限不变，批准后短信告知市民",
    Motion.HANGING: "挂账申请已提交；批准前照常办理、照常计时",
    Motion.UNREASONABLE: "不合理诉求认定申请已提交；认定前照常办理、照常计时",
    Motion.APPEAL: "考核申诉已提交，由热线管理机构审批",
}


@department.post("/tickets/<ticket_no>/motions/<kind>", endpoint="file_motion")
def file_motion(ticket_no: str, kind: str) -> Answer:
    """Put a motion; what the rule refuses comes back with its words and the sums."""
    if kind not in set(Motion):
        raise NotFound("没有这种申请")
    asked = Motion(kind)

    def do(ticket: Ticket) -> None:
        motions.file(ticket.id, _plea(asked), staff(), at=now())

    return act(ticket_no, asked.value, do, SAID[asked])


@department.post("/tickets/<ticket_no>/motions/<int:motion_id>/withdrawal")
def withdraw_motion(ticket_no: str, motion_id: int) -> Answer:
    """撤回申请, before it is decided."""

    def do(ticket: Ticket) -> None:
        if pleas.ticket_of(motion_id) != ticket.ticket_no:
            raise NotFound("没有这份申请")
        motions.withdraw(motion_id, staff(), at=now())

    return act(ticket_no, "withdraw", do, "申请已撤回")


def _plea(kind: Motion) -> motions.Plea:
    form = request.form
    return motions.Plea(
        kind=kind,
        reason=form.get("reason", ""),
        reason_code=form.get("reason_code") or None,
        suggested_code=form.get("suggested_code") or None,
        days=_whole(form.get("days", "")),
        evidence=form.get("evidence", ""),
        reply_text=form.get("reply_text", ""),
        until_on=_day(form.get("until_on", "")),
    )


def _whole(text: str) -> int | None:
    """A whole number as typed; anything else is no number, and the rule says what it wants."""
    words = text.strip()
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 9 else None  # noqa: PLR2004 - digits


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("until_on", "日期请写成 2026-06-30 这样的格式") from None
