"""Sorted workdays with prefix sums: any number of working days (工作日) or hours in O(log n)."""

from __future__ import annotations

from bisect import bisect_left
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
    stands still outside office hours, so adding working hours is plain addition, though hours
    differ from season to season.
    """

    __slots__ = (
        "_before",
        "_doubtful",
        "_gone",
        "_offices",
        "_until",
        "_workdays",
        "first",
        "last",
    )

    def __init__(
        self, first: int, offices: Sequence[OfficeHours | None], doubtful: Sequence[bool]
    ) -> None:
        """Office hours of each day from ``first`` on, None for a day off."""
        self.first = first
        self.last = first + len(offices) - 1
        self._offices = list(offices)
        self._before = list(accumulate((o is not None for o in offices), initial=0))
        self._gone = list(accumulate((o.per_day if o else 0 for o in offices), initial=0))
        self._doubtful = list(accumulate(doubtful, initial=0))
        worked = [offset for offset, office in enumerate(offices) if office is not None]
        self._workdays = [first + offset for offset in worked]
        self._until = [self._gone[offset + 1] for offset in worked]
        if not worked:
            raise CalendarError("工作日历里没有一个工作日，无法计算期限")

    def through(self, ordinal: int) -> int:
        """Workdays up to and including that day. Raises CalendarError outside the calendar."""
        if not self.first <= ordinal <= self.last:
            raise _outside(self, f"{_day(ordinal)} 不在其中")
        return self._before[ordinal - self.first + 1]

    def workday(self, number: int) -> int:
        """Day of the n-th workday. Raises CalendarError before the first and past the last."""
        if not 1 <= number <= len(self._workdays):
            raise _outside(self, _TOO_LATE if number > 0 else "期限早于它的首日")
        return self._workdays[number - 1]

    def office_on(self, ordinal: int) -> OfficeHours | None:
        """Office hours of a day of the calendar, None for a day off."""
        return self._offices[ordinal - self.first]

    def close_at(self, number: int) -> datetime:
        """Office close of the n-th workday, aware UTC."""
        ordinal = self.workday(number)
        return utc_moment(ordinal, self._offices[ordinal - self.first].close)  # type: ignore[union-attr]

    def position(self, at: datetime) -> int:
        """Office position of a moment."""
        return self.position_of(*local_parts(at))

    def position_of(self, ordinal: int, microsecond: int) -> int:
        """Office position of a local day and the microseconds since its midnight."""
        offset = ordinal - self.first
        if not 0 <= offset < len(self._offices):
            raise _outside(self, f"{_day(ordinal)} 不在其中")
        office = self._offices[offset]
        gone = self._gone[offset]
        return gone if office is None else gone + office.elapsed(microsecond)

    def locate(self, position: int) -> tuple[int, int]:
        """First local day and microsecond with that office position.

        A full day ends at office close, not when the office opens the next morning.
        """
        number = bisect_left(self._until, position)
        if number == len(self._until):
            raise _outside(self, _TOO_LATE)
        ordinal = self._workdays[number]
        offset = ordinal - self.first
        office = self._offices[offset]
        within = max(0, position - self._gone[offset])
        return ordinal, office.clock(within)  # type: ignore[union-attr]

    def moment(self, position: int) -> datetime:
        """First moment with that office position, aware UTC."""
        return utc_moment(*self.locate(position))

    def is_provisional_between(self, first: int, last: int) -> bool:
        """Whether any day of first…last (both included) is not officially published yet."""
        return self._doubtful[last - self.first + 1] != self._doubtful[first - self.first]


def open_at(index: WorkdayIndex, number: int) -> datetime:
    """Office opening of the n-th workday, aware UTC."""
    ordinal = index.workday(number)
    office = index.office_on(ordinal)
    return utc_moment(ordinal, office.opens if office else 0)


def _outside(index: WorkdayIndex, why: str) -> CalendarError:
    return CalendarError(f"工作日历只有 {_day(index.first)} 至 {_day(index.last)}：{why}")


def _day(ordinal: int) -> str:
    try:
        return date.fromordinal(ordinal).isoformat()
    except (ValueError, OverflowError):
        return "该日期"
