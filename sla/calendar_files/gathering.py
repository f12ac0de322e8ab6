"""Entries as they come in from a file: all problems are told at once, nothing is half taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sla.calendar_files.errors import CalendarFileError

if TYPE_CHECKING:
    from datetime import date

    from sla.calendar_files.entry import CalendarEntry

DAY_LIMIT = 10_000
"""Days of one file: twenty years of a big city; more is a mistake."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: its days in order, and what a person should know about them."""

    entries: tuple[CalendarEntry, ...]
    notes: tuple[str, ...]


class Gathering:
    """Collects days, notes and problems; gives a Reading or raises CalendarFileError."""

    def __init__(self) -> None:
        self._days: dict[tuple[date, str], tuple[CalendarEntry, str]] = {}
        self._notes: dict[str, None] = {}
        self._problems: list[str] = []

    def add(self, entry: CalendarEntry, where: str) -> None:
        """Take a day; the same day again must say the same."""
        key = (entry.on, entry.area)
        known, before = self._days.setdefault(key, (entry, where))
        if known is entry:
            return
        day = f"{entry.on}（{entry.area or '全市'}）"
        if known.is_workday != entry.is_workday:
            self.refuse(where, f"{day}与{before}矛盾：一处上班，一处休息")
        elif known.windows != entry.windows:
            self.refuse(where, f"{day}与{before}矛盾：办公时间不同")
        else:
            self.note(f"{where}：{day}与{before}重复，用前一条“{known.name}”")

    def refuse(self, where: str, reason: str) -> None:
        """Note a line or event that cannot be taken."""
        self._problems.append(f"{where}：{reason}")

    def note(self, text: str) -> None:
        """Note what was understood but is worth telling; the same only once."""
        self._notes[text] = None

    def reading(self) -> Reading:
        """All days in order. Raises CalendarFileError when anything was refused."""
        if len(self._days) > DAY_LIMIT:
            self._problems.append(f"共 {len(self._days)} 天，最多 {DAY_LIMIT} 天，请分成几个文件")
        if self._problems:
            raise CalendarFileError(*self._problems)
        entries = tuple(self._days[key][0] for key in sorted(self._days))
        worked = sum(entry.is_workday for entry in entries)
        total = f"共 {len(entries)} 天：上班 {worked} 天，休息 {len(entries) - worked} 天"
        return Reading(entries, (*self._notes, total))
