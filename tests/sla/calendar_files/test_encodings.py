"""Bytes of any program; what is no calendar gets an answer that helps."""

from __future__ import annotations

import codecs
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from sla.calendar_files import CalendarFileError, read_calendar, read_csv, read_ical

if TYPE_CHECKING:
    from collections.abc import Callable

    Feed = Callable[..., bytes]

TABLE = "日期,是否上班,名称\r\n2027-02-17,否,春节\r\n"
EVENT = "UID:u\nDTSTART;VALUE=DATE:20270217\nSUMMARY:春节（休）"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_tables_and_feeds_in_usual_encodings(feed: Feed, encoding: str) -> None:
    assert read_calendar(TABLE.encode(encoding)).entries[0].name == "春节"
    assert read_calendar(feed(EVENT).decode().encode(encoding)).entries[0].name == "春节"


def test_the_mark_of_the_other_byte_order() -> None:
    data = codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be")
    assert read_calendar(data).entries[0].name == "春节"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空的"),
        (b" \r\n\t", "空的"),
        (codecs.BOM_UTF8, "空的"),
        (codecs.BOM_UTF16_LE + b"\x00", "编码"),
        (TABLE.encode("utf-16-le"), "空字符|编码"),
        (b"\xff\xff\xff", "编码"),
        (b"a,b\0c", "空字符"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "旧版 Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\r\n<!doctype html>", "网页"),
        ("只是一封信".encode(), "既不是 iCal"),
        (b"x" * (5 * 1024 * 1024 + 1), "最大 5 MB"),
    ],
)
def test_no_calendar_at_all(data: bytes, words: str) -> None:
    with pytest.raises(CalendarFileError, match=words):
        read_calendar(data, name="日历.ics")


def test_a_table_is_no_ical_and_the_other_way_round(feed: Feed) -> None:
    with pytest.raises(CalendarFileError, match="不是 iCal"):
        read_ical(TABLE.encode())
    with pytest.raises(CalendarFileError, match="没有列"):
        read_csv(feed(EVENT))


@pytest.mark.parametrize("cut", ["END:VEVENT", "END:VCALENDAR"])
def test_half_a_download_is_refused(feed: Feed, cut: str) -> None:
    whole = feed(EVENT, EVENT.replace("0217", "0218"))
    with pytest.raises(CalendarFileError, match="不完整"):
        read_ical(whole[: whole.rindex(cut.encode())])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "没有任何事件"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\nBEGIN:VEVENT\nEND:VCALENDAR", "没有相应的 BEGIN"),
        ("BEGIN:VCALENDAR\nBEGIN:VTODO\nBEGIN:VEVENT\nEND:VEVENT", "不在 VCALENDAR 之中"),
        ("BEGIN:VCALENDAR\nbroken\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR", "无法读懂"),
    ],
)
def test_ical_out_of_order(text: str, words: str) -> None:
    with pytest.raises(CalendarFileError, match=words):
        read_ical(text.encode())


def test_too_many_events_lines_or_days(feed: Feed) -> None:
    with pytest.raises(CalendarFileError, match="最多 10000 个"):
        read_ical(feed(*["SUMMARY:x"] * 10_001))
    with pytest.raises(CalendarFileError, match="超过 200000 行"):
        read_ical(feed("SUMMARY:x" + "\nA:" * 200_001))
    week = "DTSTART;VALUE=DATE:20{}0101\nDURATION:P900D\nSUMMARY:休\nX-HOTLINE-AREA:{}"
    many = [week.format(20 + n, 10 + n) for n in range(12)]
    with pytest.raises(CalendarFileError, match="最多 10000 天"):
        read_ical(feed(*many))


def test_folded_lines_and_several_calendars(feed: Feed) -> None:
    folded = feed("UID:u\nDTSTART;VAL\n UE=DATE:20270217\nSUMMARY:春\n 节（休）")
    both = folded + feed(EVENT.replace("0217", "0218"))
    assert [e.name for e in read_ical(both).entries] == ["春节", "春节"]


def test_blocks_that_end_before_they_begin_take_no_time() -> None:
    zones = "END:VTIMEZONE\r\n" * 40_000 + "BEGIN:VTIMEZONE\r\n" * 40_000
    text = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\n{zones}END:VCALENDAR"
    began = time.monotonic()
    with pytest.raises(CalendarFileError):
        read_ical(text.encode())
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "filling",
    [
        "\r\n" * 2_500_000,
        "\n " * 2_500_000,
        "SUMMARY:" + "休息日" * 500_000,
        "SUMMARY:" + "第" * 1_000_000,
        'X-A="' * 300_000,
        "X-HOTLINE-HOURS:1" + " " * 4_000_000 + "2",
        "DTSTART" + ";A=B" * 200_000,
    ],
)
def test_no_filling_keeps_the_reader_busy(feed: Feed, filling: str) -> None:
    began = time.monotonic()
    with suppress(CalendarFileError):
        read_ical(feed(f"{EVENT}\n{filling}"))
    assert time.monotonic() - began < 20
