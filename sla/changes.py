"""What happens to a running limit: pauses and extensions (暂停与延期), replayed in order.

A due moment is never edited by hand. It follows from start, limit and these changes, so it can be
counted anew under another calendar, and every step of the way can be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sla.deadline import NATURAL_TIME, Due, due_at
from sla.errors import SlaError
from sla.limits import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sla.calendar import Calendar
    from sla.limits import Limit


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still from then to then (补充材料、挂账). Raises SlaError when reversed."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        """A pause that ends before it begins comes from a clock set back; it is refused."""
        if self.until < self.since:
            raise SlaError("暂停的结束早于开始，请检查服务器时间")


@dataclass(frozen=True, slots=True)
class Extension:
    """A granted extension (延期), counted from the old due moment (domain.md 8.3)."""

    limit: Limit


class Leg(NamedTuple):
    """One change with the due moment before and after it."""

    change: Pause | Extension
    before: datetime
    after: datetime


class Course(NamedTuple):
    """The first due moment, each change, and the due moment that holds in the end."""

    first: Due
    legs: tuple[Leg, ...]
    due: Due


def course(
    calendar: Calendar, start: datetime, limit: Limit, changes: Iterable[Pause | Extension] = ()
) -> Course:
    """Replay a limit with all that happened to it. Raises CalendarError past the calendar."""
    first = due = due_at(calendar, start, limit)
    legs: list[Leg] = []
    for change in changes:
        before = due
        if isinstance(change, Extension):
            longer = due_at(calendar, due.at, change.limit)
            due = Due(longer.at, due.provisional or longer.provisional)
        else:
            due = Due(_after_pause(calendar, due.at, limit.unit, change), due.provisional)
        legs.append(Leg(change, before.at, due.at))
    return Course(first, tuple(legs), due)


def _after_pause(calendar: Calendar, due: datetime, unit: Unit, pause: Pause) -> datetime:
    """Move by exactly the time paused: office time for working limits, else by the clock.

    A limit that was over before the pause began stays over.
    """
    if pause.since >= due:
        return due
    if unit in NATURAL_TIME or unit is Unit.NATURAL_DAYS:
        return due.astimezone(UTC) + (pause.until - pause.since)
    index = calendar.index
    still = index.position(pause.until) - index.position(pause.since)
    return index.moment(index.position(due) + still) if still else due
