"""Closures of some hours (临时停办) as days off or as days with fewer office hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sla.calendar import ordinary_day
from sla.errors import CalendarError
from sla.office import OfficeHours
from sla.official import FIRST_PUBLISHED_YEAR, official_calendar

Windows = tuple[tuple[time, time], ...]
USUAL: Windows = OfficeHours().windows
_DAY = timedelta(days=1)


def is_whole_days(start: datetime, end: datetime) -> bool:
    """Whether a span begins and ends at midnight."""
    return start.time() == end.time() == time()


def whole_days(start: datetime, end: datetime) -> list[date]:
    """Days from begin to end, the end exclusive."""
    return [start.date() + _DAY * n for n in range((end.date() - start.date()).days)]


def closed_days(start: datetime, end: datetime) -> list[tuple[date, Windows]]:
    """Days that a closure touches and the hours left on each; none left is a day off.

    Raises CalendarError when it touches no office hours at all.
    """
    touched: list[tuple[date, Windows]] = []
    day = start.date()
    while datetime.combine(day, time()) < end:
        midnight = datetime.combine(day, time())
        left = _left(max(start, midnight), min(end, midnight + _DAY))
        if not left or (left != USUAL and _is_worked(day)):
            touched.append((day, left))
        day += _DAY
    if not touched:
        raise CalendarError(f"{start} 至 {end} 停办不影响任何工作日的办公时间")
    return touched


def demand_full_day(start: datetime, end: datetime) -> None:
    """Refuse hours of work from which no working day can be told."""
    covers = start.date() == end.date() and all(
        start.time() < closes and opens < end.time() for opens, closes in USUAL
    )
    if not covers:
        raise CalendarError(
            f"{start} 至 {end} 上班不是整天，办公时间请用 CSV 的“办公时间”或 X-HOTLINE-HOURS 写明"
        )


def _left(start: datetime, end: datetime) -> Windows:
    """Usual hours of one day without the closed ones; `end` may be the next midnight."""
    closed_from = start.time()
    closed_to = time.max if end.date() > start.date() else end.time()
    left = []
    for opens, closes in USUAL:
        if opens < min(closes, closed_from):
            left.append((opens, min(closes, closed_from)))
        if max(opens, closed_to) < closes:
            left.append((max(opens, closed_to), closes))
    return tuple(left)


@lru_cache(maxsize=512)
def _is_worked(day: date) -> bool:
    if day.year < FIRST_PUBLISHED_YEAR:
        return ordinary_day(day).is_workday
    return official_calendar(day.year, day.year).is_workday(day)
