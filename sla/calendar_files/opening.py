"""The door for a file of either kind (日历导入): what it is, is told by what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sla.calendar_files.decoding import text_of
from sla.calendar_files.errors import CalendarFileError
from sla.calendar_files.ical import read_ical
from sla.calendar_files.ical_text import is_ical
from sla.calendar_files.sheet import has_columns, read_csv

if TYPE_CHECKING:
    from datetime import date

    from sla.calendar_files.gathering import Reading


def read_calendar(data: bytes, *, name: str = "", until: date | None = None) -> Reading:
    """Days of an iCal or CSV file; `name` only helps to say what is wrong.

    Raises CalendarFileError with every problem; then nothing of the file is taken.
    """
    text = text_of(data)
    if is_ical(text):
        return read_ical(data, until=until)
    if has_columns(text) or name.lower().endswith(".csv"):
        return read_csv(data)
    raise CalendarFileError(
        f"{name or '文件'}既不是 iCal（第一行应是 BEGIN:VCALENDAR），"
        "也不是日历表格（第一行应有列：日期、是否上班、名称）"
    )
