"""One line of the local working calendar (本地工作日历): a day that differs from the state's."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sla.errors import CalendarError
from sla.office import OfficeHours

if TYPE_CHECKING:
    from datetime import date, time

FIRST_YEAR, LAST_YEAR = 2000, 2100
NAME_LENGTH = 64
SOURCE_LENGTH = 200
AREA_DIGITS = range(2, 13)
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """A day worked or not, for the whole city or one area, perhaps with hours of its own.

    Raises CalendarError when a value could not be kept by both file formats or counted with.
    """

    on: date
    is_workday: bool
    name: str
    area: str = ""
    """区划代码; empty means the whole city."""
    source: str = ""
    """依据: the notice that ordered it."""
    windows: tuple[tuple[time, time], ...] = ()
    """Office hours of this day only; empty means the usual ones."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        demand_year(self.on)
        _demand_text("名称", self.name, NAME_LENGTH)
        if not self.name:
            raise CalendarError("名称不能为空")
        _demand_text("依据", self.source, SOURCE_LENGTH)
        _demand_area(self.area)
        if self.windows:
            self._demand_windows()

    def _demand_windows(self) -> None:
        if not self.is_workday:
            raise CalendarError("休息日不能有办公时间")
        if any(clock.tzinfo for window in self.windows for clock in window):
            raise CalendarError("办公时间须是本地时刻，不能带时区")
        OfficeHours(self.windows)


def demand_year(day: date) -> None:
    """Refuse a day outside the years in which a working calendar makes sense."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CalendarError(f"{day} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 年之内")


def tidy(text: str) -> str:
    r"""Text as an entry may hold it: one line, nothing unseen, no backslash.

    iCal libraries do not agree on `\\n` (RFC 5545 §3.3.11), so backslashes become slashes.
    """
    one_line = " ".join(text.split()) if _has_breaks(text) else text
    seen = "".join(sign for sign in one_line if unicodedata.category(sign) not in _UNSEEN)
    return seen.replace("\\", "/").strip()


def _has_breaks(text: str) -> bool:
    return any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in text)


def _demand_text(what: str, text: str, length: int) -> None:
    if len(text) > length:
        raise CalendarError(f"{what}有 {len(text)} 字，最多 {length} 字")
    if text != tidy(text):
        raise CalendarError(f"{what}不能含换行、不可见字符、反斜杠或首尾空格：{text!r}")


def _demand_area(area: str) -> None:
    digits = area.isascii() and area.isdigit() and len(area) in AREA_DIGITS
    if area and not digits:
        raise CalendarError(f"区划代码须是 2 至 12 位数字，现为 {area[:20]!r}")
