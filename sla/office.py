"""Office hours (办公时间) and the city's local time, as data.

Asia/Shanghai has kept +08:00 without summer time since 1992, and calendars here may not reach
further back, so local time is a fixed offset: exact, and far cheaper than a zone look-up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, timezone
from itertools import pairwise

from sla.errors import CalendarError, SlaError

FIRST_FIXED_OFFSET_YEAR = 1992
LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")
SECOND = 1_000_000
"""Microseconds of one second: office time is counted in whole microseconds, never in floats."""

MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=LOCAL)
_EPOCH_UTC = _EPOCH.astimezone(UTC)
_EPOCH_ORDINAL = _EPOCH.toordinal()


def local_parts(at: datetime) -> tuple[int, int]:
    """Local day number (proleptic ordinal) and microseconds since local midnight."""
    try:
        since = at - _EPOCH
    except TypeError:
        raise SlaError(f"时间 {at} 没有时区，无法计算期限") from None
    return since.days + _EPOCH_ORDINAL, since.seconds * SECOND + since.microseconds


def utc_moment(ordinal: int, microsecond: int) -> datetime:
    """Aware UTC moment of a local day number and the microseconds since its midnight."""
    return _EPOCH_UTC + timedelta(days=ordinal - _EPOCH_ORDINAL, microseconds=microsecond)


def _of_day(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND + clock.microsecond


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The windows of a working day in local time, in order, not overlapping."""

    windows: tuple[tuple[time, time], ...] = (
        (time(8, 30), time(12, 0)),
        (time(14, 0), time(17, 30)),
    )
    spans: tuple[tuple[int, int], ...] = field(init=False, repr=False)
    """The same windows in microseconds since midnight."""
    per_day: int = field(init=False, repr=False)
    """Office microseconds of one working day."""

    def __post_init__(self) -> None:
        """Refuse windows in which time could not be counted."""
        spans = tuple((_of_day(opens), _of_day(closes)) for opens, closes in self.windows)
        edges = [edge for span in spans for edge in span]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise CalendarError("办公时间须至少有一段，按先后排列，且互不重叠")
        object.__setattr__(self, "spans", spans)
        object.__setattr__(self, "per_day", sum(closes - opens for opens, closes in spans))

    @property
    def close(self) -> int:
        """Microsecond of the day at which the office closes (下班)."""
        return self.spans[-1][1]

    @property
    def opens(self) -> int:
        """Microsecond of the day at which the office opens (上班)."""
        return self.spans[0][0]

    def elapsed(self, microsecond: int) -> int:
        """Office microseconds gone by at that moment of a working day."""
        gone = 0
        for opens, closes in self.spans:
            if microsecond < closes:
                return gone if microsecond < opens else gone + microsecond - opens
            gone += closes - opens
        return gone

    def clock(self, elapsed: int) -> int:
        """Moment of the day at which so much office time is over; ends before the break."""
        moment = self.spans[0][0] + elapsed
        for (_, closes), (opens, _) in pairwise(self.spans):
            if moment > closes:
                moment += opens - closes
        return moment
