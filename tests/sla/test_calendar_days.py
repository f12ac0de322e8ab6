"""Which days are worked, what they are called, and calendars that cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sla import LAST_PUBLISHED_YEAR, Calendar, CalendarError, Day, official_calendar

CALENDAR = official_calendar()


@pytest.mark.parametrize(
    ("day", "works", "name"),
    [
        (date(2026, 9, 30), True, "工作日"),
        (date(2026, 10, 1), False, "国庆节"),
        (date(2026, 10, 4), False, "国庆节"),  # a Sunday inside the holiday is the holiday
        (date(2026, 10, 10), True, "调休上班"),
        (date(2026, 10, 11), False, "周末"),
        (date(2026, 2, 14), True, "调休上班"),
        (date(2026, 2, 17), False, "春节"),
        (date(2026, 6, 19), False, "端午节"),
        (date(2024, 2, 18), True, "调休上班"),
        (date(2025, 4, 4), False, "清明节"),
    ],
)
def test_published_days(day: date, works: bool, name: str) -> None:  # noqa: FBT001 - table column
    assert CALENDAR.is_workday(day) is works
    assert CALENDAR.day_name(day) == name
    assert not CALENDAR.is_provisional(day)


def test_every_published_year_has_a_plausible_number_of_workdays() -> None:
    for year in range(2023, LAST_PUBLISHED_YEAR + 1):
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
        assert 245 <= sum(map(CALENDAR.is_workday, days)) <= 252, year


def test_later_years_are_weekdays_less_the_fixed_statutory_days() -> None:
    year = LAST_PUBLISHED_YEAR + 1
    off = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]
    assert all(not CALENDAR.is_workday(date(year, month, day)) for month, day in off)
    assert CALENDAR.day_name(date(year, 10, 1)) == "国庆节"
    assert CALENDAR.is_workday(date(year, 10, 5)) is (date(year, 10, 5).weekday() < 5)
    assert CALENDAR.is_provisional(date(year, 1, 1))
    assert CALENDAR.is_provisional(date(year, 3, 3))


def test_an_override_replaces_a_day_and_its_doubt_in_a_new_calendar() -> None:
    day = date(LAST_PUBLISHED_YEAR + 1, 3, 3)
    changed = CALENDAR.with_days({day: Day(is_workday=False, name="停工日")})
    assert changed.day_name(day) == "停工日"
    assert not changed.is_provisional(day)
    assert CALENDAR.is_provisional(day)
    assert changed.is_provisional(day + timedelta(days=1))


def test_days_outside_the_calendar_are_refused_with_its_range() -> None:
    for ask in (CALENDAR.is_workday, CALENDAR.day_name, CALENDAR.is_provisional):
        with pytest.raises(CalendarError, match="2023-01-01 至 2035-12-31"):
            ask(date(2036, 1, 1))
    with pytest.raises(CalendarError, match="2036-01-01"):
        CALENDAR.with_days({date(2036, 1, 1): Day(is_workday=False, name="元旦")})


def test_calendars_that_cannot_be() -> None:
    work, off = Day(is_workday=True, name="工作日"), Day(is_workday=False, name="周末")
    with pytest.raises(CalendarError, match="空的"):
        Calendar.from_days({})
    with pytest.raises(CalendarError, match="没有一个工作日"):
        Calendar.from_days({date(2026, 1, day): off for day in range(1, 32)})
    with pytest.raises(CalendarError, match="缺少 2026-01-02"):
        Calendar.from_days({date(2026, 1, 1): work, date(2026, 1, 3): work})
    with pytest.raises(CalendarError, match="夏令时"):
        Calendar.from_days({date(1990, 1, 1): work})


def test_years_that_cannot_be() -> None:
    with pytest.raises(CalendarError, match="晚于"):
        official_calendar(2030, 2029)
    with pytest.raises(CalendarError, match="没有官方节假日数据"):
        official_calendar(1999, 2026)
    with pytest.raises(CalendarError, match="10000"):
        official_calendar(2026, 10000)


def test_days_may_come_in_any_order() -> None:
    days = {date(2026, 1, day): CALENDAR.day(date(2026, 1, day)) for day in range(31, 0, -1)}
    month = Calendar.from_days(days)
    assert (month.first_day, month.last_day) == (date(2026, 1, 1), date(2026, 1, 31))
