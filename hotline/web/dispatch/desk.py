"""The dispatcher's desk: its queues, each with its first case open (派单审核台)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

import sla
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion
from hotline.domain.terms import Role
from hotline.queries import bell, bounded, desk, office, pleas
from hotline.services import bell as bell_service
from hotline.web.access import now, staff
from hotline.web.dispatch import dispatch
from hotline.web.dispatch.cases import case_context
from hotline.web.looks import day

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.wrappers import Response

    from hotline.domain.errors import Invalid

SEE_OTHER = 303
ALERTS = 3
TABS = {
    "to_dispatch": "待派单",
    "returns": "退单审核",
    "extensions": "延期审核",
    "hangings": "挂账审批",
    "unreasonables": "不合理诉求认定",
    "appeals": "考核申诉",
    "adjudicating": "疑难协调",
    "reviewing": "办结审核",
}
MOTIONS = {
    "returns": Motion.RETURN,
    "extensions": Motion.EXTENSION,
    "hangings": Motion.HANGING,
    "unreasonables": Motion.UNREASONABLE,
    "appeals": Motion.APPEAL,
}
RARE = ("hangings", "unreasonables", "appeals")
"""The authority's own; on a dispatcher's desk these tabs show only when something lies there."""
TONES = {"adjudicating": "red", **dict.fromkeys(MOTIONS, "amber")}


@dispatch.get("")
def board() -> Response | str:
    """One queue and its first case, or the case that was picked from it."""
    if request.args.get("q", "").strip():
        return redirect(url_for("dispatch.find", q=request.args["q"].strip()), SEE_OTHER)
    tab = request.args.get("tab", "to_dispatch")
    return render_board(tab if tab in TABS else "to_dispatch", request.args.get("no"))


def render_board(
    tab: str, ticket_no: str | None = None, errors: dict[str, str] | None = None
) -> str:
    """Print the desk; ``errors`` belong to the form of the open case."""
    at = now()
    rows, next_cursor = _queue(tab, request.args.get("cursor") or None, at)
    open_no = _open_case(rows, ticket_no)
    alerts = [line for line in bell.page(staff()).lines if _is_alarming(line)][:ALERTS]
    return render_template(
        "dispatch/board.html",
        **(case_context(open_no, tab=tab, errors=errors) if open_no else {"tab": tab}),
        tabs=tab_items(tab),
        rows=rows,
        next_cursor=next_cursor,
        open_no=open_no,
        label=TABS[tab],
        motion_tabs=MOTIONS,
        alerts=[(line, day(line.created_at)) for line in alerts],
    )


def _is_alarming(line: bell.BellLine) -> bool:
    """Unread, and not about a motion, which lies in a queue of its own on this very desk."""
    return not (line.is_read or line.text.partition("】")[0].endswith("申请"))


def _open_case(rows: list[dict[str, Any]], wanted: str | None) -> str | None:
    """The case picked, as long as it still waits here; else the head of the queue."""
    waiting = [row["ticket_no"] for row in rows]
    return wanted if wanted in waiting else next(iter(waiting), None)


def tab_items(tab: str) -> list[dict[str, object]]:
    """The tabs with how many wait, 99+ at the most."""
    waiting = pleas.counts()
    counts = desk.counts() | {key: waiting[kind] for key, kind in MOTIONS.items()}
    shows_all = staff().role is Role.AUTHORITY
    items: list[dict[str, object]] = [
        {
            "href": url_for("dispatch.board", tab=key),
            "label": label,
            "active": key == tab,
            "count": bounded.words(counts[key], desk.MOST),
            "tone": TONES.get(key) if counts[key] else None,
        }
        for key, label in TABS.items()
        if key not in RARE or counts[key] or shows_all or key == tab
    ]
    items.append({"href": url_for("dispatch.find"), "label": "全部工单", "active": tab == "all"})
    return items


def _queue(tab: str, cursor: str | None, at: datetime) -> tuple[list[dict[str, Any]], str | None]:
    if tab in MOTIONS:
        found, next_cursor = pleas.page(MOTIONS[tab], cursor=cursor)
        return [_plea_row(plea, at) for plea in found], next_cursor
    if tab == "reviewing":
        queue = desk.to_review(cursor=cursor)
    else:
        queue = desk.to_dispatch(is_adjudicating=tab == "adjudicating", cursor=cursor)
    calendar = office.calendar()
    return [_row(waiting, calendar, at) for waiting in queue.rows], queue.next_cursor


def _row(waiting: desk.Waiting, calendar: sla.Calendar, at: datetime) -> dict[str, Any]:
    ticket, due, yellow = waiting.ticket, waiting.due_at, waiting.yellow_at
    runs = due is not None
    return {
        "ticket_no": ticket.ticket_no,
        "title": ticket.title,
        "urgency": ticket.urgency.value,
        "note": " · ".join(part for part in (ticket.kind.label, waiting.area) if part),
        "lamp": str(sla.lamp(at, yellow_at=yellow, due=due)) if runs and yellow and due else "",
        "remaining": sla.remaining(calendar, at, due) if runs and due else "",
        "hint": _guess(waiting),
        "at_text": day(ticket.registered_at),
    }


def _guess(waiting: desk.Waiting) -> str:
    """The machine's best guess in a few words."""
    look = waiting.suggestion
    if waiting.ticket.returns:
        return f"已退 {waiting.ticket.returns} 次"
    if look is None or not look.ranked or waiting.ticket.stage is not Stage.TO_DISPATCH:
        return ""
    best = look.ranked[0]
    return f"{best['path'].rsplit('/', 1)[-1]} {best['probability']:.0%}"


def _plea_row(plea: pleas.Plea, at: datetime) -> dict[str, Any]:
    """One motion in the queue, with the lamp of its review."""
    ticket, motion = plea.ticket, plea.motion
    due, yellow = plea.due_at, plea.yellow_at
    runs = due is not None and yellow is not None
    days = f" {motion.working_days} 个工作日" if motion.working_days else ""
    return {
        "ticket_no": ticket.ticket_no,
        "title": ticket.title,
        "urgency": ticket.urgency.value,
        "note": f"{motion.department.short_name} 申请{motion.kind.label}{days}",
        "lamp": str(sla.lamp(at, yellow_at=yellow, due=due)) if runs and due and yellow else "",
        "remaining": sla.remaining(office.calendar(), at, due) if due is not None else "",
        "hint": f"第 {motion.ordinal} 次" if motion.ordinal > 1 else "",
        "at_text": day(motion.filed_at),
    }


@dispatch.post("/notices/<int:notice_id>")
def read_notice(notice_id: int) -> Response:
    """Mark an alert as read and open its ticket."""
    ticket_no = bell_service.read(notice_id, staff(), at=now()).ticket_no
    if ticket_no is None:
        flash("已读", "success")
        return redirect(url_for("dispatch.board"), SEE_OTHER)
    return redirect(url_for("dispatch.show", ticket_no=ticket_no), SEE_OTHER)


def again(tab: str, ticket_no: str, error: Invalid) -> tuple[str, int]:
    """Show the same case once more with what is wrong in its form."""
    if tab in TABS:
        return render_board(tab, ticket_no, error.errors), 422
    page = render_template("dispatch/ticket.html", **case_context(ticket_no, errors=error.errors))
    return page, 422
