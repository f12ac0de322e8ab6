"""The dates that must come out, as the stories of the trade write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest

from sla import (
    LOCAL,
    Calendar,
    CalendarError,
    Day,
    Limit,
    LimitError,
    SlaError,
    Unit,
    due_at,
    official_calendar,
)

CALENDAR = official_calendar()

DATES = [
    # story, start, amount, unit, due
    ("1 handle", "2026-09-30 10:00", 5, "working_days", "2026-10-13 17:30"),
    ("1 sign", "2026-09-30 10:00", 2, "working_hours", "2026-09-30 12:00"),
    ("2 sign", "2026-09-30 16:45", 2, "working_hours", "2026-10-08 09:45"),
    ("3 contact", "2026-02-13 16:40", 1, "working_days", "2026-02-14 17:30"),
    ("3 handle", "2026-02-13 16:40", 5, "working_days", "2026-02-27 17:30"),
    ("4 handle", "2026-10-03 23:10", 2, "natural_hours", "2026-10-04 01:10"),
    ("6 handle", "2026-05-08 11:00", 5, "working_days", "2026-05-14 17:30"),
    ("6 extension", "2026-05-14 17:30", 5, "working_days", "2026-05-21 17:30"),
    ("spring 2025", "2025-01-24 09:00", 5, "working_days", "2025-02-07 17:30"),
    ("spring 2024", "2024-02-08 10:00", 5, "working_days", "2024-02-21 17:30"),
    ("after hours", "2026-04-30 17:45", 1, "working_days", "2026-05-06 17:30"),
    ("on a holiday", "2026-06-20 10:00", 1, "working_days", "2026-06-22 17:30"),
    ("over lunch", "2026-03-10 11:30", 2, "working_hours", "2026-03-10 15:30"),
    ("over spring", "2026-02-14 16:00", 3, "working_hours", "2026-02-24 10:00"),
    ("next workday", "2026-09-30 10:00", 1, "next_workday_end", "2026-10-08 17:30"),
    ("next workday, holiday", "2026-10-03 10:00", 1, "next_workday_end", "2026-10-08 17:30"),
    ("minutes at noon", "2026-03-10 11:45", 30, "working_minutes", "2026-03-10 14:15"),
    ("minutes to noon", "2026-03-10 11:30", 30, "working_minutes", "2026-03-10 12:00"),
    ("minutes in the break", "2026-03-10 13:00", 30, "working_minutes", "2026-03-10 14:30"),
    ("minutes before opening", "2026-03-10 03:00", 30, "working_minutes", "2026-03-10 09:00"),
    ("night registration", "2026-03-10 22:00", 30, "working_minutes", "2026-03-11 09:00"),
    ("natural minutes at night", "2026-03-10 23:50", 30, "natural_minutes", "2026-03-11 00:20"),
    ("a whole office day", "2026-03-10 08:30", 7, "working_hours", "2026-03-10 17:30"),
    ("natural days", "2026-03-10 10:00", 3, "natural_days", "2026-03-13 17:30"),
    ("natural days into holiday", "2026-09-29 10:00", 3, "natural_days", "2026-10-08 17:30"),
]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"), [row[1:] for row in DATES], ids=[row[0] for row in DATES]
)
def test_due_moment(start: str, amount: int, unit: str, due: str) -> None:
    found = due_at(CALENDAR, local(start), Limit(amount, Unit(unit)))
    assert found.at == local(due)
    assert found.at.utcoffset() == timedelta(0)
    assert not found.provisional


def test_the_starting_zone_does_not_matter() -> None:
    limit = Limit(5, Unit.WORKING_DAYS)
    # 16:30 UTC on the 29th is already the 30th in the city
    start = datetime(2026, 9, 29, 16, 30, tzinfo=UTC)
    assert due_at(CALENDAR, start, limit).at == local("2026-10-13 17:30")
    assert due_at(CALENDAR, start - timedelta(hours=1), limit).at == local("2026-10-12 17:30")


def test_a_deadline_that_needs_an_unpublished_year_is_provisional() -> None:
    into_2027 = due_at(CALENDAR, local("2026-12-30 10:00"), Limit(5, Unit.WORKING_DAYS))
    assert into_2027.provisional
    assert into_2027.at == local("2027-01-07 17:30")
    assert not due_at(CALENDAR, local("2026-12-30 10:00"), Limit(1, Unit.WORKING_DAYS)).provisional
    assert due_at(CALENDAR, local("2026-12-31 17:00"), Limit(1, Unit.WORKING_HOURS)).provisional
    assert not due_at(CALENDAR, local("2027-01-04 10:00"), Limit(2, Unit.NATURAL_HOURS)).provisional


def test_a_confirmed_year_gives_certain_deadlines() -> None:
    notice = {
        date(2027, 1, 2): Day(is_workday=True, name="调休上班"),
        date(2027, 1, 4): Day(is_workday=False, name="元旦"),
    }
    confirmed = CALENDAR.with_days(notice, confirmed_years=[2027])
    found = due_at(confirmed, local("2026-12-30 10:00"), Limit(3, Unit.WORKING_DAYS))
    assert found.at == local("2027-01-05 17:30")
    assert not found.provisional


def test_natural_limits_need_no_calendar_years() -> None:
    due = due_at(CALENDAR, local("2040-10-03 23:10"), Limit(2, Unit.NATURAL_HOURS))
    assert due.at == local("2040-10-04 01:10")


@pytest.mark.parametrize(
    ("start", "limit"),
    [
        ("2022-12-31 10:00", Limit(1, Unit.WORKING_DAYS)),
        ("2036-01-01 10:00", Limit(1, Unit.WORKING_HOURS)),
        ("2035-12-31 17:00", Limit(1, Unit.WORKING_DAYS)),
        ("2035-12-31 17:00", Limit(5, Unit.WORKING_HOURS)),
        ("2035-12-01 10:00", Limit(400, Unit.NATURAL_DAYS)),
        ("2026-03-10 10:00", Limit(10**12, Unit.WORKING_DAYS)),
        ("2026-03-10 10:00", Limit(10**30, Unit.NATURAL_DAYS)),
        ("2026-03-10 10:00", Limit(10**30, Unit.NATURAL_HOURS)),
        ("2026-03-10 10:00", Limit(10**30, Unit.WORKING_MINUTES)),
    ],
)
def test_what_the_calendar_cannot_answer_is_said(start: str, limit: Limit) -> None:
    with pytest.raises(CalendarError, match=r"日历|期限太长"):
        due_at(CALENDAR, local(start), limit)


@pytest.mark.parametrize("unit", list(Unit))
def test_a_start_without_zone_is_refused(unit: Unit) -> None:
    naive = datetime.fromisoformat("2026-03-10 10:00")
    with pytest.raises(SlaError, match="没有时区"):
        due_at(CALENDAR, naive, Limit(1, unit))


@pytest.mark.parametrize("amount", [0, -3, True, 2.5, "5"])
def test_an_amount_that_cannot_be_counted_is_refused(amount: int) -> None:
    with pytest.raises(LimitError, match="正整数"):
        Limit(amount, Unit.WORKING_DAYS)


def test_units_are_known_by_their_written_names_only() -> None:
    assert Limit(5, cast("Unit", "working_days")) == Limit(5, Unit.WORKING_DAYS)
    with pytest.raises(LimitError, match="fortnights"):
        Limit(5, cast("Unit", "fortnights"))
    with pytest.raises(LimitError, match="只能是 1"):
        Limit(2, Unit.NEXT_WORKDAY_END)
    assert str(Limit(5, Unit.WORKING_DAYS)) == "5 个工作日"
    assert str(Limit(1, Unit.NEXT_WORKDAY_END)) == "次一工作日下班前"


def test_office_hours_are_data() -> None:
    from datetime import time

    from sla import OfficeHours

    days = {date(2026, 3, day): CALENDAR.day(date(2026, 3, day)) for day in range(1, 32)}
    summer = Calendar.from_days(days, OfficeHours(((time(9), time(13)),)))
    due = due_at(summer, local("2026-03-10 12:00"), Limit(2, Unit.WORKING_HOURS))
    assert due.at == local("2026-03-11 10:00")
    assert due_at(summer, local("2026-03-10 12:00"), Limit(1, Unit.WORKING_DAYS)).at == local(
        "2026-03-11 13:00"
    )
    for windows in ((), ((time(9), time(9)),), ((time(14), time(17)), (time(8), time(12)))):
        with pytest.raises(CalendarError, match="办公时间"):
            OfficeHours(windows)
