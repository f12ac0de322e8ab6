"""The local working calendar in iCal (RFC 5545): holiday feeds read, our own days written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar as ICalendar
from icalendar import Event, vText

from sla.calendar_files.cells import written_windows
from sla.calendar_files.decoding import text_of
from sla.calendar_files.errors import CalendarFileError
from sla.calendar_files.events import EventReader
from sla.calendar_files.gathering import Gathering, Reading
from sla.calendar_files.ical_text import prepared
from sla.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sla.calendar_files.entry import CalendarEntry

# What the library raises for damaged text; AttributeError: VALUE named twice, as in VALUE=DATE,X.
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError)
_PRODUCT = "-//hotline-12345//working calendar//ZH"


def read_ical(data: bytes, *, until: date | None = None) -> Reading:
    """Days of an iCal file; endless yearly rules go to `until`, else two years further.

    Raises CalendarFileError with every refused event; events that tell neither work nor rest
    are left out and noted.
    """
    text, zones = prepared(text_of(data))
    gathering = Gathering()
    reader = EventReader(gathering, zones, until)
    reader.read(_events(text))
    return gathering.reading()


def _events(text: str) -> list[Event]:
    try:
        calendars = ICalendar.from_ical(text, multiple=True)
    except _UNREADABLE as error:
        raise CalendarFileError(f"iCal 文件无法读懂：{str(error)[:100]}") from error
    events = [event for part in calendars for event in part.walk("VEVENT")]
    return [event for event in events if isinstance(event, Event)]


def write_ical(entries: Iterable[CalendarEntry], *, stamp: datetime) -> bytes:
    """One all-day event for each day; `stamp` is the moment of writing, with its zone."""
    if stamp.tzinfo is None:
        raise CalendarError("写 iCal 的时间须带时区")
    calendar = ICalendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "12345 热线工作日历")
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    for entry in entries:
        calendar.add_component(_event(entry, stamp.astimezone(UTC)))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: CalendarEntry, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.on:%Y%m%d}-{entry.area or 'city'}@hotline-12345")
    event.add("dtstamp", stamp)
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", entry.name)
    event.add("categories", ["上班" if entry.is_workday else "放假"])
    event.add("transp", "TRANSPARENT")
    event.add("x-hotline-workday", "TRUE" if entry.is_workday else "FALSE")
    own = {
        "x-hotline-area": entry.area,
        "x-hotline-source": entry.source,
        "x-hotline-hours": written_windows(entry.windows),
    }
    for name, value in own.items():
        if value:
            event.add(name, vText(value))
    return event
