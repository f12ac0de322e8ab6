"""The working calendar (工作日历): which days count, what they are called, which are certain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sla.errors import CalendarError
from sla.office import FIRST_FIXED_OFFSET_YEAR, OfficeHours
from sla.seasons import OfficePlan
from sla.workdays import WorkdayIndex

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_SATURDAY = 5

WORKDAY_NAME = "工作日"
WEEKEND_NAME = "周末"
MAKEUP_NAME = "调休上班"


@dataclass(frozen=True, slots=True)
class Day:
    """One day: worked or not, its Chinese name, and whether the state has not published it yet.

    ``office``: hours of this one day that differ, such as a storm that closes the offices at noon.
    """

    is_workday: bool
    name: str
    is_provisional: bool = False
    office: OfficeHours | None = None


_WORKDAY = Day(is_workday=True, name=WORKDAY_NAME)
_WEEKEND = Day(is_workday=False, name=WEEKEND_NAME)


def ordinary_day(day: date) -> Day:
    """Tell what a day is when nothing special is known: Monday to Friday is worked."""
    return _WEEKEND if day.weekday() >= _SATURDAY else _WORKDAY


class Calendar:
    """An unbroken run of days with precomputed counts; immutable, made once, shared freely."""

    def __init__(
        self, days: Mapping[date, Day], office: OfficeHours | OfficePlan | None = None
    ) -> None:
        self.plan = (
            office if isinstance(office, OfficePlan) else OfficePlan(office or OfficeHours())
        )
        self._days = {day: days[day] for day in sorted(days)}
        ordinals = [day.toordinal() for day in self._days]
        _demand_unbroken(ordinals)
        self.first_day = date.fromordinal(ordinals[0])
        self.last_day = date.fromordinal(ordinals[-1])
        if self.first_day.year < FIRST_FIXED_OFFSET_YEAR:
            raise CalendarError(
                f"工作日历不能早于 {FIRST_FIXED_OFFSET_YEAR} 年（此前有夏令时），"
                f"现从 {self.first_day} 开始"
            )
        self.index = WorkdayIndex(
            ordinals[0],
            [self._hours(on, day) for on, day in self._days.items()],
            [day.is_provisional for day in self._days.values()],
        )

    def _hours(self, on: date, day: Day) -> OfficeHours | None:
        return (day.office or self.plan.on(on)) if day.is_workday else None

    @classmethod
    def from_days(
        cls, days: Mapping[date, Day], office: OfficeHours | OfficePlan | None = None
    ) -> Calendar:
        """Calendar of exactly these days. Raises CalendarError if empty, broken or all off."""
        return cls(days, office)

    def with_days(
        self, overrides: Mapping[date, Day], *, confirmed_years: Collection[int] = ()
    ) -> Calendar:
        """Make the same calendar with some days replaced, as an administrator edits it.

        Days of `confirmed_years` lose their provisional mark: the State Council's yearly notice
        names only holidays and make-up days, all others are thereby settled.
        """
        outside = [day for day in overrides if not self.first_day <= day <= self.last_day]
        if outside:
            raise CalendarError(
                f"{min(outside)} 不在工作日历 {self.first_day} 至 {self.last_day} 之内"
            )
        days = {
            day: replace(known, is_provisional=False) if day.year in confirmed_years else known
            for day, known in self._days.items()
        }
        return Calendar({**days, **overrides}, self.plan)

    def with_plan(self, plan: OfficePlan) -> Calendar:
        """Make the same days with other office hours (某单位的作息)."""
        return Calendar(self._days, plan)

    def office_on(self, day: date) -> OfficeHours:
        """Office hours that day: its own, or those that would hold if it were worked."""
        return self.day(day).office or self.plan.on(day)

    def day(self, day: date) -> Day:
        """Tell what is known of a day. Raises CalendarError outside the calendar."""
        known = self._days.get(day)
        if known is None:
            raise CalendarError(
                f"{day} 不在工作日历 {self.first_day} 至 {self.last_day} 之内，请先补充该年份的日历"
            )
        return known

    def is_workday(self, day: date) -> bool:
        """Whether the offices are open that day (工作日或调休上班日)."""
        return self.day(day).is_workday

    def day_name(self, day: date) -> str:
        """Chinese name: 工作日, 周末, 调休上班, or the holiday's (国庆节 …)."""
        return self.day(day).name

    def is_provisional(self, day: date) -> bool:
        """Whether the official arrangement of that day is not published yet (暂定)."""
        return self.day(day).is_provisional


def _demand_unbroken(ordinals: list[int]) -> None:
    if not ordinals:
        raise CalendarError("工作日历是空的，无法计算期限")
    for before, after in pairwise(ordinals):
        if after != before + 1:
            missing = date.fromordinal(before) + timedelta(days=1)
            raise CalendarError(f"工作日历缺少 {missing}，日期须连续")
