"""What must hold for every start and every limit, on any calendar, against naive day loops."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from sla import (
    LOCAL,
    Calendar,
    CalendarError,
    Day,
    Limit,
    OfficeHours,
    Unit,
    due_at,
    explain,
    milestones,
    official_calendar,
)
from sla.ladder_files import load_ladder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Windows = tuple[tuple[time, time], ...]
Question = tuple["City", datetime]

CALENDAR = official_calendar()
LADDER = load_ladder()
WINDOWS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
WORKING_TIME = [Unit.WORKING_MINUTES, Unit.WORKING_HOURS]
WORKING = [*WORKING_TIME, Unit.WORKING_DAYS, Unit.NATURAL_DAYS]
NATURAL_TIME = [Unit.NATURAL_MINUTES, Unit.NATURAL_HOURS]
OFFICE_UNITS = [*WORKING_TIME, Unit.WORKING_DAYS, Unit.NEXT_WORKDAY_END]
ADDING = [*WORKING_TIME, *NATURAL_TIME, Unit.WORKING_DAYS]
COUNTABLE = [*ADDING, Unit.NATURAL_DAYS]  # a holiday may move each of two natural limits
SPANS = {
    **dict.fromkeys((Unit.WORKING_MINUTES, Unit.NATURAL_MINUTES), timedelta(minutes=1)),
    **dict.fromkeys((Unit.WORKING_HOURS, Unit.NATURAL_HOURS), timedelta(hours=1)),
}
ONE_DAY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)

# the same examples each time, however busy the machine
steady = settings(derandomize=True, database=None, deadline=None)
thorough = settings(steady, max_examples=600)


class City:
    """A calendar and, apart from it, the plain facts that it was made of."""

    def __init__(
        self, calendar: Calendar, days: dict[date, Day], windows: Windows, doubtful_from: date
    ) -> None:
        self.calendar, self.days, self.windows = calendar, days, windows
        self.first, self.last = min(days), max(days)
        self.doubtful_from = doubtful_from  # from this day on nothing is published yet

    def __repr__(self) -> str:
        works = "".join("W" if day.is_workday else "." for day in self.days.values())
        hours = ", ".join(f"{opens}-{closes}" for opens, closes in self.windows)
        return f"City({self.first} {works[:99]}…{self.last}, {hours}, till {self.doubtful_from})"

    def worked_after(self, day: date) -> Iterator[date]:
        """Worked days after that one, one by one."""
        return (later for later in self.days if later > day and self.days[later].is_workday)

    def close(self, day: date) -> datetime:
        return datetime.combine(day, self.windows[-1][1], LOCAL)

    def is_open(self, at: datetime) -> bool:
        """Whether the office works at that moment; the closing moment still counts."""
        at = at.astimezone(LOCAL)
        return self.days[at.date()].is_workday and any(
            opens <= at.time() <= closes for opens, closes in self.windows
        )


def city_of(first: date, works: list[bool], windows: Windows, published: int) -> City:
    days = {
        first + timedelta(days=n): Day(
            on, "工作日" if on else "休息", is_provisional=n >= published
        )
        for n, on in enumerate(works)
    }
    calendar = Calendar.from_days(days, OfficeHours(windows))
    return City(calendar, days, windows, first + timedelta(days=min(published, len(works) - 1)))


def official_city() -> City:
    span = (CALENDAR.last_day - CALENDAR.first_day).days + 1
    days = (CALENDAR.first_day + timedelta(days=n) for n in range(span))
    return City(CALENDAR, {day: CALENDAR.day(day) for day in days}, WINDOWS, date(2027, 1, 1))


OFFICIAL = official_city()
# the last two months that can be written down at all
LAST_MONTHS = city_of(date(9999, 11, 1), [n % 7 < 5 for n in range(61)], WINDOWS, 61)


@st.composite
def office_windows(draw: st.DrawFn) -> Windows:
    """One to four windows; edges on the hour meet limits of whole hours exactly."""
    step = draw(st.sampled_from([3600, 1800, 1]))
    number = 2 * draw(st.integers(1, 4))
    ticks = st.integers(0, 24 * 3600 // step - 1)
    edges = draw(st.lists(ticks, min_size=number, max_size=number, unique=True))
    clocks = [time(at // 3600, at // 60 % 60, at % 60) for at in sorted(n * step for n in edges)]
    return tuple(zip(clocks[::2], clocks[1::2], strict=True))


@st.composite
def random_cities(draw: st.DrawFn) -> City:
    """Anything from seven-day weeks to one day of work in thirty, and days off at the end."""
    gaps = st.sampled_from([1, 1, 1, 1, 3]) | st.integers(1, 4) | st.integers(1, 30)
    ends = list(accumulate(draw(st.lists(gaps, min_size=1, max_size=120)), initial=-1))[1:]
    works = [n in set(ends) for n in range(ends[-1] + 1)] + [False] * draw(st.integers(0, 29))
    first = draw(st.dates(date(1992, 1, 1), date(2090, 1, 1)))
    windows = draw(st.just(WINDOWS) | office_windows())
    published = draw(st.integers(1, len(works)))
    return city_of(first, works, windows, published)


amounts = st.integers(1, 300) | st.integers(1, 15).map(lambda days: days * 7)
cities = st.just(OFFICIAL) | random_cities()
zones = st.sampled_from([UTC, LOCAL, timezone(timedelta(hours=-5)), timezone(timedelta(hours=13))])


@st.composite
def starts_in(draw: st.DrawFn, city: City) -> datetime:
    """A moment of the calendar: any, or one at the edge of a day or a window, or just beside."""
    edges = [time(0), time(23, 59, 59), *(edge for window in city.windows for edge in window)]
    clock = draw(st.sampled_from(edges) | st.times())
    day = city.first + timedelta(days=draw(st.integers(0, len(city.days) - 1)))
    beside = draw(st.sampled_from([0, 0, -1_000_000, -1, 1, 1_000_000]))
    at = datetime.combine(day, clock, LOCAL) + timedelta(microseconds=beside)
    assume(at.date() in city.days)
    return at.astimezone(draw(zones))


@st.composite
def limits(
    draw: st.DrawFn, units: Iterable[Unit] = Unit, amounts: st.SearchStrategy[int] = amounts
) -> Limit:
    unit = draw(st.sampled_from(list(units)))
    return Limit(1 if unit is Unit.NEXT_WORKDAY_END else draw(amounts), unit)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    city = draw(cities)
    return city, draw(starts_in(city))


def found(city: City, start: datetime, amount: int, unit: Unit) -> datetime:
    """Due moment, or NEVER where the calendar says that it does not reach: nothing else may."""
    try:
        return due_at(city.calendar, start, Limit(amount, unit)).at
    except CalendarError:
        return NEVER


def looped(city: City, start: datetime, limit: Limit) -> datetime:
    """Count the same moment as a clerk would: day by day, window by window."""
    local = start.astimezone(LOCAL)
    if limit.unit in NATURAL_TIME:
        return start + limit.amount * SPANS[limit.unit]
    if limit.unit in WORKING_TIME:
        return looped_time(city, local, limit.amount * SPANS[limit.unit])
    day, left = local.date(), limit.amount
    if limit.unit is Unit.NATURAL_DAYS:
        day, left = day + timedelta(days=limit.amount - 1), 1
    for worked in city.worked_after(day):
        left -= 1
        if not left:
            return city.close(worked)
    return NEVER


def looped_time(city: City, start: datetime, left: timedelta) -> datetime:
    for day in city.worked_after(start.date() - ONE_DAY):
        for opens, closes in city.windows:
            begun = max(start, datetime.combine(day, opens, LOCAL))
            free = datetime.combine(day, closes, LOCAL) - begun
            if timedelta(0) < left <= free:
                return begun + left
            left -= max(free, timedelta(0))
    return NEVER


@thorough
@given(questions(), limits())
def test_every_unit_agrees_with_a_day_loop(where: Question, limit: Limit) -> None:
    city, start = where
    expected = looped(city, start, limit)
    assert found(city, start, limit.amount, limit.unit) == expected
    if expected == NEVER:
        return
    due = due_at(city.calendar, start, limit)
    assert due.at.utcoffset() == timedelta(0)
    counted = limit.unit not in NATURAL_TIME
    doubt = expected.astimezone(LOCAL).date() >= city.doubtful_from
    assert due.provisional is (counted and doubt and city.days[city.last].is_provisional)


@steady
@given(st.data(), cities, amounts, st.sampled_from(COUNTABLE))
def test_a_later_start_is_never_due_earlier(
    data: st.DataObject, city: City, amount: int, unit: Unit
) -> None:
    one, other = sorted((data.draw(starts_in(city)), data.draw(starts_in(city))))
    assert found(city, one, amount, unit) <= found(city, other, amount, unit)


@steady
@given(questions(), amounts, amounts, st.sampled_from(COUNTABLE))
def test_more_time_is_never_due_earlier(
    where: Question, amount: int, more: int, unit: Unit
) -> None:
    city, start = where
    less = found(city, start, amount, unit)
    assert start < less <= found(city, start, amount + more, unit)
    if unit in ADDING and less != NEVER:
        assert less < found(city, start, amount + more, unit)


@steady
@given(questions(), amounts, amounts, st.sampled_from(ADDING))
def test_limits_add_up(where: Question, one: int, other: int, unit: Unit) -> None:
    """An extension counted from the old due moment equals one longer limit from the start."""
    city, start = where
    halfway, whole = found(city, start, one, unit), found(city, start, one + other, unit)
    assert whole == (NEVER if halfway == NEVER else found(city, halfway, other, unit))


@steady
@given(questions(), st.integers(1, 60))
def test_units_agree_with_each_other(where: Question, amount: int) -> None:
    city, start = where
    for hours, minutes in (
        (Unit.WORKING_HOURS, Unit.WORKING_MINUTES),
        (Unit.NATURAL_HOURS, Unit.NATURAL_MINUTES),
    ):
        assert found(city, start, amount, hours) == found(city, start, 60 * amount, minutes)
    next_close = found(city, start, 1, Unit.NEXT_WORKDAY_END)
    assert next_close == found(city, start, 1, Unit.WORKING_DAYS)
    assert next_close == found(city, start, 1, Unit.NATURAL_DAYS)


@steady
@given(questions(), amounts, st.sampled_from(WORKING))
def test_working_limits_end_in_office_hours(where: Question, amount: int, unit: Unit) -> None:
    city, start = where
    at = found(city, start, amount, unit)
    assume(at != NEVER)
    assert city.is_open(at)
    if unit not in WORKING_TIME:
        day = at.astimezone(LOCAL).date()
        assert at == city.close(day)
        assert day > start.astimezone(LOCAL).date()


@steady
@given(st.data(), cities, limits(WORKING_TIME))
def test_a_start_while_closed_counts_from_the_next_opening(
    data: st.DataObject, city: City, limit: Limit
) -> None:
    start = data.draw(starts_in(city)).astimezone(LOCAL)
    assume(not city.is_open(start))
    openings = (
        datetime.combine(day, opens, LOCAL)
        for day in city.worked_after(start.date() - ONE_DAY)
        for opens, _ in city.windows
    )
    opening = next((at for at in openings if at > start), None)
    due = found(city, start, limit.amount, limit.unit)
    assert due == (found(city, opening, limit.amount, limit.unit) if opening else NEVER)


@steady
@given(questions(), limits(COUNTABLE, st.sampled_from([10**9, 2**31, 2**63, 10**30])))
def test_a_limit_beyond_the_calendar_is_refused_at_once(where: Question, limit: Limit) -> None:
    city, start = where
    assume(limit.unit in WORKING or limit.amount >= 2**63)
    assert found(city, start, limit.amount, limit.unit) == NEVER


@steady
@given(random_cities(), st.integers(1, 400), limits(OFFICE_UNITS))
def test_a_start_outside_the_calendar_is_refused(city: City, away: int, limit: Limit) -> None:
    for day in (city.first - away * ONE_DAY, city.last + away * ONE_DAY):
        start = datetime.combine(day, time(10), LOCAL)
        assert found(city, start, limit.amount, limit.unit) == NEVER


@steady
@given(random_cities(), st.integers(1, 40), limits([*OFFICE_UNITS, Unit.NATURAL_DAYS]), st.times())
def test_nothing_is_due_where_no_workday_remains(
    city: City, tail: int, limit: Limit, clock: time
) -> None:
    last = max(day for day in city.days if city.days[day].is_workday)
    works = [day.is_workday for day in city.days.values()][: (last - city.first).days + 1]
    ending = city_of(city.first, works + [False] * tail, city.windows, len(works))
    for start in (city.close(last), datetime.combine(last + tail * ONE_DAY, clock, LOCAL)):
        with pytest.raises(CalendarError, match="日历"):
            due_at(ending.calendar, start, limit)


@steady
@given(st.integers(1, 60), office_windows())
def test_a_calendar_without_any_workday_cannot_be(length: int, windows: Windows) -> None:
    with pytest.raises(CalendarError, match="没有一个工作日"):
        city_of(date(2026, 1, 1), [False] * length, windows, length)


@steady
@given(
    st.sampled_from([OFFICIAL, LAST_MONTHS]),
    st.datetimes(datetime(9999, 12, 1), timezones=zones),  # noqa: DTZ001 - hypothesis adds it
    limits(amounts=st.integers(1, 2000) | st.integers(1, 10**30)),
)
@example(LAST_MONTHS, NEVER, Limit(1, Unit.NATURAL_MINUTES))
@example(LAST_MONTHS, NEVER, Limit(1, Unit.WORKING_MINUTES))
@example(LAST_MONTHS, NEVER, Limit(1, Unit.NEXT_WORKDAY_END))
def test_the_end_of_time_is_answered_or_refused(city: City, start: datetime, limit: Limit) -> None:
    try:
        expected = looped(city, start.astimezone(UTC), limit)
    except OverflowError:
        expected = NEVER
    if city is OFFICIAL and limit.unit not in NATURAL_TIME:
        expected = NEVER
    assert found(city, start, limit.amount, limit.unit) == expected


@steady
@given(starts_in(OFFICIAL), st.integers(1, 400))
def test_working_minutes_agree_with_a_minute_loop(start: datetime, amount: int) -> None:
    at = start.astimezone(LOCAL).replace(second=0, microsecond=0)
    assume(at.year < CALENDAR.last_day.year)
    expected, left = at, amount
    while left:
        open_now = CALENDAR.is_workday(expected.date()) and any(
            opens <= expected.time() < closes for opens, closes in WINDOWS
        )
        left -= open_now
        expected += timedelta(minutes=1)
    assert due_at(CALENDAR, at, Limit(amount, Unit.WORKING_MINUTES)).at == expected


@steady
@given(questions(), limits(amounts=st.integers(1, 60)))
def test_the_explanation_tells_the_same_moment_day_by_day(where: Question, limit: Limit) -> None:
    city, start = where
    assume(found(city, start, limit.amount, limit.unit) != NEVER)
    told, due = explain(city.calendar, start, limit), due_at(city.calendar, start, limit)
    assert (told.due_at, told.provisional) == due
    days = [note.date for note in told.days]
    first = start.astimezone(LOCAL).date()
    assert days == [first + n * ONE_DAY for n in range((told.due_at.date() - first).days + 1)]
    assert all(note.why for note in told.days)
    if limit.unit is Unit.WORKING_DAYS:
        assert sum(note.counted for note in told.days) == limit.amount
        assert all(not note.counted or city.days[note.date].is_workday for note in told.days)


@steady
@given(questions(), limits(amounts=st.integers(1, 40)), st.sampled_from(["sign", "handle"]))
def test_milestones_lie_between_start_and_due_or_after_it(
    where: Question, limit: Limit, clock: str
) -> None:
    city, start = where
    due = found(city, start, limit.amount, limit.unit)
    assume(due != NEVER)
    steps = LADDER.steps_for(clock, urgency="normal", kind="help")
    try:
        marks = milestones(steps, city.calendar, start=start, due=due, limit=limit)
    except CalendarError:
        reject()  # the calendar ends before the last step
    assert all(one.at <= other.at for one, other in pairwise(marks))
    assert {mark.name for mark in marks} >= {step.id for step in steps if step.at.is_past_due}
    for mark in marks:
        is_late = LADDER.step(mark.name).at.is_past_due
        assert (mark.at > due) if is_late else (start < mark.at <= due)
        assert limit.unit in NATURAL_TIME or city.is_open(mark.at)


def test_the_whole_span_of_the_calendar_can_be_counted() -> None:
    start = datetime(2023, 1, 1, tzinfo=LOCAL)
    end = due_at(CALENDAR, start, Limit(3200, Unit.WORKING_DAYS)).at
    assert date(2035, 1, 1) < end.astimezone(LOCAL).date() <= CALENDAR.last_day
