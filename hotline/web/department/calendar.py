"""What falls due when at one's own unit (本单位到期日历)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request, url_for

from hotline.queries import duecalendar
from hotline.queries import supervision as watch
from hotline.queries.supervision import Lamp, Scope, WatchLine
from hotline.services.intake import LOCAL
from hotline.web.access import now
from hotline.web.department import department
from hotline.web.department.routes import own_unit
from hotline.web.lines import shown_marks
from hotline.web.looks import day as short_day
from hotline.web.month import asked_month, month_rows


@department.get("/calendar")
def due_calendar() -> str:
    """One month of the unit, and the tickets of the day that was picked (today without a word)."""
    at, unit_id = now(), own_unit()
    picked = _picked_day(request.args.get("day")) or at.astimezone(LOCAL).date()
    first = asked_month(request.args.get("month") or f"{picked:%Y-%m}", at)

    def month_url(month: str) -> str:
        return url_for(".due_calendar", month=month)

    def day_url(day: date) -> str:
        return url_for(".due_calendar", month=f"{day:%Y-%m}", day=day.isoformat()) + "#day"

    found = duecalendar.month(first, at=at, department_id=unit_id)
    scope = Scope(lamp=Lamp.OPEN, department_id=unit_id, on=picked)
    page = watch.page(scope, at=at, cursor=request.args.get("cursor"))
    return render_template(
        "department/calendar.html",
        month=month_rows(found, at=at, month_url=month_url, day_url=day_url),
        day_text=f"{picked.month} 月 {picked.day} 日",
        here=url_for(".due_calendar", month=f"{first:%Y-%m}", day=picked.isoformat()),
        rows=[_row(line) for line in page.lines],
        next_cursor=page.next_cursor,
    )


def _picked_day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if date(2000, 1, 1) < found < date(9999, 1, 1) else None


def _row(line: WatchLine) -> dict[str, Any]:
    return {
        "href": url_for(".ticket", ticket_no=line.ticket_no),
        "title": line.title,
        "note": " · ".join(part for part in (line.category, line.area) if part),
        "ticket_no": line.ticket_no,
        "urgency": line.urgency.value,
        "marks": shown_marks(line.marks, line.round),
        "stage": line.stage.label,
        "stage_code": line.stage.value,
        "person": line.person,
        "lamp": line.lamp,
        "due_text": short_day(line.due_at),
        "remaining": line.remaining,
    }
