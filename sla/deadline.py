"""From the moment a clock starts (起算) to the moment it is due (届满).

民法典 第二百零一条: a period counted in days does not count its first day, one counted in hours
runs from the given moment. 第二百零三条: the last day ends when business closes, and a last day
that is a holiday moves to the day after the holiday.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sla.errors import CalendarError
from sla.limits import Limit, Unit
from sla.office import LOCAL, MICROSECOND, SECOND, local_parts, utc_moment
from sla.workdays import open_at

if TYPE_CHECKING:
    from sla.calendar import Calendar

MINUTE = 60 * SECOND
WORKING_TIME = {Unit.WORKING_MINUTES: MINUTE, Unit.WORKING_HOURS: 60 * MINUTE}
_LAST_MOMENT = datetime.max.replace(tzinfo=LOCAL).astimezone(UTC)
"""Later than this no clock in the city can show."""
NATURAL_TIME = {Unit.NATURAL_MINUTES: MINUTE, Unit.NATURAL_HOURS: 60 * MINUTE}


class Due(NamedTuple):
    """When a limit ends (aware UTC), and whether an unpublished day was counted on the way."""

    at: datetime
    provisional: bool


def due_at(calendar: Calendar, start: datetime, limit: Limit) -> Due:
    """Moment at which a limit that starts at `start` (aware) is due; on time up to and including.

    An extension (延期) is counted the same way from the old due moment. Raises CalendarError
    when the calendar does not reach, SlaError when `start` has no time zone.
    """
    unit = limit.unit
    if unit is Unit.WORKING_DAYS or unit is Unit.NEXT_WORKDAY_END:
        return _working_days(calendar, start, limit.amount)
    if unit in WORKING_TIME:
        return _working_time(calendar, start, limit.amount * WORKING_TIME[unit])
    if unit is Unit.NATURAL_DAYS:
        return _natural_days(calendar, start, limit.amount)
    return _natural_time(start, limit.amount * NATURAL_TIME[unit])


def _working_days(calendar: Calendar, start: datetime, amount: int) -> Due:
    index = calendar.index
    ordinal, _ = local_parts(start)
    number = index.through(ordinal) + amount
    at = index.close_at(number)
    return Due(at, index.is_provisional_between(ordinal + 1, index.workday(number)))


def _working_time(calendar: Calendar, start: datetime, span: int) -> Due:
    index = calendar.index
    first, begun = local_parts(start)
    last, ended = index.locate(index.position_of(first, begun) + span)
    return Due(utc_moment(last, ended), index.is_provisional_between(first, last))


def natural_last_day(start: datetime, amount: int) -> int:
    """Day number of the n-th natural day after the start, before a holiday moves it."""
    return local_parts(start)[0] + amount


def _natural_days(calendar: Calendar, start: datetime, amount: int) -> Due:
    index = calendar.index
    last = natural_last_day(start, amount)
    number = index.through(last - 1) + 1
    return Due(index.close_at(number), index.is_provisional_between(last, index.workday(number)))


def _natural_time(start: datetime, span: int) -> Due:
    local_parts(start)  # a moment without a zone is refused here as everywhere
    try:
        at = start.astimezone(UTC) + timedelta(microseconds=span)
    except OverflowError:
        at = datetime.max.replace(tzinfo=UTC)
    if at > _LAST_MOMENT:
        raise CalendarError("期限太长，超出了可以表示的日期")
    return Due(at, provisional=False)


def workdays_away(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The same time of day so many working days later, or earlier for a negative number.

    One day before 10-13 17:30 is 10-12 17:30. From a day off it is counted from the workday
    before; a time outside that day's office hours is moved to its nearest office moment.
    Raises CalendarError when the calendar does not reach.
    """
    index = calendar.index
    ordinal, microsecond = local_parts(at)
    number = index.through(ordinal) + days
    office = index.office_on(index.workday(number))
    assert office is not None  # noqa: S101 - a workday has office hours
    within = office.clock(office.elapsed(microsecond))
    return utc_moment(index.workday(number), within)


def latest_start(calendar: Calendar, due: datetime, limit: Limit) -> datetime:
    """The last moment that lies a whole limit before ``due`` (须提前 1 个工作日提出).

    Working days go back to the same time of day, working hours through office time, natural units
    by the clock. Raises CalendarError when the calendar does not reach.
    """
    unit = limit.unit
    if unit is Unit.WORKING_DAYS or unit is Unit.NEXT_WORKDAY_END:
        return workdays_away(calendar, due, -limit.amount)
    if unit in WORKING_TIME:
        index = calendar.index
        return index.moment(index.position(due) - limit.amount * WORKING_TIME[unit])
    if unit is Unit.NATURAL_DAYS:
        return due - timedelta(days=limit.amount)
    return due - timedelta(microseconds=limit.amount * NATURAL_TIME[unit])


def next_office_moment(calendar: Calendar, at: datetime) -> datetime:
    """The first office moment after ``at``: the opening of the next day for office close.

    One microsecond later within office hours. Raises CalendarError when the calendar ends.
    """
    index = calendar.index
    ordinal, microsecond = local_parts(at)
    office = index.office_on(ordinal) if index.first <= ordinal <= index.last else None
    for opens, closes in office.spans if office else ():
        if microsecond < opens:
            return utc_moment(ordinal, opens)
        if microsecond < closes:
            return at.astimezone(UTC) + MICROSECOND
    return open_at(index, index.through(ordinal) + 1)
