"""Days on which a repeating event takes place (重复事件), always an end in sight (RFC 5545 §3.8.5).

Only rules of whole days are expanded, and only those that begin on their own first day: then the
next day is never far, and no file can keep the reader busy.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

from dateutil.rrule import rrulestr

from sla.calendar_files.entry import LAST_YEAR
from sla.calendar_files.event_times import single, wall_of, zone_of
from sla.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icalendar import Event

    from sla.calendar_files.event_times import Span
    from sla.calendar_files.ical_text import Zones

DAYS_PER_EVENT = 1000
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}
_FREQUENCIES = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_YEARS_AHEAD = 2
_BEYOND = date(LAST_YEAR + 1, 12, 31)
"""Followed so far only to tell that a rule goes too far."""


def is_endless(event: Event) -> bool:
    """Whether an event repeats and never says when it stops."""
    rule = single(event, "RRULE")
    return rule is not None and not ("COUNT" in rule or "UNTIL" in rule)


def horizon(span: Span) -> date:
    """Last day to which an endless rule is followed when nobody says otherwise."""
    return date(span.start.year + _YEARS_AHEAD, 12, 31)


def first_days(event: Event, span: Span, zones: Zones, until: date) -> list[date]:
    """Days on which the event begins, in order. Raises CalendarError for too many or odd rules."""
    begin = span.start.date()
    rule = single(event, "RRULE")
    found = {begin} if rule is None else set(_ruled(rule, span, until))
    found |= days_of(event, "RDATE", span, zones)
    found -= days_of(event, "EXDATE", span, zones)
    length = max(1, -((span.start - span.end) // timedelta(days=1)))
    if found and max(found).year > LAST_YEAR:
        raise CalendarError(f"重复到 {LAST_YEAR} 年以后，最晚 {LAST_YEAR} 年")
    if len(found) * length > DAYS_PER_EVENT:
        raise CalendarError(f"展开后超过 {DAYS_PER_EVENT} 天，请写明结束日期或分开导入")
    return sorted(found)


def days_of(event: Event, name: str, span: Span, zones: Zones) -> set[date]:
    """Days named by EXDATE, RDATE or RECURRENCE-ID, on the clock of the event's own zone."""
    value = event.get(name)
    listed = value if isinstance(value, list) else [value] if value is not None else []
    dates = [each for part in listed for each in getattr(part, "dts", [part])]
    for part in listed:
        for each in getattr(part, "dts", ()):
            each.params.update(part.params)
    return {wall_of(each.dt, zone_of(each, zones), span.zone).date() for each in dates}


def _ruled(rule: Any, span: Span, until: date) -> Iterable[date]:  # noqa: ANN401 - vRecur
    _demand_plain(rule, span.start.date())
    bounds = {key: value for key, value in rule.items() if key != "UNTIL"}
    last = _last_day(rule, span) if "UNTIL" in rule else until
    if "COUNT" in rule:
        last = _BEYOND
    last = min(last, _BEYOND)
    text = ";".join(f"{key}={','.join(map(str, value))}" for key, value in bounds.items())
    moments = iter(rrulestr(text, dtstart=datetime.combine(span.start, datetime.min.time())))
    days = (moment.date() for moment in moments)
    first = next(days, None)
    if first != span.start.date():
        raise CalendarError(f"开始日 {span.start.date()} 不合它自己的重复规则 {text}")
    ahead = takewhile(lambda day: day <= last, days)
    return [day for day in (first, *islice(ahead, DAYS_PER_EVENT)) if day <= last]


def _demand_plain(rule: Any, start: date) -> None:  # noqa: ANN401 - vRecur
    frequency = str(rule.get("FREQ", [""])[0]).upper()
    unknown = set(rule) - _KNOWN
    if frequency not in _FREQUENCIES or unknown:
        raise CalendarError(
            f"不支持的重复规则：{frequency} {'、'.join(sorted(unknown))}，请逐日写出"
        )
    if frequency == "DAILY" and not ("COUNT" in rule or "UNTIL" in rule):
        raise CalendarError("每天重复且没有结束，不能作工作日历，请写明 COUNT 或 UNTIL")
    for name in ("INTERVAL", "COUNT"):
        if not 1 <= int(rule.get(name, [1])[0]) <= DAYS_PER_EVENT:
            raise CalendarError(f"重复规则的 {name} 须是 1 至 {DAYS_PER_EVENT}")
    if "BYDAY" in rule and "BYMONTHDAY" in rule:
        raise CalendarError("重复规则同时限定星期与日期，不支持，请逐日写出")
    if not _begins_in_rule(rule, start):
        raise CalendarError(f"开始日 {start} 不合它自己的重复规则")


def _begins_in_rule(rule: Any, start: date) -> bool:  # noqa: ANN401 - vRecur
    from_end = start.day - calendar.monthrange(start.year, start.month)[1] - 1
    months = {int(month) for month in rule.get("BYMONTH", [start.month])}
    days = {int(day) for day in rule.get("BYMONTHDAY", [start.day])}
    weekday = _WEEKDAYS[start.weekday()]
    return (
        start.month in months and bool({start.day, from_end} & days) and _has_weekday(rule, weekday)
    )


def _has_weekday(rule: Any, weekday: str) -> bool:  # noqa: ANN401 - vRecur
    """Whether the weekday is among BYDAY; the nth of a month goes to the fifth, of a year to 53."""
    yearly = str(rule["FREQ"][0]).upper() == "YEARLY" and "BYMONTH" not in rule
    names = [str(day).upper() for day in rule.get("BYDAY", [weekday])]
    ordinals = [abs(int(name[:-2])) for name in names if len(name) > len(weekday)]
    return max(ordinals, default=0) <= (53 if yearly else 5) and any(
        name.endswith(weekday) for name in names
    )


def _last_day(rule: Any, span: Span) -> date:  # noqa: ANN401 - vRecur
    """Last day an UNTIL allows: a moment counts with the event's clock time."""
    until = rule["UNTIL"][0]
    if not isinstance(until, date):  # the library also reads a bare time or a length
        raise CalendarError("重复规则的 UNTIL 不是日期，也不是时刻")
    if not isinstance(until, datetime) or span.is_dated:
        return until.date() if isinstance(until, datetime) else until
    if until.tzinfo is not None:
        until = wall_of(until, until.tzinfo, span.zone)
    is_before = until.time() < span.start.time()
    day: date = until.date()
    return day - timedelta(days=1) if is_before else day
