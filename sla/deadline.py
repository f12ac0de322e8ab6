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
from sla.office import SECOND, local_parts, utc_moment

if TYPE_CHECKING:
    from sla.calendar import Calendar

MINUTE = 60 * SECOND
WORKING_TIME = {Unit.WORKING_MINUTES: MINUTE, Unit.WORKING_HOURS: 60 * MINUTE}
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
        return Due(start.astimezone(UTC) + timedelta(microseconds=span), provisional=False)
    except OverflowError:
        raise CalendarError("期限太长，超出了可以表示的日期") from None
