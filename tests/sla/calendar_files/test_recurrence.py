"""Repeating events end, or are refused; no rule keeps the reader busy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from sla.calendar_files import CalendarFileError, Reading, read_calendar, read_ical

if TYPE_CHECKING:
    from collections.abc import Callable

    Feed = Callable[..., bytes]

OFF = "UID:u\nDTSTART;VALUE=DATE:20270501\nSUMMARY:建市日放假\n"


def days(reading: Reading) -> list[str]:
    return [str(entry.on) for entry in reading.entries]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("RRULE:FREQ=YEARLY;COUNT=3", ["2027-05-01", "2028-05-01", "2029-05-01"]),
        ("RRULE:FREQ=YEARLY;UNTIL=20280501", ["2027-05-01", "2028-05-01"]),
        ("RRULE:FREQ=YEARLY;UNTIL=20280501T000000Z", ["2027-05-01", "2028-05-01"]),
        ("RRULE:FREQ=YEARLY;INTERVAL=2;COUNT=2", ["2027-05-01", "2029-05-01"]),
        ("RRULE:FREQ=WEEKLY;BYDAY=SA;COUNT=2", ["2027-05-01", "2027-05-08"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=1SA;COUNT=2", ["2027-05-01", "2027-06-05"]),
        ("RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=1SA;COUNT=2", ["2027-05-01", "2028-05-06"]),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=-31;COUNT=2", ["2027-05-01", "2027-07-01"]),
        ("RRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20270502", ["2027-05-01", "2027-05-03"]),
        ("RDATE;VALUE=DATE:20270510,20270512", ["2027-05-01", "2027-05-10", "2027-05-12"]),
        ("RRULE:FREQ=YEARLY;UNTIL=20260101", []),
    ],
)
def test_rules_with_an_end(feed: Feed, lines: str, expected: list[str]) -> None:
    reading = read_ical(feed(OFF + lines))
    assert days(reading) == expected
    assert len(reading.notes) == 1


def test_an_endless_rule_goes_two_years_further(feed: Feed) -> None:
    reading = read_ical(feed(OFF + "RRULE:FREQ=YEARLY"))
    assert days(reading) == ["2027-05-01", "2028-05-01", "2029-05-01"]
    assert reading.notes[0] == "事件 u的重复没有结束，只展开到 2029-12-31"


def test_an_endless_rule_goes_as_far_as_asked(feed: Feed) -> None:
    data = feed(OFF + "RRULE:FREQ=YEARLY")
    assert days(read_calendar(data, until=date(2031, 5, 1)))[-1] == "2031-05-01"
    assert days(read_calendar(data, until=date(2026, 5, 1))) == []


def test_leap_days_wait_for_their_year(feed: Feed) -> None:
    rule = "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=3"
    data = feed(f"DTSTART;VALUE=DATE:20280229\nSUMMARY:休\n{rule}")
    assert days(read_ical(data)) == ["2028-02-29", "2032-02-29", "2036-02-29"]


def test_hours_repeat_at_the_clock_of_their_own_zone(feed: Feed) -> None:
    data = feed(
        "UID:u\nDTSTART;TZID=America/New_York:20270310T010000\nDURATION:PT10H\nSUMMARY:停班\n"
        "RRULE:FREQ=WEEKLY;UNTIL=20270317T050000Z\n"
        "EXDATE;TZID=America/New_York:20270310T010000"
    )
    entries = read_ical(data).entries  # 14:00 in winter, 13:00 in summer
    assert [(e.on, str(e.windows[-1][1])) for e in entries] == [(date(2027, 3, 17), "12:00:00")]


def test_the_end_of_a_rule_counts_with_the_clock(feed: Feed) -> None:
    hours = "DTSTART:20270810T120000\nDURATION:PT12H\nSUMMARY:停班\n"
    before = feed(hours + "RRULE:FREQ=DAILY;UNTIL=20270811T110000")
    after = feed(hours + "RRULE:FREQ=DAILY;UNTIL=20270811T040000Z")
    assert len(read_ical(before).entries) == 1
    assert len(read_ical(after).entries) == 2


def test_a_moved_day_replaces_its_own(feed: Feed) -> None:
    rule = "RRULE:FREQ=YEARLY;COUNT=3"
    moved = "UID:u\nRECURRENCE-ID;VALUE=DATE:20280501\nDTSTART;VALUE=DATE:20280508\nSUMMARY:休"
    reading = read_ical(feed(OFF + rule, moved))
    assert days(reading) == ["2027-05-01", "2028-05-08", "2029-05-01"]


def test_all_that_follow_cannot_be_moved(feed: Feed) -> None:
    moved = "UID:u\nRECURRENCE-ID;RANGE=THISANDFUTURE:20280501\nDTSTART:20280508\nSUMMARY:休"
    with pytest.raises(CalendarFileError, match="RANGE"):
        read_ical(feed(OFF + "RRULE:FREQ=YEARLY;COUNT=3", moved))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("RRULE:FREQ=DAILY", "每天重复且没有结束"),
        ("RRULE:FREQ=DAILY;COUNT=1001", "COUNT 须是"),
        ("RRULE:FREQ=DAILY;UNTIL=20991231", "超过 1000 天"),
        ("DTEND;VALUE=DATE:20270601\nRRULE:FREQ=YEARLY;COUNT=40", "超过 1000 天"),
        ("RRULE:FREQ=SECONDLY", "不支持的重复规则"),
        ("RRULE:FREQ=HOURLY;COUNT=2", "不支持的重复规则"),
        ("RRULE:FREQ=YEARLY;BYSETPOS=1;BYDAY=SA", "BYSETPOS"),
        ("RRULE:FREQ=YEARLY;BYHOUR=1", "BYHOUR"),
        ("RRULE:FREQ=YEARLY;INTERVAL=0", "INTERVAL"),
        ("RRULE:FREQ=YEARLY;COUNT=0", "COUNT"),
        ("RRULE:FREQ=YEARLY;COUNT=-1", "COUNT"),
        ("RRULE:FREQ=YEARLY;INTERVAL=999999999", "INTERVAL"),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "不合它自己"),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=1,30", "不合它自己"),
        ("RRULE:FREQ=MONTHLY;BYDAY=6SA", "不合它自己"),
        ("RRULE:FREQ=MONTHLY;BYDAY=2SA", "不合它自己"),
        ("RRULE:FREQ=YEARLY;BYDAY=54SA", "不合它自己"),
        ("RRULE:FREQ=YEARLY;BYDAY=SA;BYMONTHDAY=1", "同时限定"),
        ("RRULE:FREQ=YEARLY;COUNT=100", "最晚 2100 年"),
        ("RRULE:FREQ=YEARLY;UNTIL=99991231", "2100"),
        ("RRULE:FREQ=NEVER", "RRULE无法读懂"),
        ("RRULE:COUNT=3", "不支持的重复规则"),
        ("RRULE:FREQ=YEARLY;UNTIL=soon", "RRULE无法读懂"),
        ("RRULE:FREQ=YEARLY;COUNT=2\nRRULE:FREQ=DAILY;COUNT=2", "2 个 RRULE"),
        ("RDATE;VALUE=PERIOD:20270510T000000Z/PT1H", "不是日期"),
        ("EXDATE:nonsense", "EXDATE无法读懂"),
    ],
)
def test_rules_that_are_refused(feed: Feed, lines: str, words: str) -> None:
    with pytest.raises(CalendarFileError, match=words):
        read_ical(feed(OFF + lines))


def test_too_many_rules(feed: Feed) -> None:
    rule = "DTSTART;VALUE=DATE:20280229\nRRULE:FREQ=DAILY;COUNT=1;BYMONTH=2\nSUMMARY:休"
    with pytest.raises(CalendarFileError, match="重复事件超过 500 个"):
        read_ical(feed(*[rule] * 501))
