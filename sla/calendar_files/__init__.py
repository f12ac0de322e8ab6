"""The local working calendar (本地工作日历) from and to files: iCal feeds and CSV tables."""

from __future__ import annotations

from sla.calendar_files.cells import windows_of, written_windows
from sla.calendar_files.clash import clashes
from sla.calendar_files.entry import CalendarEntry
from sla.calendar_files.errors import CalendarFileError
from sla.calendar_files.gathering import Reading
from sla.calendar_files.ical import read_ical, write_ical
from sla.calendar_files.opening import read_calendar
from sla.calendar_files.sheet import read_csv, write_csv

__all__ = [
    "CalendarEntry",
    "CalendarFileError",
    "Reading",
    "clashes",
    "read_calendar",
    "read_csv",
    "read_ical",
    "windows_of",
    "write_csv",
    "write_ical",
    "written_windows",
]
