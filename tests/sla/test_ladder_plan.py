"""The steps of a ladder on the calendar: when each ticket is urged, warned, circulated, raised."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla import LOCAL, CalendarError, Limit, SlaError, Unit, due_at, official_calendar
from sla.ladder import Anchor, Ladder, Offset, Step
from sla.ladder_files import load_ladder
from sla.milestone import Milestone, milestones, yellow_at

CALENDAR = official_calendar()
LADDER = load_ladder()
YELLOW = LADDER.steps_for("handle", urgency="normal", kind="help")[2]
WINDOWS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
NATURAL_TIME = {Unit.NATURAL_MINUTES, Unit.NATURAL_HOURS}
TICK = timedelta(microseconds=1)

steady = settings(derandomize=True, database=None, deadline=None)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def plan(clock: str, urgency: str, start: str, limit: Limit) -> tuple[Milestone, ...]:
    steps = LADDER.steps_for(clock, urgency=urgency, kind="complaint")
    due = due_at(CALENDAR, local(start), limit).at
    return milestones(steps, CALENDAR, start=local(start), due=due, limit=limit)


@pytest.mark.parametrize(
    ("clock", "urgency", "start", "limit", "expected"),
    [
        pytest.param(
            *("handle", "normal", "2026-09-30 10:00", Limit(5, Unit.WORKING_DAYS)),
            {
                "urge-50": "2026-10-10 09:15:00",  # a make-up Saturday
                "urge-80": "2026-10-12 16:24:00",
                "yellow": "2026-10-12 17:30:00",
                "due": "2026-10-13 17:30:00",
                "red": "2026-10-14 08:30:00",
                "reminder": "2026-10-14 08:30:00",
                "circulate": "2026-10-20 17:30:00",
                "raise": "2026-10-27 17:30:00",
            },
            id="story 1",
        ),
        pytest.param(
            *("sign", "normal", "2026-09-30 16:45", Limit(2, Unit.WORKING_HOURS)),
            {
                "urge-80": "2026-10-08 09:21:00",
                "sign-yellow": "2026-10-08 09:21:00",
                "sign-red": "2026-10-08 09:45:00.000001",
                "reminder": "2026-10-09 08:30:00",
            },
            id="story 2",
        ),
        pytest.param(
            *("contact", "normal", "2026-02-13 16:40", Limit(1, Unit.WORKING_DAYS)),
            {"urge-80": "2026-02-14 15:56:00", "contact-red": "2026-02-24 08:30:00"},
            id="story 3, over the Spring Festival",
        ),
        pytest.param(
            *("handle", "critical", "2026-10-03 23:10", Limit(2, Unit.NATURAL_HOURS)),
            {
                "urge-50": "2026-10-04 00:10:00",
                "urge-80": "2026-10-04 00:46:00",
                "yellow": "2026-10-04 00:46:00",
                "due": "2026-10-04 01:10:00",
                "red-urgent": "2026-10-04 01:10:00.000001",
                "reminder": "2026-10-08 08:30:00",
                "circulate": "2026-10-13 08:30:00",
                "raise": "2026-10-20 08:30:00",
            },
            id="story 4, danger runs by the clock",
        ),
        pytest.param(
            *("handle", "normal", "2026-03-12 18:00", Limit(1, Unit.WORKING_DAYS)),
            {
                "urge-50": "2026-03-13 12:00:00",
                "urge-80": "2026-03-13 16:06:00",
                "yellow": "2026-03-13 16:06:00",  # one working day is short: 20 % left
                "due": "2026-03-13 17:30:00",
                "red": "2026-03-16 08:30:00",
                "reminder": "2026-03-16 08:30:00",
                "circulate": "2026-03-20 17:30:00",
                "raise": "2026-03-27 17:30:00",
            },
            id="a consultation, over the weekend",
        ),
        pytest.param(
            *("callback", "normal", "2026-03-09 10:00", Limit(14, Unit.WORKING_HOURS)),
            {
                "callback-yellow": "2026-03-10 10:00:00",
                "callback-red": "2026-03-11 10:00:00.000001",
            },
            id="working hours that make two days",
        ),
        pytest.param(
            *("callback", "normal", "2026-03-09 10:00", Limit(839, Unit.WORKING_MINUTES)),
            {
                "callback-yellow": "2026-03-10 16:11:12",
                "callback-red": "2026-03-11 09:59:00.000001",
            },
            id="one minute less than two days",
        ),
        pytest.param(
            *("verify", "normal", "2026-03-13 18:00", Limit(2, Unit.NATURAL_DAYS)),
            {"rating-yellow": "2026-03-16 16:06:00", "rating-red": "2026-03-17 08:30:00"},
            id="the day before due is over when the clock starts",
        ),
        pytest.param(
            *("hang_review", "normal", "2026-09-01 10:00", Limit(30, Unit.NATURAL_DAYS)),
            {"hang-review-due": "2026-10-08 17:30:00", "hang-review-red": "2026-10-09 08:30:00"},
            id="30 days end in a holiday",
        ),
    ],
)
def test_moments_of_a_clock(
    clock: str, urgency: str, start: str, limit: Limit, expected: dict[str, str]
) -> None:
    found = plan(clock, urgency, start, limit)
    told = [(mark.name, mark.at.astimezone(LOCAL).replace(tzinfo=None)) for mark in found]
    assert told == [(name, datetime.fromisoformat(at)) for name, at in expected.items()]
    assert all(mark.at.tzinfo is UTC for mark in found)


def test_the_lamp_is_yellow_from_the_yellow_step_or_from_due() -> None:
    start, limit = local("2026-09-30 10:00"), Limit(5, Unit.WORKING_DAYS)
    due = due_at(CALENDAR, start, limit).at
    for clock, expected in (("handle", local("2026-10-12 17:30")), ("contact", due)):
        steps = LADDER.steps_for(clock, urgency="normal", kind="help")
        found = milestones(steps, CALENDAR, start=start, due=due, limit=limit)
        assert yellow_at(found, steps, due) == expected


def test_an_extended_clock_is_planned_by_its_later_due_moment() -> None:
    steps = LADDER.steps_for("handle", urgency="normal", kind="help")
    start, due = local("2026-05-13 10:00"), local("2026-05-21 17:30")
    found = milestones(steps, CALENDAR, start=start, due=due, limit=Limit(5, Unit.WORKING_DAYS))
    assert [f"{mark.name} {mark.at.astimezone(LOCAL):%m-%d %H:%M}" for mark in found][-3:] == [
        "reminder 05-22 08:30",
        "circulate 05-28 17:30",
        "raise 06-04 17:30",
    ]


def test_a_calendar_that_ends_too_early_is_said_and_one_that_begins_too_late_does_not_matter() -> (
    None
):
    steps = LADDER.steps_for("handle", urgency="normal", kind="help")
    limit = Limit(2, Unit.WORKING_DAYS)
    last = local("2035-12-20 10:00")
    with pytest.raises(CalendarError, match="请先补充以后年份的日历"):
        milestones(steps, CALENDAR, start=last, due=due_at(CALENDAR, last, limit).at, limit=limit)
    first = local("2023-01-01 10:00")  # a holiday, like 2023-01-02
    early = replace(YELLOW, at=Offset(Anchor.BEFORE, 60))
    found = milestones(
        [early], CALENDAR, start=first, due=due_at(CALENDAR, first, limit).at, limit=limit
    )
    assert [mark.at.astimezone(LOCAL).date() for mark in found] == [date(2023, 1, 4)]


def test_a_moment_without_a_zone_is_refused() -> None:
    at = local("2026-03-09 10:00")
    for start, due in ((at.replace(tzinfo=None), at), (at, at.replace(tzinfo=None))):
        with pytest.raises(SlaError, match="没有时区"):
            milestones([], CALENDAR, start=start, due=due, limit=Limit(1, Unit.WORKING_DAYS))


offsets = (
    st.builds(Offset, st.just(Anchor.PERCENT), st.integers(1, 99))
    | st.builds(Offset, st.sampled_from([Anchor.BEFORE, Anchor.LATER]), st.integers(1, 60))
    | st.sampled_from([Offset(anchor) for anchor in (Anchor.DUE, Anchor.AFTER, Anchor.NEXT_DAY)])
)
starts = st.datetimes(
    datetime(2023, 1, 1, 16),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2033, 12, 31),  # noqa: DTZ001 - same
    timezones=st.just(UTC),
)
limits = st.builds(
    Limit,
    st.integers(1, 40),
    st.sampled_from([unit for unit in Unit if unit is not Unit.NEXT_WORKDAY_END]),
) | st.just(Limit(1, Unit.NEXT_WORKDAY_END))


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """Up to ten steps at any moments, all of the handle clock."""
    moments = draw(st.lists(st.tuples(offsets, st.none() | offsets), min_size=1, max_size=10))
    steps = [
        replace(YELLOW, id=f"step-{number}", at=at, or_at=or_at)
        for number, (at, or_at) in enumerate(moments)
    ]
    return replace(LADDER, steps=tuple(steps))


def is_open(at: datetime) -> bool:
    at = at.astimezone(LOCAL)
    return CALENDAR.is_workday(at.date()) and any(
        opens <= at.time() <= closes for opens, closes in WINDOWS
    )


@steady
@given(ladders(), starts, limits)
def test_any_ladder_is_planned_in_order_once_and_alike(
    ladder: Ladder, start: datetime, limit: Limit
) -> None:
    due = due_at(CALENDAR, start, limit).at
    steps = ladder.steps_for("handle", urgency="normal", kind="help")
    found = milestones(steps, CALENDAR, start=start, due=due, limit=limit)
    assert found == milestones(steps, CALENDAR, start=start, due=due, limit=limit)
    assert all(start < mark.at for mark in found)
    order = [(mark.at, int(mark.name.removeprefix("step-"))) for mark in found]
    assert all(one < other for one, other in pairwise(order))  # in time, then as written; once
    always = {step.id for step in steps if step.at.is_past_due or step.at.anchor is Anchor.DUE}
    assert always <= {mark.name for mark in found} | {s.id for s in steps if s.or_at}
    if limit.unit not in NATURAL_TIME:
        assert all(is_open(mark.at) for mark in found)


@steady
@given(st.integers(1, 99), starts, limits)
def test_a_part_of_the_time_lies_within_it(percent: int, start: datetime, limit: Limit) -> None:
    due = due_at(CALENDAR, start, limit).at
    step = replace(YELLOW, at=Offset(Anchor.PERCENT, percent), or_at=None)
    (mark,) = milestones([step], CALENDAR, start=start, due=due, limit=limit)
    assert start < mark.at < due
    if limit.unit in NATURAL_TIME:
        assert mark.at == start + (due - start) * percent / 100
    else:
        assert is_open(mark.at)


@steady
@given(offsets, starts, limits)
def test_what_is_past_due_comes_after_it_and_the_rest_does_not(
    offset: Offset, start: datetime, limit: Limit
) -> None:
    due = due_at(CALENDAR, start, limit).at
    step: Step = replace(YELLOW, at=offset, or_at=None)
    found = milestones([step], CALENDAR, start=start, due=due, limit=limit)
    assert all((mark.at > due) is offset.is_past_due for mark in found)
    if offset.anchor is Anchor.AFTER and limit.unit in NATURAL_TIME:
        assert [mark.at for mark in found] == [due + TICK]
