"""Pauses and extensions: replayed in order, by exactly what was lost or given (暂停与延期)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla
from sla import Extension, Limit, Pause, Unit

CALENDAR = sla.official_calendar()
START = datetime(2024, 3, 1, tzinfo=sla.LOCAL)
SPAN = timedelta(days=900)
WORKING = [Unit.WORKING_DAYS, Unit.WORKING_HOURS, Unit.WORKING_MINUTES, Unit.NEXT_WORKDAY_END]
NATURAL = [Unit.NATURAL_HOURS, Unit.NATURAL_MINUTES, Unit.NATURAL_DAYS]

moments = st.timedeltas(timedelta(0), SPAN).map(lambda gone: START + gone)
spans = st.timedeltas(timedelta(0), timedelta(days=60))


def limits(units: list[Unit]) -> st.SearchStrategy[Limit]:
    def of(unit: Unit) -> st.SearchStrategy[Limit]:
        most = 1 if unit is Unit.NEXT_WORKDAY_END else 40
        return st.integers(1, most).map(lambda amount: Limit(amount, unit))

    return st.sampled_from(units).flatmap(of)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=sla.LOCAL)


def read(moment: datetime) -> str:
    return f"{moment.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}"


def office_time(calendar: sla.Calendar, since: datetime, until: datetime) -> int:
    """Office microseconds between two moments, day by day: the slow and obvious way."""
    total, day = 0, since.astimezone(sla.LOCAL).date()
    while day <= until.astimezone(sla.LOCAL).date():
        if calendar.is_workday(day):
            for opens, closes in calendar.office_on(day).windows:
                begin = max(since, datetime.combine(day, opens, sla.LOCAL))
                end = min(until, datetime.combine(day, closes, sla.LOCAL))
                total += max(timedelta(0), end - begin) // timedelta(microseconds=1)
        day += timedelta(days=1)
    return total


@pytest.mark.parametrize(
    ("start", "limit", "changes", "due"),
    [
        # story 6: from the old due moment, not from the day of asking
        (
            "2026-05-08 11:00",
            Limit(5, Unit.WORKING_DAYS),
            [Extension(Limit(5, Unit.WORKING_DAYS))],
            "2026-05-21 17:30",
        ),
        # a pause of one office day and one hour moves the end by the same
        (
            "2026-05-08 11:00",
            Limit(5, Unit.WORKING_DAYS),
            [Pause(local("2026-05-11 09:00"), local("2026-05-12 10:00"))],
            "2026-05-18 09:30",
        ),
        # a pause over a weekend moves nothing
        (
            "2026-05-13 11:00",
            Limit(3, Unit.WORKING_DAYS),
            [Pause(local("2026-05-15 17:30"), local("2026-05-18 08:30"))],
            "2026-05-18 17:30",
        ),
        # hours that run by the clock move by the clock
        (
            "2026-05-15 22:00",
            Limit(24, Unit.NATURAL_HOURS),
            [Pause(local("2026-05-15 23:00"), local("2026-05-16 05:00"))],
            "2026-05-17 04:00",
        ),
        # what is over stays over
        (
            "2026-05-08 11:00",
            Limit(1, Unit.WORKING_DAYS),
            [Pause(local("2026-05-11 18:00"), local("2026-05-20 10:00"))],
            "2026-05-09 17:30",
        ),
        # pause, then an extension counted from the moved end
        (
            "2026-05-08 11:00",
            Limit(5, Unit.WORKING_DAYS),
            [
                Pause(local("2026-05-11 08:30"), local("2026-05-12 08:30")),
                Extension(Limit(2, Unit.WORKING_DAYS)),
            ],
            "2026-05-19 17:30",
        ),
    ],
)
def test_by_hand(start: str, limit: Limit, changes: list[Pause | Extension], due: str) -> None:
    assert read(sla.course(CALENDAR, local(start), limit, changes).due.at) == due


@settings(max_examples=300)
@given(start=moments, limit=limits(WORKING), gone=spans, stood=spans)
def test_a_pause_moves_by_exactly_the_working_time_paused(
    start: datetime, limit: Limit, gone: timedelta, stood: timedelta
) -> None:
    pause = Pause(start + gone, start + gone + stood)
    before = sla.due_at(CALENDAR, start, limit).at
    after = sla.course(CALENDAR, start, limit, [pause]).due.at
    if pause.since >= before:
        assert after == before
        return
    lost = office_time(CALENDAR, pause.since, pause.until)
    assert office_time(CALENDAR, before, after) == lost
    left = office_time(CALENDAR, pause.since, before)
    assert office_time(CALENDAR, pause.until, after) == left  # what was left is given back


@settings(max_examples=200)
@given(start=moments, limit=limits(NATURAL), gone=spans, stood=spans)
def test_natural_time_moves_by_the_clock(
    start: datetime, limit: Limit, gone: timedelta, stood: timedelta
) -> None:
    pause = Pause(start + gone, start + gone + stood)
    before = sla.due_at(CALENDAR, start, limit).at
    after = sla.course(CALENDAR, start, limit, [pause]).due.at
    assert after - before == (stood if pause.since < before else timedelta(0))


@settings(max_examples=200)
@given(
    start=moments,
    limit=limits([Unit.WORKING_DAYS]),
    first=st.integers(1, 10),
    second=st.integers(1, 10),
)
def test_extensions_add_up(start: datetime, limit: Limit, first: int, second: int) -> None:
    def extended(*days: int) -> datetime:
        changes = [Extension(Limit(amount, Unit.WORKING_DAYS)) for amount in days]
        return sla.course(CALENDAR, start, limit, changes).due.at

    assert extended(first, second) == extended(first + second) == extended(second, first)


@settings(max_examples=200)
@given(
    start=moments,
    limit=limits(WORKING),
    gone=spans,
    stood=spans,
    later=st.timedeltas(timedelta(0), timedelta(days=20)),
)
def test_a_longer_pause_is_never_due_earlier(
    start: datetime, limit: Limit, gone: timedelta, stood: timedelta, later: timedelta
) -> None:
    since = start + gone
    short = sla.course(CALENDAR, start, limit, [Pause(since, since + stood)])
    long = sla.course(CALENDAR, start, limit, [Pause(since, since + stood + later)])
    assert short.first == long.first
    assert short.due.at <= long.due.at


@settings(max_examples=100)
@given(start=moments, limit=limits(WORKING + NATURAL), gone=spans, stood=spans)
def test_the_retelling_ends_where_the_arithmetic_does(
    start: datetime, limit: Limit, gone: timedelta, stood: timedelta
) -> None:
    changes = [Pause(start + gone, start + gone + stood), Extension(Limit(2, Unit.WORKING_DAYS))]
    told = sla.retell(CALENDAR, start, limit, changes)
    assert told.due_at == sla.course(CALENDAR, start, limit, changes).due.at
    assert [note.after for note in told.changes][-1] == told.due_at
    assert all(note.words for note in told.changes)
    dates = [note.date for note in told.days]
    assert dates == sorted(set(dates))


def test_a_clock_set_back_makes_no_pause() -> None:
    with pytest.raises(sla.SlaError, match="检查服务器时间"):
        Pause(local("2026-05-12 10:00"), local("2026-05-12 09:59"))


def test_a_share_of_the_time_is_a_share_of_the_time_it_ran() -> None:
    """Thirty minutes, five gone, two days of silence: 80 % comes 19 minutes after the answer."""
    ladder = sla.load_ladder()
    limit, start = Limit(30, Unit.WORKING_MINUTES), local("2026-03-11 09:30")
    pause = Pause(local("2026-03-11 09:35"), local("2026-03-13 09:30"))
    due = sla.course(CALENDAR, start, limit, [pause]).due.at
    steps = ladder.steps_for("dispatch", urgency="normal", kind="complaint")
    plan = sla.milestones(steps, CALENDAR, start=start, due=due, limit=limit, pauses=[pause])
    assert {m.name: read(m.at) for m in plan} == {
        "dispatch-yellow": "2026-03-13 09:49",
        "dispatch-red": "2026-03-13 09:55",
    }


SUMMER = sla.OfficeHours(((time(8, 0), time(11, 30)), (time(15, 0), time(18, 0))))
SEASONAL = CALENDAR.with_plan(sla.OfficePlan(seasons=(sla.Season((6, 1), (9, 30), SUMMER),)))


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-05-28 10:00", Limit(2, Unit.WORKING_DAYS), "2026-06-01 18:00"),  # summer closes at 6
        ("2026-05-29 16:30", Limit(2, Unit.WORKING_HOURS), "2026-06-01 09:00"),  # 1 h, then 1 h
        ("2026-06-01 11:00", Limit(1, Unit.WORKING_HOURS), "2026-06-01 15:30"),  # a long noon
        ("2026-09-30 17:00", Limit(2, Unit.WORKING_HOURS), "2026-10-08 09:30"),  # back to winter
        ("2026-09-29 10:00", Limit(1, Unit.WORKING_DAYS), "2026-09-30 18:00"),
    ],
)
def test_summer_and_winter_hours(start: str, limit: Limit, due: str) -> None:
    assert read(sla.due_at(SEASONAL, local(start), limit).at) == due


def test_a_storm_closes_the_offices_at_noon() -> None:
    morning = sla.OfficeHours(((time(8, 30), time(12, 0)),))
    stormy = CALENDAR.with_days(
        {date(2026, 8, 12): sla.Day(is_workday=True, name="台风，下午停工", office=morning)}
    )
    noon = sla.due_at(stormy, local("2026-08-11 09:00"), Limit(1, Unit.WORKING_DAYS)).at
    assert read(noon) == "2026-08-12 12:00"
    hours = sla.due_at(stormy, local("2026-08-12 11:00"), Limit(2, Unit.WORKING_HOURS)).at
    assert read(hours) == "2026-08-13 09:30"


@settings(max_examples=200)
@given(start=moments, limit=limits([Unit.WORKING_HOURS, Unit.WORKING_MINUTES]))
def test_hours_are_hours_in_every_season(start: datetime, limit: Limit) -> None:
    due = sla.due_at(SEASONAL, start, limit).at
    unit = timedelta(hours=1) if limit.unit is Unit.WORKING_HOURS else timedelta(minutes=1)
    assert office_time(SEASONAL, start, due) == limit.amount * unit // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("seasons", "complaint"),
    [
        ([((5, 1), (9, 30)), ((9, 30), (10, 15))], "9月30日 重叠"),
        ([((11, 1), (3, 31)), ((1, 1), (1, 2))], "1月1日 重叠"),
    ],
)
def test_seasons_that_overlap_are_refused(
    seasons: list[tuple[tuple[int, int], tuple[int, int]]], complaint: str
) -> None:
    made = tuple(sla.Season(first, last, SUMMER) for first, last in seasons)
    with pytest.raises(sla.CalendarError, match=complaint):
        sla.OfficePlan(seasons=made)


def test_a_day_no_year_has() -> None:
    with pytest.raises(sla.CalendarError, match="2月30日"):
        sla.Season((2, 30), (5, 1), SUMMER)
