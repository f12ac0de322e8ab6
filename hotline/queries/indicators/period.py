"""The time an indicator is about: whole local days, a year and a day at the most (统计期)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sla
from hotline.domain.errors import Invalid

LONGEST = 366
_LONGEST_MONTH = 31
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """From one local day to another, both included."""

    first: date
    last: date

    @classmethod
    def asked(cls, first: date, last: date) -> Period:
        """Refuse what ends before it begins or would take too long to count; raises Invalid."""
        if not _EARLIEST <= first <= _LATEST:
            raise Invalid("from", "开始日期须在 2000 年至 2100 年之间")
        if not _EARLIEST <= last <= _LATEST:
            raise Invalid("to", "结束日期须在 2000 年至 2100 年之间")
        if last < first:
            raise Invalid("to", "结束日期早于开始日期，请核对")
        if (last - first).days >= LONGEST:
            raise Invalid("to", f"统计期最长 {LONGEST} 天，请缩短")
        return cls(first, last)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """The midnight at which it begins."""
        return datetime.combine(self.first, time(), sla.LOCAL)

    @property
    def until(self) -> datetime:
        """The midnight at which it is over."""
        return datetime.combine(self.last, time(), sla.LOCAL) + timedelta(days=1)

    def before(self) -> Period:
        """What it is compared with: the month before, else as many days before."""
        last = self.first - timedelta(days=1)
        if self.first.day == 1 and self.days <= _LONGEST_MONTH:
            return Period(last.replace(day=1), last)
        return Period(self.first - timedelta(days=self.days), last)


def this_month(at: datetime) -> Period:
    """From the first of the month to today: what is due later is not decided yet."""
    today = at.astimezone(sla.LOCAL).date()
    return Period(today.replace(day=1), today)


def last_month(at: datetime) -> Period:
    """The whole month before."""
    last = at.astimezone(sla.LOCAL).date().replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)
