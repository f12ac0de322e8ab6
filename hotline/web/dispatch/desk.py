"""The dispatcher's desk: four queues, each with its first case open (派单审核台)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

import sla
from hotline.domain.lifecycle import Stage
from hotline.queries import bell, bounded, desk, office
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
    "adjudicating": "疑难协调",
    "reviewing": "办结审核",
}
TONES = {"returns": "amber", "adjudicating": "red"}


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
    alerts = [line for line in bell.page(staff()).lines if not line.is_read][:ALERTS]
    return render_template(
        "dispatch/board.html",
        **(case_context(open_no, tab=tab, errors=errors) if open_no else {"tab": tab}),
        tabs=tab_items(tab),
        rows=rows,
        next_cursor=next_cursor,
        open_no=open_no,
        label=TABS[tab],
        alerts=[(line, day(line.created_at)) for line in alerts],
    )


def _open_case(rows: list[dict[str, Any]], wanted: str | None) -> str | None:
    """The case picked, as long as it still waits here; else the head of the queue."""
    waiting = [row["ticket_no"] for row in rows]
    return wanted if wanted in waiting else next(iter(waiting), None)


def tab_items(tab: str) -> list[dict[str, object]]:
    """The tabs with how many wait, 99+ at the most."""
    counts = desk.counts()
    items: list[dict[str, object]] = [
        {
            "href": url_for("dispatch.board", tab=key),
            "label": label,
            "active": key == tab,
            "count": bounded.words(getattr(counts, key), desk.MOST),
            "tone": TONES.get(key) if getattr(counts, key) else None,
        }
        for key, label in TABS.items()
    ]
    items.append({"href": url_for("dispatch.find"), "label": "全部工单", "active": tab == "all"})
    return items


def _queue(tab: str, cursor: str | None, at: datetime) -> tuple[list[dict[str, Any]], str | None]:
    if tab == "returns":
        pleas, next_cursor = desk.open_returns(cursor=cursor)
        return [_plea_row(plea) for plea in pleas], next_cursor
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


def _plea_row(plea: desk.Plea) -> dict[str, Any]:
    ticket, motion = plea.ticket, plea.motion
    return {
        "ticket_no": ticket.ticket_no,
        "title": ticket.title,
        "urgency": ticket.urgency.value,
        "note": f"{motion.department.short_name} 申请退单",
        "lamp": "",
        "remaining": "",
        "hint": f"第 {ticket.returns + 1} 次" if ticket.returns else "",
        "at_text": day(motion.filed_at),
    }


@dispatch.post("/notices/<int:notice_id>")
def read_notice(notice_id: int) -> Response:
    """Mark an alert as read and open its ticket."""
    ticket_no = bell_service.read(notice_id, staff(), at=now())
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
