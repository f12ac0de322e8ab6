"""A month of what falls due, ready to print: grid, agenda, months before and after (到期日历)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hotline.queries import bounded, duecalendar
from hotline.services.intake import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.queries.duecalendar import DueDay, Month

FIRST_YEAR, LAST_YEAR = 2004, 2100
WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


def asked_month(text: str | None, at: datetime) -> date:
    """The first day of a month written 2026-10; this month where it is none."""
    today = at.astimezone(LOCAL).date()
    try:
        year, month = (int(part) for part in (text or "").split("-"))
        found = date(year, month, 1)
    except (ValueError, OverflowError):
        return today.replace(day=1)
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else today.replace(day=1)


def month_rows(
    month: Month, *, at: datetime, month_url: Callable[[str], str], day_url: Callable[[date], str]
) -> dict[str, Any]:
    """Print a month for the macros of ``_parts/month.html``."""
    today = at.astimezone(LOCAL).date()
    before = (month.first - timedelta(days=1)).replace(day=1)
    after = (month.first + timedelta(days=32)).replace(day=1)

    def cell(day: DueDay | None) -> dict[str, Any] | None:
        return _cell(day, today, day_url) if day is not None else None

    weeks = [[cell(day) for day in week] for week in month.weeks]
    days = [day for week in weeks for day in week if day is not None]
    return {
        "title": f"{month.first.year} 年 {month.first.month} 月",
        "weekdays": WEEKDAYS,
        "weeks": weeks,
        "agenda": [day for day in days if day["due"] or day["name"] or day["is_today"]],
        "before_url": month_url(f"{before:%Y-%m}") if before.year >= FIRST_YEAR else None,
        "after_url": month_url(f"{after:%Y-%m}") if after.year <= LAST_YEAR else None,
        "now_url": month_url(f"{today:%Y-%m}"),
    }


def _cell(day: DueDay, today: date, day_url: Callable[[date], str]) -> dict[str, Any]:
    name = day.name + ("（暂定）" if day.name and day.is_provisional else "")
    return {
        "number": day.on.day,
        "date_text": f"{day.on.month}月{day.on.day}日 星期{WEEKDAYS[day.on.weekday()]}",
        "name": name,
        "is_off": not day.is_workday,
        "is_today": day.on == today,
        "lamp": day.lamp,
        "due": bounded.words(day.due, duecalendar.MOST) if day.due else "",
        "overdue": bounded.words(day.overdue, duecalendar.MOST) if day.overdue else "",
        "soon": day.soon,
        "href": day_url(day.on),
    }
