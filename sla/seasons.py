"""Office hours over the year (夏令、冬令作息): which hours hold on which day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from sla.errors import CalendarError
from sla.office import OfficeHours

if TYPE_CHECKING:
    from collections.abc import Iterator

MonthDay = tuple[int, int]
"""A day of any year: (10, 1) is 10月1日."""

_LEAP_YEAR = 2024


@dataclass(frozen=True, slots=True)
class Season:
    """Hours from one day of the year to another, both included; may run over New Year."""

    first: MonthDay
    last: MonthDay
    office: OfficeHours

    def __post_init__(self) -> None:
        """Refuse days that no year has, such as 2月30日."""
        for month, day in (self.first, self.last):
            try:
                date(_LEAP_YEAR, month, day)
            except ValueError:
                raise CalendarError(f"{month}月{day}日不是一年中的日期") from None

    def holds_on(self, day: MonthDay) -> bool:
        """Whether these hours hold on that day of the year."""
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


@dataclass(frozen=True, slots=True)
class OfficePlan:
    """The usual hours and the seasons that differ. Raises CalendarError when seasons overlap."""

    usual: OfficeHours = field(default_factory=OfficeHours)
    seasons: tuple[Season, ...] = ()

    def __post_init__(self) -> None:
        """Each day of the year has one answer."""
        for one, other in combinations(self.seasons, 2):
            shared = next((d for d in _days_of_year() if one.holds_on(d) and other.holds_on(d)), ())
            if shared:
                raise CalendarError(
                    f"两段季节作息在 {shared[0]}月{shared[1]}日 重叠，请调整起止日期"
                )

    def on(self, day: date) -> OfficeHours:
        """The hours of that day, if it is worked."""
        at = (day.month, day.day)
        return next((s.office for s in self.seasons if s.holds_on(at)), self.usual)


def _days_of_year() -> Iterator[MonthDay]:
    first = date(_LEAP_YEAR, 1, 1).toordinal()
    for ordinal in range(first, first + 366):
        day = date.fromordinal(ordinal)
        yield day.month, day.day
