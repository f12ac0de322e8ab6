"""Days that change nothing and years without work are told beforehand."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest

from sla import official_calendar
from sla.calendar_files import CalendarEntry, clashes

CALENDAR = official_calendar(2025, 2028)
MORNING = ((time(8, 30), time(12)),)
USUAL = (*MORNING, (time(14), time(17, 30)))


def entry(day: str, *, works: bool, area: str = "", windows: object = ()) -> CalendarEntry:
    return CalendarEntry(
        on=date.fromisoformat(day), is_workday=works, name="某日", area=area, windows=windows
    )


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (entry("2026-06-28", works=False), "本来就休息（周末），不改变任何期限$"),
        (entry("2026-10-01", works=False), "本来就休息（国庆节）"),
        (entry("2026-06-29", works=True), "本来就上班（工作日）"),
        (entry("2026-06-29", works=True, windows=USUAL), "本来就上班"),
        (entry("2027-06-27", works=False), "官方安排尚未公布，可作确认$"),
        (entry("2029-01-01", works=False), "不在工作日历 2025-01-01 至 2028-12-31 之内"),
    ],
)
def test_what_changes_nothing(day: CalendarEntry, words: str) -> None:
    (warning,) = clashes([day], CALENDAR)
    assert warning.startswith(f"{day.on}“某日”")
    assert re.search(words, warning)


def test_what_changes_something() -> None:
    days = [
        entry("2026-06-28", works=True),
        entry("2026-06-29", works=False),
        entry("2026-06-30", works=True, windows=MORNING),
        entry("2026-06-29", works=True, area="3702"),
    ]
    assert clashes(days, CALENDAR) == ()


def test_an_area_is_measured_by_its_city() -> None:
    days = [entry("2026-06-29", works=False), entry("2026-06-29", works=False, area="3702")]
    assert clashes(days, CALENDAR) == (
        "2026-06-29“某日”（3702）本来就休息（全市安排“某日”），不改变任何期限",
    )


def test_a_year_without_work() -> None:
    whole = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    days = [entry(str(day), works=False, area="3702") for day in whole if CALENDAR.is_workday(day)]
    assert clashes(days, CALENDAR) == ("2026 年（3702）没有任何工作日，期限将无法计算",)
    assert clashes(days[1:], CALENDAR) == ()
