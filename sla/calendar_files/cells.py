"""Values as people write them in a file: dates, 是/否 and office hours (单元格)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time
from typing import TYPE_CHECKING

from sla.errors import CalendarError
from sla.office import OfficeHours

if TYPE_CHECKING:
    from collections.abc import Sequence

YES = frozenset({"是", "上班", "班", "补班", "调休上班", "工作日", "true", "yes", "y", "1"})
NO = frozenset({"否", "休息", "放假", "休", "休息日", "false", "no", "n", "0"})
_DATES = (
    re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})(年)(\d{1,2})月(\d{1,2})日", re.ASCII),
    re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII),
)
_HOURS_LENGTH = 200
_DASHES = re.compile(r"\s*[-–—―~至到]+\s*")
_BETWEEN = re.compile(r"[\s,;、，；]+")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?", re.ASCII)


def date_of(text: str) -> date:
    """Day written as 2027-02-17, 2027/2/17, 2027年2月17日 or 20270217."""
    plain = "".join(_plain(text).split())
    for pattern in _DATES:
        if found := pattern.fullmatch(plain):
            year, _, month, day = found.groups()
            try:
                return date(int(year), int(month), int(day))
            except ValueError:
                raise CalendarError(f"没有 {text.strip()} 这一天") from None
    raise CalendarError(f"日期 {text.strip()[:30]!r} 无法读懂，请写成 2027-02-17")


def is_workday_of(text: str) -> bool:
    """Whether 是否上班 says yes; neither yes nor no is refused."""
    plain = _plain(text).lower()
    if plain in YES:
        return True
    if plain in NO:
        return False
    raise CalendarError(f"是否上班写的是 {text.strip()[:30]!r}，请写“是”或“否”")


def windows_of(text: str) -> tuple[tuple[time, time], ...]:
    """Office hours written as 08:30-12:00 14:00-17:30; nothing written means the usual ones."""
    if len(text) > _HOURS_LENGTH:
        raise CalendarError(f"办公时间有 {len(text)} 字，请写成 08:30-12:00 14:00-17:30")
    plain = _DASHES.sub("-", _plain(text))
    windows = []
    for span in filter(None, _BETWEEN.split(plain)):
        opens, dash, closes = span.partition("-")
        if not dash:
            raise CalendarError(f"办公时间 {text.strip()[:60]!r} 无法读懂，请写成 08:30-12:00")
        windows.append((_clock_of(opens), _clock_of(closes)))
    if windows:
        OfficeHours(tuple(windows))
    return tuple(windows)


def written_windows(windows: Sequence[tuple[time, time]]) -> str:
    """Office hours as `windows_of` reads them."""
    return " ".join(f"{_written(opens)}-{_written(closes)}" for opens, closes in windows)


def _written(clock: time) -> str:
    is_minute = not (clock.second or clock.microsecond)
    return clock.isoformat(timespec="minutes" if is_minute else "auto")


def _clock_of(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise CalendarError(f"时刻 {text[:20]!r} 无法读懂，请写成 08:30")
    hour, minute, second, fraction = found.groups(default="0")
    try:
        return time(int(hour), int(minute), int(second), int(fraction.ljust(6, "0")))
    except ValueError:
        raise CalendarError(f"没有 {text} 这个时刻") from None


def _plain(text: str) -> str:
    """Full-width digits and signs become the usual ones."""
    return unicodedata.normalize("NFKC", text).strip()
