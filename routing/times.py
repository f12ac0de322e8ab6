"""When a rule holds beside its effective dates: season, hours, kind of day (适用时间)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

DayKind: TypeAlias = Literal["", "workday", "restday"]
DAY_KINDS: dict[DayKind, str] = {"workday": "工作日", "restday": "休息日"}
_SEASON = re.compile(r"(\d\d-\d\d)~(\d\d-\d\d)")
_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")
_LEAP_YEAR = 2024
"""02-29 is a day of the season too."""


@dataclass(frozen=True, slots=True)
class Times:
    """What a moment must be like; every part may be absent, and a season or night may wrap round.

    `season`: first and last day of each year, 11-15 to 03-15, both included. `hours`: from 22:00,
    included, to 06:00, excluded. `days`: working days or days of rest. The hours after midnight
    belong to their own day: 休息日 22:00-06:00 does not hold on Monday at 01:00.
    """

    season: tuple[str, str] | None = None
    hours: tuple[time, time] | None = None
    days: DayKind = ""

    def __bool__(self) -> bool:
        return bool(self.season or self.hours or self.days)

    @property
    def count(self) -> int:
        """How many conditions there are: more is more specific."""
        return sum(map(bool, (self.season, self.hours, self.days)))

    def hold(self, moment: datetime, *, is_workday: bool) -> bool:
        """Whether a local moment, on a day of that kind, is one of these times."""
        day, hour = moment.strftime("%m-%d"), moment.time()
        if self.season and not _is_within(day, *self.season, day <= self.season[1]):
            return False
        if self.hours and not _is_within(hour, *self.hours, hour < self.hours[1]):
            return False
        return not self.days or (self.days == "workday") is is_workday

    def meet(self, other: Times) -> bool:
        """Whether there is a moment at which both hold."""
        if self.days and other.days and self.days != other.days:
            return False
        seasons = not (self.season and other.season) or _cross(self.season, other.season)
        hours = not (self.hours and other.hours) or _cross_open(self.hours, other.hours)
        return seasons and hours

    @property
    def words(self) -> str:
        """In words for people; empty without conditions."""
        parts = []
        if self.season:
            parts.append(f"每年 {self.season[0]} 至 {self.season[1]}")
        if self.days:
            parts.append(DAY_KINDS[self.days])
        if self.hours:
            start, end = (hour.strftime("%H:%M") for hour in self.hours)
            parts.append(f"{'每天 ' if not self.days else ''}{start}–{end}")
        return "，".join(parts)

    def __str__(self) -> str:
        season = "~".join(self.season) if self.season else ""
        hours = "-".join(hour.strftime("%H:%M") for hour in self.hours) if self.hours else ""
        return " ".join(part for part in (season, hours, self.days) if part)


def read_times(text: str) -> Times:
    """Read what `str` writes: "11-15~03-15 22:00-06:00 restday", each part at most once.

    Raises ValueError with words for the administrator.
    """
    season: tuple[str, str] | None = None
    hours: tuple[time, time] | None = None
    days: DayKind = ""
    for part in text.split():
        if (found := _SEASON.fullmatch(part)) and season is None:
            season = (_day(found[1]), _day(found[2]))
        elif (found := _HOURS.fullmatch(part)) and hours is None:
            hours = _span(found[1], found[2])
        elif part in DAY_KINDS and not days:
            days = part
        else:
            raise ValueError(f"适用时间“{part}”无法识别，写法如 11-15~03-15 22:00-06:00 restday")
    return Times(season, hours, days)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(f"{_LEAP_YEAR}-{text}").strftime("%m-%d")
    except ValueError:
        raise ValueError(f"没有 {text} 这一天，请写月-日，如 11-15") from None


def _span(start: str, end: str) -> tuple[time, time]:
    try:
        span = (time.fromisoformat(start), time.fromisoformat(end))
    except ValueError:
        raise ValueError(f"没有 {start}-{end} 这个时段，请写时:分，如 22:00") from None
    if span[0] == span[1]:
        raise ValueError(f"时段的起止都是 {start}，全天适用请留空")
    return span


def _is_within(value: str | time, start: str | time, end: str | time, is_before_end: bool) -> bool:  # noqa: FBT001 - the end may belong or not
    after_start = value >= start  # type: ignore[operator]  # all three are of one type
    wraps = start > end  # type: ignore[operator]
    return (after_start or is_before_end) if wraps else (after_start and is_before_end)


def _cross(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return any(
        _is_within(start, *span, start <= span[1])
        for start, span in ((one[0], other), (other[0], one))
    )


def _cross_open(one: tuple[time, time], other: tuple[time, time]) -> bool:
    return any(
        _is_within(start, *span, start < span[1])
        for start, span in ((one[0], other), (other[0], one))
    )
