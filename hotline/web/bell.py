"""The bell of a wing: its notices, read one by one or all at once (通知铃)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.queries import bell as bell_queries
from hotline.services import bell as bell_service
from hotline.web.access import now, staff
from hotline.web.looks import local

if TYPE_CHECKING:
    from apiflask import APIBlueprint
    from werkzeug.wrappers import Response

    from hotline.queries.bell import BellLine

_HEADED = re.compile(r"【([^】]{1,12})】(.*)", re.DOTALL)
_LOOKS = {
    "特急": ("red", "flame"),
    "红牌超期": ("red", "alarm"),
    "超期提醒": ("red", "alarm"),
    "紧急超期": ("red", "flame"),
    "督办": ("red", "gavel"),
    "书面催办": ("red", "file-text"),
    "通报": ("red", "message"),
    "提级办理": ("purple", "urgent"),
    "领导批示": ("purple", "star"),
    "群体性事件预警": ("red", "users"),
    "热点预警": ("red", "flame"),
    "回访不满意": ("red", "circle-x"),
    "系统恢复": ("amber", "clock-pause"),
    "解除督办": ("green", "circle-check"),
    "黄牌预警": ("amber", "alert-triangle"),
    "临期提醒": ("amber", "alert-triangle"),
    "到期提醒": ("amber", "clock"),
    "挂账复核": ("amber", "clock-pause"),
    "催办": ("amber", "bell"),
    "工单派发": ("blue", "inbox"),
    "待您审核": ("amber", "gavel"),
    "申请驳回": ("red", "circle-x"),
    "疑难裁定": ("purple", "gavel"),
    "同意延期": ("green", "circle-check"),
    "同意挂账": ("gray", "clock-pause"),
    "恢复办理": ("blue", "refresh"),
}
"""Tone and icon by the heading each notice template begins with."""


def mount(wing: APIBlueprint) -> None:
    """Hang the bell into a wing: notices, notice_read, notices_read; the wing has ``ticket``."""
    wing.add_url_rule("/notices", "notices", _list)
    wing.add_url_rule("/notices/<int:notice_id>", "notice_read", _read, methods=["POST"])
    wing.add_url_rule("/notices/read", "notices_read", _read_all, methods=["POST"])


def unread() -> int:
    """How many notices wait for this desk, for the button beside the heading."""
    return bell_queries.unread(staff())


def _list() -> str:
    page = bell_queries.page(staff(), cursor=request.args.get("cursor"))
    return render_template(
        "notices/page.html",
        rows=[_row(line) for line in page.lines],
        next_cursor=page.next_cursor,
        has_unread=any(not line.is_read for line in page.lines),
    )


def _row(line: BellLine) -> dict[str, Any]:
    """Take the heading 【…】 off the words and give it a colour."""
    found = _HEADED.match(line.text)
    head, words = found.groups() if found else ("通知", line.text)
    tone, icon = _LOOKS.get(head, ("gray", "bell"))
    return {
        "id": line.id,
        "head": head,
        "words": words,
        "tone": tone,
        "icon": icon,
        "at_text": local(line.created_at),
        "is_read": line.is_read,
        "ticket_no": line.ticket_no,
        "has_list": line.link is not None,
        "is_own": line.is_own,
    }


def _read(notice_id: int) -> Response:
    """Mark it and go to the ticket or the list it speaks of."""
    subject = bell_service.read(notice_id, staff(), at=now())
    if request.form.get("go"):
        if subject.ticket_no:
            return redirect(url_for(".ticket", ticket_no=subject.ticket_no), 303)
        if subject.link:
            return redirect(subject.link, 303)
    return redirect(url_for(".notices"), 303)


def _read_all() -> Response:
    up_to = request.form.get("up_to", "")
    bell_service.read_all(staff(), up_to=int(up_to) if up_to.isdigit() else 0, at=now())
    flash("通知已全部标为已读", "success")
    return redirect(url_for(".notices"), 303)
