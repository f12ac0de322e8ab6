"""Whatever days there are: written and read again they are the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla import CalendarError
from sla.calendar_files import (
    CalendarEntry,
    read_calendar,
    read_csv,
    read_ical,
    write_csv,
    write_ical,
)
from sla.calendar_files.entry import tidy

STAMP = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
WINDOWS = ((time(8, 30), time(12)), (time(14, 0, 30), time(17, 30, 0, 5)))

steady = settings(derandomize=True, database=None, deadline=None, max_examples=60)

signs = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"), exclude_characters="\\")
odd = st.sampled_from(list(",;:\"'=+-@^%|，；“”（）春节休班 　N n t"))
names = st.text(signs | odd, min_size=1, max_size=64).filter(lambda text: text == tidy(text) != "")
sources = st.text(signs | odd, max_size=200).filter(lambda text: text == tidy(text))
areas = st.just("") | st.from_regex(r"[0-9]{2,12}", fullmatch=True)
clocks = st.lists(st.times(), min_size=4, max_size=4, unique=True).map(sorted)
hours = st.just(()) | clocks.map(lambda at: ((at[0], at[1]), (at[2], at[3])))


@st.composite
def entries(draw: st.DrawFn) -> CalendarEntry:
    is_workday = draw(st.booleans())
    return CalendarEntry(
        on=draw(st.dates(date(2000, 1, 1), date(2100, 12, 31))),
        is_workday=is_workday,
        name=draw(names),
        area=draw(areas),
        source=draw(sources),
        windows=draw(hours) if is_workday else (),
    )


calendars = st.lists(entries(), min_size=1, max_size=6, unique_by=lambda each: (each.on, each.area))


@steady
@given(calendars)
def test_a_table_read_again_is_the_same(days: list[CalendarEntry]) -> None:
    expected = tuple(sorted(days, key=lambda each: (each.on, each.area)))
    assert read_csv(write_csv(days)).entries == expected
    assert read_calendar(write_csv(days)).entries == expected


@steady
@given(calendars)
def test_an_ical_file_read_again_is_the_same(days: list[CalendarEntry]) -> None:
    expected = tuple(sorted(days, key=lambda each: (each.on, each.area)))
    assert read_ical(write_ical(days, stamp=STAMP)).entries == expected
    assert read_calendar(write_ical(days, stamp=STAMP)).entries == expected


def test_the_table_is_what_excel_opens() -> None:
    day = CalendarEntry(
        on=date(2027, 2, 17), is_workday=True, name="=调休", area="3702", windows=WINDOWS
    )
    text = write_csv([day]).decode("utf-8")
    assert text.startswith("\ufeff日期,是否上班,名称,区划代码,依据,办公时间\r\n")
    assert "2027-02-17,是,'=调休,3702,,08:30-12:00 14:00:30-17:30:00.000005" in text


def test_the_ical_file_is_whole_and_steady() -> None:
    day = CalendarEntry(on=date(2027, 2, 17), is_workday=False, name="春节")
    written = write_ical([day], stamp=STAMP)
    assert written == write_ical([day], stamp=STAMP)
    lines = written.decode().split("\r\n")
    assert "DTSTART;VALUE=DATE:20270217" in lines
    assert "DTEND;VALUE=DATE:20270218" in lines
    assert "UID:20270217-city@hotline-12345" in lines
    assert "DTSTAMP:20261126T080000Z" in lines
    assert all(len(line.encode()) <= 75 for line in lines)


def test_a_stamp_needs_its_zone() -> None:
    with pytest.raises(CalendarError, match="带时区"):
        write_ical([], stamp=datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test
