"""What must hold for every start and every limit, checked against a naive day loop."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sla import LOCAL, Limit, Unit, due_at, explain, milestones, official_calendar

CALENDAR = official_calendar()
WINDOWS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
WORKING_TIME = [Unit.WORKING_MINUTES, Unit.WORKING_HOURS]
WORKING = [*WORKING_TIME, Unit.WORKING_DAYS, Unit.NATURAL_DAYS]

# the same examples each time, however busy the machine
steady = settings(derandomize=True, database=None, deadline=None)

starts = st.datetimes(
    datetime(2023, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2031, 12, 31),  # noqa: DTZ001 - same
    timezones=st.just(UTC),
)
amounts = st.integers(1, 300)
units = st.sampled_from([unit for unit in Unit if unit is not Unit.NEXT_WORKDAY_END])


def naive_close_after(start: datetime, days: int) -> datetime:
    day, left = start.astimezone(LOCAL).date(), days
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_workday(day)
    return datetime.combine(day, time(17, 30), LOCAL)


@steady
@given(starts, amounts)
def test_working_days_agree_with_a_day_loop(start: datetime, amount: int) -> None:
    assert due_at(CALENDAR, start, Limit(amount, Unit.WORKING_DAYS)).at == naive_close_after(
        start, amount
    )


@steady
@given(starts, st.integers(1, 400))
def test_working_minutes_agree_with_a_minute_loop(start: datetime, amount: int) -> None:
    at = start.replace(second=0, microsecond=0).astimezone(LOCAL)
    expected, left = at, amount
    while left:
        open_now = CALENDAR.is_workday(expected.date()) and any(
            opens <= expected.time() < closes for opens, closes in WINDOWS
        )
        left -= open_now
        expected += timedelta(minutes=1)
    assert due_at(CALENDAR, at, Limit(amount, Unit.WORKING_MINUTES)).at == expected


@steady
@given(starts, starts, amounts, units)
def test_a_later_start_is_never_due_earlier(
    one: datetime, other: datetime, amount: int, unit: Unit
) -> None:
    first, second = sorted((one, other))
    limit = Limit(amount, unit)
    assert due_at(CALENDAR, first, limit).at <= due_at(CALENDAR, second, limit).at


@steady
@given(starts, amounts, units)
def test_more_time_is_never_due_earlier(start: datetime, amount: int, unit: Unit) -> None:
    less = due_at(CALENDAR, start, Limit(amount, unit)).at
    more = due_at(CALENDAR, start, Limit(amount + 1, unit)).at
    assert start < less <= more


@steady
@given(starts, amounts, amounts, st.sampled_from(WORKING_TIME))
def test_working_time_adds_up(start: datetime, one: int, other: int, unit: Unit) -> None:
    halfway = due_at(CALENDAR, start, Limit(one, unit)).at
    assert (
        due_at(CALENDAR, halfway, Limit(other, unit)).at
        == due_at(CALENDAR, start, Limit(one + other, unit)).at
    )


@steady
@given(starts, amounts, st.sampled_from(WORKING))
def test_working_limits_end_in_office_hours(start: datetime, amount: int, unit: Unit) -> None:
    at = due_at(CALENDAR, start, Limit(amount, unit)).at.astimezone(LOCAL)
    assert CALENDAR.is_workday(at.date())
    assert any(opens <= at.time() <= closes for opens, closes in WINDOWS)


@steady
@given(starts, st.integers(1, 60), units)
def test_the_explanation_tells_the_same_moment_day_by_day(
    start: datetime, amount: int, unit: Unit
) -> None:
    limit = Limit(amount, unit)
    told, due = explain(CALENDAR, start, limit), due_at(CALENDAR, start, limit)
    assert (told.due_at, told.provisional) == due
    days = [note.date for note in told.days]
    first = start.astimezone(LOCAL).date()
    assert days == [first + timedelta(days=n) for n in range((told.due_at.date() - first).days + 1)]
    if unit is Unit.WORKING_DAYS:
        assert sum(note.counted for note in told.days) == amount
        assert all(not note.counted or CALENDAR.is_workday(note.date) for note in told.days)
    assert all(note.why for note in told.days)


@steady
@given(starts, st.integers(1, 40), units, st.sampled_from(["sign", "handle", "contact"]))
def test_milestones_lie_between_start_and_due(
    start: datetime, amount: int, unit: Unit, clock: str
) -> None:
    limit = Limit(amount, unit)
    due = due_at(CALENDAR, start, limit).at
    found = milestones(CALENDAR, clock=clock, start=start, due=due, limit=limit)
    assert [mark.at for mark in found] == sorted(mark.at for mark in found)
    assert found[-1].name == "red"
    assert due < found[-1].at <= due + timedelta(seconds=1)
    assert all(start <= mark.at <= due for mark in found[:-1])
    if unit in WORKING:
        for mark in found[:-1]:
            at = mark.at.astimezone(LOCAL)
            assert CALENDAR.is_workday(at.date())
            assert any(opens <= at.time() <= closes for opens, closes in WINDOWS)


def test_the_whole_span_of_the_calendar_can_be_counted() -> None:
    start = datetime(2023, 1, 1, tzinfo=LOCAL)
    end = due_at(CALENDAR, start, Limit(3200, Unit.WORKING_DAYS)).at
    assert date(2035, 1, 1) < end.astimezone(LOCAL).date() <= CALENDAR.last_day
