"""One table of a profile document (城市配置) being read; each mistake is noted, none stops it."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sla.errors import Problem
from sla.limits import UNIT_LABELS, Limit, Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sla.profiles.locating import Path, Place

T = TypeVar("T", str, int, date, list[Any], dict[str, Any])

YEARS = range(2000, 2201)
MOST = {
    Unit.NATURAL_MINUTES: 366 * 24 * 60,
    Unit.NATURAL_HOURS: 366 * 24,
    Unit.NATURAL_DAYS: 1000,
    Unit.WORKING_MINUTES: 1000 * 8 * 60,
    Unit.WORKING_HOURS: 1000 * 8,
    Unit.WORKING_DAYS: 1000,
    Unit.NEXT_WORKDAY_END: 1,
}
"""A larger figure is a slip of the pen: minutes beyond a year, or a thousand working days."""
_TYPE_WORDS: dict[type, str] = {
    str: "文字",
    int: "整数",
    date: "日期（如 2025-07-01）",
    list: "列表",
    dict: "表（字段与值）",
}


class Notes:
    """Mistakes found so far, each with its place in the text if there is a text."""

    def __init__(self, places: Mapping[Path, Place] | None) -> None:
        self.places = places or {}
        self.problems: list[Problem] = []

    def add(self, path: Path, where: str, message: str) -> None:
        """Note a mistake at a value, or at the nearest table around it that has a place."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (None, None))
        self.problems.append(Problem(line, column, where, message))

    def line(self, path: Path) -> str:
        """（第 14 行）, or nothing for a document without lines."""
        return f"（第 {self.places[path][0]} 行）" if path in self.places else ""


class Section:
    """Reads typed values of one table; what is missing or wrong reads as nothing and is noted."""

    def __init__(self, table: Mapping[str, Any], path: Path, where: str, notes: Notes) -> None:
        self.table, self.path, self.where, self.notes = table, path, where, notes
        self._asked: set[str] = set()

    def note(self, key: str, message: str, *deeper: int) -> None:
        """Note a mistake at the value of a key, or at one item of its list."""
        self.notes.add((*self.path, key, *deeper), self.where, message)

    def close(self, *needed: str) -> None:
        """Note needed keys that are missing, and keys nobody has asked for."""
        for key in needed:
            if self.table.get(key) is None:
                self.notes.add(self.path, self.where, f"缺少字段 {key}")
        for key in self.table:
            if key not in self._asked:
                self.note(key, f"不认识的字段 {key}，可用：{'、'.join(sorted(self._asked))}")

    def take(self, key: str, kind: type[T]) -> T | None:
        """A value of one type; None when it is absent or of another."""
        self._asked.add(key)
        value = self.table.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or isinstance(value, (bool, datetime)):
            self.note(key, f"字段 {key} 须为{_TYPE_WORDS[kind]}，现为 {_shown(value)}")
            return None
        return value

    def text(self, key: str) -> str:
        """A text that says something."""
        value = self.take(key, str)
        if value is not None and not value.strip():
            self.note(key, f"字段 {key} 不能为空")
        return value or ""

    def number(self, key: str, least: int, most: int) -> int:
        """A whole number within bounds; the lower bound stands in for none."""
        value = self.take(key, int)
        if value is not None and not least <= value <= most:
            self.note(key, f"字段 {key} 须在 {least} 至 {most} 之间，现为 {_shown(value)}")
            return least
        return least if value is None else value

    def day(self, key: str) -> date | None:
        """A date, or its ISO writing in a JSON document."""
        written = self.table.get(key)
        if isinstance(written, str):
            self._asked.add(key)
            value = _day_of(written)
            if value is None:
                self.note(key, f"字段 {key} 须为{_TYPE_WORDS[date]}，现为 {_shown(written)}")
        else:
            value = self.take(key, date)
        if value is not None and value.year not in YEARS:
            self.note(key, f"字段 {key} 的年份须在 {YEARS[0]} 至 {YEARS[-1]} 之间，现为 {value}")
            return None
        return value

    def word(self, key: str, known: Collection[str]) -> str:
        """One word of a closed list."""
        value = self.take(key, str)
        if value is not None and value not in known:
            self.note(key, f"字段 {key} 不能是 {_shown(value)}，可用：{'、'.join(known)}")
        return value or ""

    def words(
        self, key: str, known: Collection[str] = (), *, shape: str = r".+"
    ) -> tuple[str, ...]:
        """Different words of a closed list, or codes of a shape when there is no list."""
        values = self.take(key, list) or []
        for number, value in enumerate(values):
            if known and value not in known:
                message = f"字段 {key} 不能是 {_shown(value)}，可用：{'、'.join(known)}"
            elif not isinstance(value, str) or not re.fullmatch(shape, value):
                message = f"字段 {key} 中的 {_shown(value)} 不是合法的编码"
            elif value in values[:number]:
                message = f"字段 {key} 中的 {_shown(value)} 重复"
            else:
                continue
            self.note(key, message, number)
        return tuple(value for value in values if isinstance(value, str))

    def part(self, key: str) -> Section | None:
        """The table under a key."""
        value = self.take(key, dict)
        if value is None:
            return None
        return Section(value, (*self.path, key), f"{self.where} {key}".strip(), self.notes)


def read_limit(section: Section) -> Limit | None:
    """`amount` and `unit` of a table; None when they are no sensible limit."""
    before = len(section.notes.problems)
    unit = section.word("unit", tuple(Unit))
    most = MOST[Unit(unit)] if unit in UNIT_LABELS else max(MOST.values())
    amount = section.number("amount", 1, most)
    is_sound = bool(unit) and len(section.notes.problems) == before
    return Limit(amount, Unit(unit)) if is_sound else None


def part_limit(section: Section, key: str) -> Limit | None:
    """The limit under a key, written { amount = 1, unit = "working_days" }."""
    part = section.part(key)
    if part is None:
        return None
    limit = read_limit(part)
    part.close("amount", "unit")
    return limit


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _shown(value: object) -> str:
    return str(value) if isinstance(value, date) else f"{value!r:.40}"
