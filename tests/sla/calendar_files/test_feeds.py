"""Feeds as they are found: several days, marks of Apple, categories, our own marks."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

import pytest

from sla.calendar_files import CalendarEntry, CalendarFileError, read_calendar, read_ical

if TYPE_CHECKING:
    from collections.abc import Callable

    Feed = Callable[..., bytes]


def days(data: bytes) -> list[tuple[str, bool, str]]:
    return [(str(e.on), e.is_workday, e.name) for e in read_ical(data).entries]


def test_a_week_off_ends_before_its_end(feed: Feed) -> None:
    reading = read_ical(
        feed(
            "UID:1\nDTSTART;VALUE=DATE:20271001\nDTEND;VALUE=DATE:20271008\nSUMMARY:国庆节 休",
            "UID:2\nDTSTART;VALUE=DATE:20271009\nSUMMARY:国庆节 补班 第1天/共1天",
        )
    )
    assert [e.on.day for e in reading.entries] == [1, 2, 3, 4, 5, 6, 7, 9]
    assert [e.is_workday for e in reading.entries] == [False] * 7 + [True]
    assert reading.notes == ("共 8 天：上班 1 天，休息 7 天",)


def test_apple_says_it_by_its_mark(feed: Feed) -> None:
    data = feed(
        "DTSTART;VALUE=DATE:20270205\nSUMMARY;LANGUAGE=zh_CN:春节\n"
        "X-APPLE-SPECIAL-DAY:WORK-HOLIDAY",
        "DTSTART;VALUE=DATE:20270214\nSUMMARY;LANGUAGE=zh_CN:春节（班）\n"
        "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY",
    )
    assert days(data) == [("2027-02-05", False, "春节"), ("2027-02-14", True, "调休上班")]


def test_a_festival_alone_is_no_day_off(feed: Feed) -> None:
    reading = read_ical(
        feed(
            "UID:lantern\nDTSTART;VALUE=DATE:20270220\nSUMMARY:元宵节\nX-APPLE-SPECIAL-DAY:TRUE",
            "DTSTART;VALUE=DATE:20270204\nSUMMARY:立春\nCATEGORIES:Holidays",
        )
    )
    assert reading.entries == ()
    assert reading.notes[:2] == (
        "未采用：不能判断上班或休息：事件 lantern“元宵节”",
        "未采用：不能判断上班或休息：第 2 个事件“立春”",
    )


def test_what_is_left_out_need_not_be_readable(feed: Feed) -> None:
    reading = read_ical(feed("UID:x\nDTSTART:nonsense\nSUMMARY:父亲节\nRRULE:FREQ=SECONDLY"))
    assert "不能判断" in reading.notes[0]


def test_categories_speak_when_the_title_is_silent(feed: Feed) -> None:
    off = "DTSTART;VALUE=DATE:20270205\nSUMMARY:建市纪念日\nCATEGORIES:本市,放假"
    work = "DTSTART;VALUE=DATE:20270206\nSUMMARY:建市纪念日\nCATEGORIES:上班"
    assert days(feed(off, work)) == [
        ("2027-02-05", False, "建市纪念日"),
        ("2027-02-06", True, "建市纪念日"),
    ]


def test_a_doubtful_title_outweighs_categories(feed: Feed) -> None:
    event = "DTSTART;VALUE=DATE:20270205\nSUMMARY:是否放假待定\nCATEGORIES:放假"
    assert read_ical(feed(event)).entries == ()


def test_our_own_marks(feed: Feed) -> None:
    data = feed(
        "UID:1\nDTSTART;VALUE=DATE:20270810\nSUMMARY:台风停班\nX-HOTLINE-WORKDAY:TRUE\n"
        "X-HOTLINE-AREA:370202\nX-HOTLINE-HOURS:08:30-12:00\nX-HOTLINE-SOURCE:青政办\\, 8 号"
    )
    assert read_ical(data).entries == (
        CalendarEntry(
            on=date(2027, 8, 10),
            is_workday=True,
            name="台风停班",
            area="370202",
            source="青政办, 8 号",
            windows=((time(8, 30), time(12)),),
        ),
    )


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("X-HOTLINE-WORKDAY:MAYBE", "是否上班"),
        ("X-HOTLINE-WORKDAY:FALSE\nX-HOTLINE-HOURS:08:30-12:00", "休息日"),
        ("X-HOTLINE-WORKDAY:TRUE\nX-HOTLINE-HOURS:12:00", "无法读懂"),
        ("X-HOTLINE-WORKDAY:TRUE\nX-HOTLINE-AREA:青岛", "区划代码"),
        ("X-HOTLINE-WORKDAY:TRUE\nX-HOTLINE-WORKDAY:FALSE", "2 个 X-HOTLINE-WORKDAY"),
    ],
)
def test_wrong_marks(feed: Feed, lines: str, words: str) -> None:
    with pytest.raises(CalendarFileError, match=words):
        read_ical(feed(f"DTSTART;VALUE=DATE:20270810\nSUMMARY:建市日\n{lines}"))


def test_a_cancelled_event_is_left_out(feed: Feed) -> None:
    event = "UID:c\nDTSTART;VALUE=DATE:20270810\nSUMMARY:台风停班\nSTATUS:CANCELLED"
    assert "已取消" in read_ical(feed(event)).notes[0]


def test_the_same_day_twice_counts_once(feed: Feed) -> None:
    event = "DTSTART;VALUE=DATE:20271001\nSUMMARY:国庆节 休"
    reading = read_ical(feed("UID:a\n" + event, "UID:b\n" + event))
    assert len(reading.entries) == 1
    assert reading.notes[0] == "事件 b：2027-10-01（全市）与事件 a重复，用前一条“国庆节”"


def test_days_that_contradict_are_refused_together(feed: Feed) -> None:
    with pytest.raises(CalendarFileError) as caught:
        read_ical(
            feed(
                "UID:a\nDTSTART;VALUE=DATE:20271001\nDTEND;VALUE=DATE:20271003\nSUMMARY:休",
                "UID:b\nDTSTART;VALUE=DATE:20271001\nDTEND;VALUE=DATE:20271003\nSUMMARY:班",
                "UID:c\nSUMMARY:班",
            )
        )
    assert caught.value.problems == (
        "事件 b：2027-10-01（全市）与事件 a矛盾：一处上班，一处休息",
        "事件 b：2027-10-02（全市）与事件 a矛盾：一处上班，一处休息",
        "事件 c：没有开始时间 DTSTART",
    )


def test_all_problems_stand_in_the_error_but_few_in_its_words(feed: Feed) -> None:
    with pytest.raises(CalendarFileError) as caught:
        read_ical(feed(*["SUMMARY:休"] * 9))
    assert len(caught.value.problems) == 9
    assert str(caught.value).endswith("；等 9 处")


def test_an_areas_day_may_differ_from_the_citys(feed: Feed) -> None:
    day = "DTSTART;VALUE=DATE:20270810\nSUMMARY:停班\n"
    reading = read_calendar(feed(day, day + "X-HOTLINE-AREA:3702\nX-HOTLINE-WORKDAY:TRUE"))
    assert [(e.area, e.is_workday) for e in reading.entries] == [("", False), ("3702", True)]
