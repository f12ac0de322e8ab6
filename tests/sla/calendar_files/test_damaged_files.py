"""Files damaged at random give a reading or a CalendarFileError, never anything else."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar_files import CalendarEntry, CalendarFileError, read_calendar, write_csv

EVENT = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Asia/Tokyo:20270810T120000\n"
    "DTEND:20270810T160000Z\nRRULE:FREQ=YEARLY;BYMONTH=8;UNTIL=20290101T000000Z\n"
    "EXDATE:20280810T030000Z\nRDATE;VALUE=DATE:20270901\nDURATION:P1D\nCATEGORIES:休,班\n"
    "SUMMARY;LANGUAGE=zh:台风停班\nEND:VEVENT\nEND:VCALENDAR\n"
)
DAY = CalendarEntry(on=date(2027, 2, 17), is_workday=False, name="春节", source="通知")
FILES = [EVENT.replace("DURATION:P1D\n", ""), EVENT, write_csv([DAY]).decode()]
PIECES = ["", "\n", " ", ";", ":", ",", '"', "=", "0", "9999", "-", "Z", "T", "P1D", "TZID=X",
          "BEGIN:VEVENT\n", "END:VEVENT\n", "BYDAY=1SU", "休", "\u2028", "\x0b", "\\n"]  # fmt: skip

steady = settings(derandomize=True, database=None, deadline=None, max_examples=400)
wounds = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 12), st.sampled_from(PIECES)),
    min_size=1,
    max_size=4,
)


@steady
@given(st.sampled_from(FILES), wounds)
def test_damage_is_told(text: str, damage: list[tuple[int, int, str]]) -> None:
    for place, length, piece in damage:
        text = text[:place] + piece + text[place + length :]
    with suppress(CalendarFileError):
        read_calendar(text.encode())


@steady
@given(st.binary(max_size=200), st.sampled_from(["", "BEGIN:VCALENDAR\n", "日期,是否上班,名称\n"]))
def test_noise_is_told(noise: bytes, head: str) -> None:
    with suppress(CalendarFileError):
        read_calendar(head.encode() + noise)


@pytest.mark.parametrize(
    ("sound", "damaged"),
    [
        ("RDATE;VALUE=DATE:", "RDATE;VALUE=DATE,TIME:"),
        ("UNTIL=20290101T000000Z", "UNTIL=000000"),
        ("UNTIL=20290101T000000Z", "UNTIL=P1D"),
    ],
)
def test_values_of_another_kind_are_told(sound: str, damaged: str) -> None:
    assert sound in FILES[0]
    with pytest.raises(CalendarFileError):
        read_calendar(FILES[0].replace(sound, damaged).encode())


def test_the_undamaged_file_is_read() -> None:
    began = datetime.now(UTC)
    assert read_calendar(FILES[0].encode()).entries
    assert (datetime.now(UTC) - began).total_seconds() < 5
