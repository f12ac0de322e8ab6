"""When a rule holds: season, hours, kind of day (适用时间)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import Facts, Rule, Times, check, read_times, route
from tests.routing.test_catalogue_check import DIRECTORY, SOUND, TODAY

LOCAL = ZoneInfo("Asia/Shanghai")
HEATING = read_times("11-15~03-15")
NIGHT = read_times("22:00-06:00")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def facts(text: str, *, is_workday: bool | None = None) -> Facts:
    return Facts("01", "990101", "complaint", "normal", "暖气不热", moment(text), is_workday)


@pytest.mark.parametrize(
    ("times", "at", "holds"),
    [
        ("11-15~03-15", "2026-11-15 00:00", True),
        ("11-15~03-15", "2027-03-15 23:59", True),
        ("11-15~03-15", "2026-11-14 23:59", False),
        ("11-15~03-15", "2026-03-16 00:00", False),
        ("06-01~08-31", "2026-08-31 12:00", True),
        ("06-01~08-31", "2026-09-01 12:00", False),
        ("02-29~02-29", "2028-02-29 12:00", True),
        ("22:00-06:00", "2026-03-11 22:00", True),
        ("22:00-06:00", "2026-03-12 05:59", True),
        ("22:00-06:00", "2026-03-12 06:00", False),
        ("08:30-17:30", "2026-03-12 17:30", False),
        ("workday", "2026-03-11 10:00", True),
        ("restday", "2026-03-11 10:00", False),
        ("restday", "2026-03-14 10:00", True),
        ("11-15~03-15 22:00-06:00 restday", "2026-12-05 23:00", True),
        ("11-15~03-15 22:00-06:00 restday", "2026-12-07 23:00", False),
    ],
)
def test_a_rule_holds_at_its_times_only(times: str, at: str, holds: bool) -> None:  # noqa: FBT001 - a table
    assert facts(at).are_at(read_times(times)) is holds


def test_the_citys_calendar_goes_before_the_weekday() -> None:
    rest = read_times("restday")
    assert facts("2026-10-01 10:00", is_workday=False).are_at(rest)
    assert not facts("2026-10-10 10:00", is_workday=True).are_at(rest), "a make-up Saturday"


def test_at_its_times_the_timed_rule_goes_first_and_the_reason_says_so() -> None:
    summer = Rule(id="R2", category="01", lead="C05", times=read_times("03-16~11-14"))
    winter = Rule(id="R1", category="01", lead="D0105")
    july = route(facts("2026-07-01 10:00"), [winter, summer], DIRECTORY)
    assert (july.lead, july.rule_id) == ("C05", "R2")
    assert "优于规则 R1（限定了适用时间）" in july.reason
    assert "适用时间 每年 03-16 至 11-14" in july.reason
    assert route(facts("2026-12-01 10:00"), [winter, summer], DIRECTORY).rule_id == "R1"


def test_the_day_whose_rules_are_asked_may_be_another_than_that_of_the_ticket() -> None:
    ended = Rule(id="R1", category="01", lead="C05", effective_to=TODAY - timedelta(days=1))
    old = Facts("01", "", "help", "normal", "", moment("2026-01-05 10:00"))
    assert route(old, [ended], DIRECTORY).lead == "C05"
    today = Facts("01", "", "help", "normal", "", old.at, rules_on=TODAY)
    assert route(today, [ended], DIRECTORY).lead is None


def test_rules_of_times_that_never_meet_do_not_tie() -> None:
    def kinds(one: str, other: str) -> list[str]:
        pair = [
            SOUND,
            Rule(id="R2", category="01", lead="C05", times=read_times(one)),
            Rule(id="R3", category="01", lead="D0105", times=read_times(other)),
        ]
        return [found.kind for found in check(pair, DIRECTORY, ["01"], on=TODAY)]

    assert kinds("11-15~03-15", "03-16~11-14") == []
    assert kinds("22:00-06:00", "06:00-22:00") == []
    assert kinds("workday", "restday") == []
    assert kinds("11-15~03-15", "03-15~11-14") == ["tie"]
    assert kinds("22:00-06:00", "05:00-07:00") == ["tie"]
    assert kinds("11-15~03-15", "22:00-06:00") == ["tie"]
    assert kinds("workday", "11-15~03-15 workday") == [], "the second is more specific"


def test_a_rule_of_some_times_leaves_a_gap() -> None:
    found = check(
        [Rule(id="R1", category="01", lead="C05", times=NIGHT)], DIRECTORY, ["01"], on=TODAY
    )
    assert [one.kind for one in found] == ["gap"]


@pytest.mark.parametrize(
    "text",
    [
        "13-01~03-01",
        "02-30~03-01",
        "25:00-06:00",
        "22:00-22:00",
        "冬天",
        "workday restday",
        "22-06",
    ],
)
def test_times_that_cannot_be_are_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        read_times(text)


HOURS = st.times().map(lambda hour: time(hour.hour, hour.minute))
TIMES = st.builds(
    Times,
    season=st.none() | st.tuples(*[st.dates().map(lambda day: day.strftime("%m-%d"))] * 2),
    hours=st.none() | st.tuples(HOURS, HOURS).filter(lambda span: span[0] != span[1]),
    days=st.sampled_from(["", "workday", "restday"]),
)


@given(TIMES)
def test_what_is_written_is_read_again(times: Times) -> None:
    assert read_times(str(times)) == times


@given(TIMES, TIMES, st.datetimes(), st.booleans())
def test_times_that_hold_together_meet(
    one: Times,
    other: Times,
    at: datetime,
    is_workday: bool,  # noqa: FBT001 - hypothesis
) -> None:
    assert one.meet(other) is other.meet(one)
    if one.hold(at, is_workday=is_workday) and other.hold(at, is_workday=is_workday):
        assert one.meet(other)
