"""Begin and end: zones, hours, and what cannot be."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

import pytest

from sla.calendar_files import CalendarFileError, read_ical

if TYPE_CHECKING:
    from collections.abc import Callable

    Feed = Callable[..., bytes]

MORNING = ((time(8, 30), time(12)),)
AFTERNOON = ((time(14), time(17, 30)),)
FIXED = (
    "BEGIN:VTIMEZONE\nTZID:(UTC+08:00) 北京，重庆\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
    "TZOFFSETFROM:+0800\nTZOFFSETTO:+0800\nEND:STANDARD\nEND:VTIMEZONE\n"
)
SUMMER = (
    "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0900\n"
    "TZOFFSETTO:+0800\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nBEGIN:DAYLIGHT\n"
    "DTSTART:16010101T000000\nTZOFFSETFROM:+0800\nTZOFFSETTO:+0900\nEND:DAYLIGHT\n"
    "END:VTIMEZONE\n"
)


def closed(feed: Feed, start: str, end: str, before: str = "") -> tuple[object, ...]:
    data = feed(f"UID:u\nDTSTART{start}\nDTEND{end}\nSUMMARY:台风停班", before=before)
    return tuple((e.on, e.is_workday, e.windows) for e in read_ical(data).entries)


@pytest.mark.parametrize(
    ("start", "end", "windows"),
    [
        (":20270810T120000", ":20270811T000000", MORNING),
        (";TZID=Asia/Shanghai:20270810T120000", ";TZID=Asia/Shanghai:20270811T000000", MORNING),
        (";TZID=China Standard Time:20270810T120000", ":20270810T160000Z", MORNING),
        (":20270810T040000Z", ":20270810T160000Z", MORNING),
        (";TZID=America/New_York:20270810T000000", ":20270810T160000Z", MORNING),
        (";TZID=/mozilla.org/20050126_1/Asia/Tokyo:20270810T130000", ":20270810T160000Z", MORNING),
        (":20270810T000000", ":20270810T130000", AFTERNOON),
        (":20270810T090000", ":20270810T100000", (
            (time(8, 30), time(9)), (time(10), time(12)), *AFTERNOON)),
        (":20270810T110000", ":20270810T150000", (
            (time(8, 30), time(11)), (time(15), time(17, 30)))),
    ],
)  # fmt: skip
def test_hours_off_leave_the_others(feed: Feed, start: str, end: str, windows: object) -> None:
    assert closed(feed, start, end) == ((date(2027, 8, 10), True, windows),)


def test_the_hours_may_make_a_whole_day(feed: Feed) -> None:
    off = ((date(2027, 8, 10), False, ()),)
    assert closed(feed, ":20270810T080000", ":20270810T180000") == off
    assert closed(feed, ":20270809T160000Z", ":20270810T160000Z") == off


def test_a_storm_of_two_and_a_half_days(feed: Feed) -> None:
    assert closed(feed, ":20270810T120000", ":20270812T130000") == (
        (date(2027, 8, 10), True, MORNING),
        (date(2027, 8, 11), False, ()),
        (date(2027, 8, 12), True, AFTERNOON),
    )


def test_a_zone_that_is_not_ours_is_told(feed: Feed) -> None:
    start = "DTSTART;TZID=America/New_York:20270810T000000"
    data = feed(f"UID:u\n{start}\nDURATION:PT12H\nSUMMARY:停班")
    assert read_ical(data).notes[0] == "事件 u的时区 America/New_York 已换算为北京时间"


def test_a_zone_of_one_offset_may_be_defined_in_the_file(feed: Feed) -> None:
    zone = ';TZID="(UTC+08:00) 北京，重庆":'
    start, end = f"{zone}20270810T120000", f"{zone}20270811T000000"
    assert closed(feed, start, end, FIXED) == ((date(2027, 8, 10), True, MORNING),)
    with pytest.raises(CalendarFileError, match="不认识时区"):
        closed(feed, start, end)  # the definition of one file is not kept for the next


def test_a_zone_with_rules_of_its_own_needs_a_known_name(feed: Feed) -> None:
    with pytest.raises(CalendarFileError, match="不认识时区 'Own'"):
        closed(feed, ";TZID=Own:20270810T120000", ";TZID=Own:20270811T000000", SUMMER)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (":20270810T180000", ":20270810T200000", "不影响"),
        (":20270810T120000", ":20270810T140000", "不影响"),
        (":20000102T120000", ":20000103T000000", "不影响"),  # a Sunday before published years
        (":20270814T120000", ":20270815T000000", "不影响"),  # a Saturday
        (":20271001T120000", ":20271002T000000", "不影响"),  # the national day
        (";VALUE=DATE:20270810", ";VALUE=DATE:20270809", "不晚于开始"),
        (":20270810T120000", ":20270810T120000", "不晚于开始"),
        (":20270810T120000", ":20270810T110000", "不晚于开始"),
        (";VALUE=DATE:20270810", ":20270811T000000", "同为日期"),
        (":20270810T000000", ";VALUE=DATE:20270811", "同为日期"),
        (";TZID=Mars/Olympus:20270810T120000", ":20270810T160000Z", "不认识时区"),
        (";TZID=../etc/passwd:20270810T120000", ":20270810T160000Z", "不认识时区"),
        (";VALUE=DATE:99991231", ";VALUE=DATE:99991231", "2000 至 2100"),
        (":99991231T230000Z", ":99991231T235959Z", "2000 至 2100"),
        (":00010101T000000", ":00010101T010000", "2000 至 2100"),
        (";VALUE=DATE:19991231", ";VALUE=DATE:20000101", "2000 至 2100"),
        (";VALUE=DATE:21001231", ";VALUE=DATE:21010102", "2000 至 2100"),
        (";VALUE=DATE:21010101", ";VALUE=DATE:21010102", "2000 至 2100"),
        (";VALUE=DATE:20270810", ";VALUE=DATE:20370810", "1000 天"),
        (":2027-08-10", ":20270811T000000", "DTSTART无法读懂"),
        (";VALUE=DATE:20270230", ";VALUE=DATE:20270301", "DTSTART无法读懂"),
        (":P1D", ":20270811T000000", "不是日期"),
        (":20270810T000000/PT1H", ":20270811T000000", "不是日期"),
    ],
)
def test_times_that_cannot_be(feed: Feed, start: str, end: str, words: str) -> None:
    with pytest.raises(CalendarFileError, match=words):
        closed(feed, start, end)


def test_the_last_day_of_all(feed: Feed) -> None:
    last = closed(feed, ";VALUE=DATE:21001231", ";VALUE=DATE:21010101")
    assert last == ((date(2100, 12, 31), False, ()),)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("DTSTART:20270810T120000", "没有结束时间"),
        ("DTSTART;VALUE=DATE:20270810\nDURATION:PT12H", "DURATION"),
        ("DTSTART;VALUE=DATE:20270810\nDURATION:P999999999D", "晚于 2100"),
        ("DTSTART;VALUE=DATE:20270810\nDURATION:P1X", "DURATION无法读懂"),
        ("DTSTART;VALUE=DATE:20270810\nDURATION:-P2D", "不晚于开始"),
        ("DTSTART;VALUE=DATE:20270810\nDTSTART;VALUE=DATE:20270811", "2 个 DTSTART"),
        ("DTSTART;VALUE=DATE:20270810\nno colon", "有一行无法读懂"),
        ("DTSTART;VALUE=DATE:20270810\nSUMMARY:停班", "2 个 SUMMARY"),
        (
            "DTSTART:20270810T120000\nDURATION:PT2H\nX-HOTLINE-HOURS:08:30-12:00\nX-HOTLINE-WORKDAY:1",
            "全天事件",
        ),
    ],
)
def test_events_that_cannot_be(feed: Feed, lines: str, words: str) -> None:
    with pytest.raises(CalendarFileError, match=words):
        read_ical(feed(f"{lines}\nSUMMARY:停班"))


def test_the_same_day_twice_is_one_day(feed: Feed) -> None:
    off = closed(feed, ";VALUE=DATE:20270810", ";VALUE=DATE:20270810")
    assert off == ((date(2027, 8, 10), False, ()),)


def test_a_zone_beyond_a_day_is_no_zone(feed: Feed) -> None:
    odd = FIXED.replace("TO:+0800", "TO:+9900")
    start = ';TZID="(UTC+08:00) 北京，重庆":20270810T120000'
    with pytest.raises(CalendarFileError, match="不认识时区"):
        closed(feed, start, ":20270810T160000Z", odd)


def test_a_duration_of_days(feed: Feed) -> None:
    data = feed("DTSTART;VALUE=DATE:20270810\nDURATION:P1W\nSUMMARY:停班")
    assert len(read_ical(data).entries) == 7


def test_a_make_up_day_with_office_hours_is_a_plain_workday(feed: Feed) -> None:
    data = feed("UID:u\nDTSTART:20270214T090000\nDTEND:20270214T180000\nSUMMARY:春节 补班")
    reading = read_ical(data)
    assert [(e.is_workday, e.windows) for e in reading.entries] == [(True, ())]
    assert "起止时刻不作办公时间" in reading.notes[0]


def test_work_of_a_few_hours_is_no_workday(feed: Feed) -> None:
    with pytest.raises(CalendarFileError, match="不是整天"):
        read_ical(feed("DTSTART:20270214T090000\nDTEND:20270214T110000\nSUMMARY:补班"))
