"""What looks odd in a local calendar beside the official one (日历核对): warnings only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sla.calendar import Calendar
    from sla.calendar_files.entry import CalendarEntry


def clashes(entries: Iterable[CalendarEntry], calendar: Calendar) -> tuple[str, ...]:
    """Warnings: days that change nothing, days outside the calendar, years without a workday."""
    listed = sorted(entries, key=lambda entry: (entry.on, entry.area))
    city = {entry.on: entry for entry in listed if not entry.area}
    idle = (_idle(entry, city, calendar) for entry in listed)
    return (*filter(None, idle), *_idle_years(listed, calendar))


def _idle(entry: CalendarEntry, city: dict[date, CalendarEntry], calendar: Calendar) -> str | None:
    what = f"{entry.on}“{entry.name}”" + (f"（{entry.area}）" if entry.area else "")
    if not calendar.first_day <= entry.on <= calendar.last_day:
        return f"{what}不在工作日历 {calendar.first_day} 至 {calendar.last_day} 之内"
    above = city.get(entry.on) if entry.area else None
    known = calendar.day(entry.on)
    usual = calendar.plan.on(entry.on).windows
    special = known.office.windows if known.office else usual
    before = (above.is_workday, above.windows or usual) if above else (known.is_workday, special)
    same_kind = entry.is_workday == before[0]
    if not same_kind or (entry.is_workday and (entry.windows or usual) != before[1]):
        return None
    state = "上班" if entry.is_workday else "休息"
    origin = f"全市安排“{above.name}”" if above else known.name
    later = "；官方安排尚未公布，可作确认" if not above and known.is_provisional else ""
    return f"{what}本来就{state}（{origin}），不改变任何期限{later}"


def _idle_years(entries: list[CalendarEntry], calendar: Calendar) -> Iterator[str]:
    by_area: dict[str, dict[date, bool]] = {"": {}}
    for entry in entries:
        by_area.setdefault(entry.area, {})[entry.on] = entry.is_workday
    for area, own in by_area.items():
        worked = {**by_area[""], **own}
        for year in sorted({day.year for day in own}):
            days = list(_days_of(year, calendar))
            if days and not any(worked.get(day, calendar.is_workday(day)) for day in days):
                yield f"{year} 年{f'（{area}）' if area else ''}没有任何工作日，期限将无法计算"


def _days_of(year: int, calendar: Calendar) -> Iterator[date]:
    day = max(date(year, 1, 1), calendar.first_day)
    last = min(date(year, 12, 31), calendar.last_day)
    while day <= last:
        yield day
        day += timedelta(days=1)
