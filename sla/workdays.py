"""Sorted workdays with prefix counts: any number of working days (工作日) in constant time."""

from __future__ import annotations

from datetime import date, datetime
from itertools import accumulate
from typing import TYPE_CHECKING

from sla.errors import CalendarError
from sla.office import local_parts, utc_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sla.office import OfficeHours

_TOO_LATE = "期限超出了它的末日，请先补充以后年份的日历"


class WorkdayIndex:
    """Counts workdays of an unbroken run of days. Days are local ordinals, workdays count from 1.

    An office position is the office time, in microseconds, since the first day of the run: it
    stands still outside office hours, so adding working hours is plain addition.
    """

    __slots__ = ("_before", "_closes", "_doubtful", "_workdays", "first", "last", "office")

    def __init__(
        self, first: int, works: Sequence[bool], doubtful: Sequence[bool], office: OfficeHours
    ) -> None:
        self.first = first
        self.last = first + len(works) - 1
        self.office = office
        self._before = list(accumulate(works, initial=0))
        self._doubtful = list(accumulate(doubtful, initial=0))
        self._workdays = [first + offset for offset, works_on in enumerate(works) if works_on]
        self._closes = [utc_moment(ordinal, office.close) for ordinal in self._workdays]
        if not self._workdays:
            raise CalendarError("工作日历里没有一个工作日，无法计算期限")

    def through(self, ordinal: int) -> int:
        """Workdays up to and including that day. Raises CalendarError outside the calendar."""
        if not self.first <= ordinal <= self.last:
            raise self._outside(f"{_day(ordinal)} 不在其中")
        return self._before[ordinal - self.first + 1]

    def workday(self, number: int) -> int:
        """Day of the n-th workday. Raises CalendarError past the end of the calendar."""
        try:
            return self._workdays[number - 1]
        except IndexError:
            raise self._outside(_TOO_LATE) from None

    def close_at(self, number: int) -> datetime:
        """Office close of the n-th workday, aware UTC."""
        try:
            return self._closes[number - 1]
        except IndexError:
            raise self._outside(_TOO_LATE) from None

    def position(self, at: datetime) -> int:
        """Office position of a moment."""
        return self.position_of(*local_parts(at))

    def position_of(self, ordinal: int, microsecond: int) -> int:
        """Office position of a local day and the microseconds since its midnight."""
        through = self.through(ordinal)
        if self._before[ordinal - self.first] == through:
            return through * self.office.per_day
        return (through - 1) * self.office.per_day + self.office.elapsed(microsecond)

    def locate(self, position: int) -> tuple[int, int]:
        """First local day and microsecond with that office position.

        A full day ends at office close, not when the office opens the next morning.
        """
        number = -(-position // self.office.per_day) or 1
        within = position - (number - 1) * self.office.per_day
        return self.workday(number), self.office.clock(within)

    def moment(self, position: int) -> datetime:
        """First moment with that office position, aware UTC."""
        return utc_moment(*self.locate(position))

    def is_provisional_between(self, first: int, last: int) -> bool:
        """Whether any day of first…last (both included) is not officially published yet."""
        return self._doubtful[last - self.first + 1] != self._doubtful[first - self.first]

    def _outside(self, why: str) -> CalendarError:
        return CalendarError(f"工作日历只有 {_day(self.first)} 至 {_day(self.last)}：{why}")


def _day(ordinal: int) -> str:
    try:
        return date.fromordinal(ordinal).isoformat()
    except (ValueError, OverflowError):
        return "该日期"
