"""Moments on the way to a deadline (节点): urge at 80 %, yellow lamp, red lamp (domain.md 8.1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sla.deadline import WORKING_TIME
from sla.limits import Unit
from sla.office import MICROSECOND

if TYPE_CHECKING:
    from sla.calendar import Calendar
    from sla.limits import Limit

URGED_CLOCKS = frozenset({"sign", "handle"})
_RUNNING = frozenset({Unit.NATURAL_MINUTES, Unit.NATURAL_HOURS})
_WHOLE_DAYS = 2
"""A limit of at least so many days is warned one working day ahead, a shorter one at 20 %."""


class Milestone(NamedTuple):
    """Something to do at a moment (aware UTC): `urge_80`, `yellow` or `red`."""

    name: str
    at: datetime


def milestones(
    calendar: Calendar, *, clock: str, start: datetime, due: datetime, limit: Limit
) -> tuple[Milestone, ...]:
    """Milestones of a clock in order of time; `due` may lie later than the limit (延期).

    `urge_80` only for sign and handle. `yellow` is one working day before due, or when 20 %
    of the time is left if the limit is shorter than two days or runs by the clock. `red` is the
    first moment after due. Working limits are measured in office time, so nobody is urged at night.
    """
    marks = [
        Milestone("yellow", _yellow_at(calendar, start, due, limit)),
        Milestone("red", due.astimezone(UTC) + MICROSECOND),
    ]
    if clock in URGED_CLOCKS:
        marks.insert(0, Milestone("urge_80", _four_fifths(calendar, start, due, limit)))
    return tuple(sorted(marks, key=lambda mark: mark.at))


def _four_fifths(calendar: Calendar, start: datetime, due: datetime, limit: Limit) -> datetime:
    if limit.unit in _RUNNING:
        return start.astimezone(UTC) + (due - start) * 4 / 5
    index = calendar.index
    begun = index.position(start)
    return index.moment(begun + (index.position(due) - begun) * 4 // 5)


def _yellow_at(calendar: Calendar, start: datetime, due: datetime, limit: Limit) -> datetime:
    if not _is_long(calendar, limit):
        return _four_fifths(calendar, start, due, limit)
    index = calendar.index
    day_before = index.position(due) - calendar.office.per_day
    if day_before <= index.position(start):
        return _four_fifths(calendar, start, due, limit)
    return index.moment(day_before)


def _is_long(calendar: Calendar, limit: Limit) -> bool:
    if limit.unit in WORKING_TIME:
        return limit.amount * WORKING_TIME[limit.unit] >= _WHOLE_DAYS * calendar.office.per_day
    return limit.unit not in _RUNNING and limit.amount >= _WHOLE_DAYS
