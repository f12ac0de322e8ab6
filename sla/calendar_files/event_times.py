"""When an iCal event begins and ends, as its own zone writes it (事件起止)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sla.calendar_files.entry import LAST_YEAR, demand_year
from sla.calendar_files.ical_text import ZONE_PARAMETER, Zones
from sla.errors import CalendarError
from sla.office import LOCAL

if TYPE_CHECKING:
    from datetime import tzinfo

    from icalendar import Event

_READ = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", None}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """One event: wall-clock begin and end (exclusive) in its zone; dates begin at midnight."""

    start: datetime
    end: datetime
    zone: tzinfo
    is_dated: bool
    """Written as days (VALUE=DATE), not as moments."""

    def moved(self, day: date) -> Span:
        """Same event on another day, at the same clock time."""
        shift = day - self.start.date()
        return Span(self.start + shift, self.end + shift, self.zone, self.is_dated)

    def local(self) -> tuple[datetime, datetime]:
        """Begin and end on the city's clock, without a zone."""
        if self.is_dated:
            return self.start, self.end
        return _wall(self.start.replace(tzinfo=self.zone), LOCAL), _wall(
            self.end.replace(tzinfo=self.zone), LOCAL
        )


def single(event: Event, name: str) -> Any:  # noqa: ANN401 - the library's own value types
    """The one value of a property, or None; several are refused."""
    value = event.get(name)
    if isinstance(value, list):
        raise CalendarError(f"有 {len(value)} 个 {name}，应只有一个")
    return value


def demand_readable(event: Event) -> None:
    """Refuse an event in which the library could not read a time, a rule or a whole line."""
    for name, error in event.errors:
        if name in _READ:
            raise CalendarError(f"{name or '有一行'}无法读懂（{error[:100]}）")


def span_of(event: Event, zones: Zones) -> Span:
    """Begin and end of an event. Raises CalendarError with the reason."""
    begins = single(event, "DTSTART")
    if begins is None:
        raise CalendarError("没有开始时间 DTSTART")
    zone = zone_of(begins, zones)
    start = wall_of(begins.dt, zone, zone)
    is_dated = not isinstance(begins.dt, datetime)
    end = _end(event, zones, Span(start, start, zone, is_dated))
    if is_dated and end == start:
        end = start + _DAY  # many feeds write the same day twice
    if end <= start:
        raise CalendarError(f"结束 {end} 不晚于开始 {start}")
    demand_year((end - timedelta.resolution).date())
    return Span(start, end, zone, is_dated)


def _end(event: Event, zones: Zones, begin: Span) -> datetime:
    ends, lasts = single(event, "DTEND"), single(event, "DURATION")
    if ends is not None:
        if isinstance(ends.dt, datetime) == begin.is_dated:
            raise CalendarError("开始与结束须同为日期，或同为时刻")
        return wall_of(ends.dt, zone_of(ends, zones), begin.zone)
    if lasts is not None:
        if not isinstance(lasts.dt, timedelta) or (begin.is_dated and lasts.dt % _DAY):
            raise CalendarError("持续时间 DURATION 无法用于这个开始时间")
        if abs(lasts.dt) > (LAST_YEAR - begin.start.year + 1) * 366 * _DAY:
            raise CalendarError(f"结束晚于 {LAST_YEAR} 年")
        return begin.start + lasts.dt
    if begin.is_dated:
        return begin.start + _DAY
    raise CalendarError("没有结束时间 DTEND 或 DURATION")


def zone_of(value: Any, zones: Zones) -> tzinfo:  # noqa: ANN401 - the library's own value types
    """Zone in which a value is written; a floating time is the city's."""
    if isinstance(value.dt, datetime) and value.dt.tzinfo is None:
        name = value.params.get(ZONE_PARAMETER)
        return zones.find(str(name)) if name else LOCAL
    return UTC if isinstance(value.dt, datetime) else LOCAL


def wall_of(value: object, written_in: tzinfo, zone: tzinfo) -> datetime:
    """Wall clock in `zone` of a date or of a time written in another zone."""
    if not isinstance(value, date):
        raise CalendarError("开始、结束或例外日期不是日期，也不是时刻")
    if not isinstance(value, datetime):
        _demand_near(value)
        return datetime.combine(value, time())
    _demand_near(value.date())
    return _wall(value.replace(tzinfo=written_in), zone)


def _demand_near(day: date) -> None:
    """Refuse years far out; the first day after the last year may still be an end."""
    if day != date(LAST_YEAR + 1, 1, 1):
        demand_year(day)


def _wall(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
