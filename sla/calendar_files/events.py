"""From iCal events to days of the working calendar (事件采用): what is meant, and what is not."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from sla.calendar_files.cells import is_workday_of, windows_of
from sla.calendar_files.closures import (
    closed_days,
    demand_full_day,
    is_whole_days,
    whole_days,
)
from sla.calendar_files.entry import CalendarEntry, tidy
from sla.calendar_files.event_times import demand_readable, single, span_of
from sla.calendar_files.recurrence import days_of, first_days, horizon, is_endless
from sla.calendar_files.words import is_workday_by, name_by
from sla.errors import CalendarError
from sla.office import LOCAL

if TYPE_CHECKING:
    from datetime import date

    from icalendar import Event

    from sla.calendar_files.closures import Windows
    from sla.calendar_files.event_times import Span
    from sla.calendar_files.gathering import Gathering
    from sla.calendar_files.ical_text import Zones

SERIES_LIMIT = 500
"""Repeating events of one file."""
_SHOWN = 64
_LONGEST = 1000
"""Characters of a value worth looking at; a longer title names no day."""
_ESCAPED = re.compile(r"\\([,;nN])")
_APPLE = {"WORK-HOLIDAY": False, "ALTERNATE-WORKDAY": True}


class EventReader:
    """Reads the events of one file into a Gathering."""

    def __init__(self, gathering: Gathering, zones: Zones, until: date | None) -> None:
        self._gathering = gathering
        self._zones = zones
        self._until = until
        self._moved: dict[str, list[Event]] = defaultdict(list)
        self._series = 0

    def read(self, events: list[Event]) -> None:
        """Take, note or refuse each event."""
        for event in events:
            if "RECURRENCE-ID" in event:
                self._moved[str(event.get("UID"))].append(event)
        for number, event in enumerate(events, start=1):
            where = _where(event, number)
            try:
                self._take(event, where)
            except CalendarError as error:
                self._gathering.refuse(where, str(error))

    def _take(self, event: Event, where: str) -> None:
        title = _text(event, "SUMMARY")
        if _text(event, "STATUS").upper() == "CANCELLED":
            self._gathering.note(f"未采用：已取消：{where}“{title[:_SHOWN]}”")
            return
        is_workday = _is_workday(event, title)
        if is_workday is None:
            self._gathering.note(f"未采用：不能判断上班或休息：{where}“{title[:_SHOWN]}”")
            return
        demand_readable(event)
        span = span_of(event, self._zones)
        if span.zone != LOCAL:
            self._gathering.note(f"{where}的时区 {span.zone} 已换算为北京时间")
        for day in self._begins(event, span, where):
            for on, windows in self._days(span.moved(day), event, where, is_workday=is_workday):
                still_worked = is_workday or bool(windows)
                entry = _entry(event, on, windows, is_workday=still_worked)
                self._gathering.add(entry, where)

    def _begins(self, event: Event, span: Span, where: str) -> list[date]:
        """Days on which the event begins, without those moved by events of their own."""
        if "RRULE" in event or "RDATE" in event:
            self._series += 1
            if self._series > SERIES_LIMIT:
                raise CalendarError(f"重复事件超过 {SERIES_LIMIT} 个，请分成几个文件")
        until = self._until or horizon(span)
        days = first_days(event, span, self._zones, until)
        if is_endless(event):
            self._gathering.note(f"{where}的重复没有结束，只展开到 {until}")
        if "RECURRENCE-ID" in event:
            _demand_alone(event)
            return days
        moved: set[date] = set()
        for other in self._moved.get(str(event.get("UID")), ()):
            moved |= days_of(other, "RECURRENCE-ID", span, self._zones)
        return [day for day in days if day not in moved]

    def _days(
        self, span: Span, event: Event, where: str, *, is_workday: bool
    ) -> list[tuple[date, Windows]]:
        start, end = span.local()
        own = windows_of(_text(event, "X-HOTLINE-HOURS"))
        if own and not is_workday:
            raise CalendarError("休息日不能有办公时间 X-HOTLINE-HOURS")
        if is_whole_days(start, end):
            return [(day, own) for day in whole_days(start, end)]
        if own:
            raise CalendarError("X-HOTLINE-HOURS 只能用于全天事件")
        if not is_workday:
            return closed_days(start, end)
        demand_full_day(start, end)
        self._gathering.note(f"{where}的起止时刻不作办公时间，按全天上班")
        return [(start.date(), ())]


def _is_workday(event: Event, title: str) -> bool | None:
    own = _text(event, "X-HOTLINE-WORKDAY")
    if own:
        return is_workday_of(own)
    apple = _APPLE.get(_text(event, "X-APPLE-SPECIAL-DAY").upper())
    if apple is not None:
        return apple
    return is_workday_by(title, _categories(event))


def _entry(event: Event, on: date, windows: Windows, *, is_workday: bool) -> CalendarEntry:
    title = _text(event, "SUMMARY")
    if not _text(event, "X-HOTLINE-WORKDAY"):
        title = name_by(title, is_workday=is_workday and not windows)
    return CalendarEntry(
        on=on,
        is_workday=is_workday,
        name=title,
        area=_text(event, "X-HOTLINE-AREA"),
        source=_text(event, "X-HOTLINE-SOURCE"),
        windows=windows,
    )


def _demand_alone(event: Event) -> None:
    if "RANGE" in single(event, "RECURRENCE-ID").params or "RRULE" in event:
        raise CalendarError("改期涉及此后所有重复（RANGE），不支持，请逐日写出")


def _where(event: Event, number: int) -> str:
    uid = tidy(str(event.get("UID", "")))[:80]
    return f"事件 {uid}" if uid else f"第 {number} 个事件"


def _text(event: Event, name: str) -> str:
    text = str(single(event, name) or "")
    if name.startswith("X-"):  # the library leaves the escapes of unknown properties
        if len(text) > _LONGEST:
            raise CalendarError(f"{name} 有 {len(text)} 字，太长")
        text = _ESCAPED.sub(lambda found: found[1] if found[1] in ",;" else " ", text)
    return tidy(text[:_LONGEST])


def _categories(event: Event) -> str:
    value = event.get("CATEGORIES") or []
    listed = value if isinstance(value, list) else [value]
    return " ".join(str(word) for part in listed for word in part.cats)
