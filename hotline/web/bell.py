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
    "督办": ("red", "gavel"),
    "黄牌预警": ("amber", "alert-triangle"),
    "催办": ("amber", "bell"),
    "工单派发": ("blue", "inbox"),
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
    }


def _read(notice_id: int) -> Response:
    """Mark it and go to the ticket it speaks of."""
    ticket_no = bell_service.read(notice_id, staff(), at=now())
    if ticket_no and request.form.get("go"):
        return redirect(url_for(".ticket", ticket_no=ticket_no), 303)
    return redirect(url_for(".notices"), 303)


def _read_all() -> Response:
    up_to = request.form.get("up_to", "")
    bell_service.read_all(staff(), up_to=int(up_to) if up_to.isdigit() else 0, at=now())
    flash("通知已全部标为已读", "success")
    return redirect(url_for(".notices"), 303)
