"""What falls due when, in the city or at one unit (到期日历)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for

from hotline.queries import catalog_choices, duecalendar
from hotline.queries.supervision import Lamp, Scope
from hotline.services import dispatching
from hotline.web.access import now
from hotline.web.month import asked_month, month_rows
from hotline.web.supervision import supervision
from hotline.web.supervision.lists import scope_url

if TYPE_CHECKING:
    from datetime import date


@supervision.get("/calendar")
def due_calendar() -> str:
    """One month; a day leads to the tickets that are due on it."""
    at = now()
    unit = dispatching.department_by_code(request.args.get("unit"))
    first = asked_month(request.args.get("month"), at)
    code = unit.code if unit else None

    def month_url(month: str) -> str:
        return url_for(".due_calendar", month=month, unit=code)

    def day_url(day: date) -> str:
        return scope_url(".listing", Scope(lamp=Lamp.OPEN, unit_code=code, on=day))

    found = duecalendar.month(first, at=at, department_id=unit.id if unit else None)
    return render_template(
        "supervision/calendar.html",
        month=month_rows(found, at=at, month_url=month_url, day_url=day_url),
        month_text=f"{first:%Y-%m}",
        unit=unit,
        unit_options=catalog_choices.flat(catalog_choices.departments()),
    )
