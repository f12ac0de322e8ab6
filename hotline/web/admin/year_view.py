"""A year of the working calendar as twelve small months (年历): how each day looks and sounds."""

from __future__ import annotations

import calendar as months_of
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.queries import rule_words

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    import sla

WEEKDAYS = "一二三四五六日"
SATURDAY = 5
PLAIN = ("工作日", "周末")
_grid = months_of.Calendar()


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: its looks as CSS classes, and in words where it is not an ordinary day."""

    on: date
    looks: str
    words: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday; days of other months are empty."""

    number: int
    worked: int
    weeks: list[list[Cell | None]]


def year_of(
    calendar: sla.Calendar, year: int, *, own: Collection[date], today: date
) -> list[Month]:
    """Twelve months; ``own`` are the days this office decided itself."""
    months = []
    for number in range(1, 13):
        weeks = [
            [_cell(calendar, day, own, today) if day.month == number else None for day in week]
            for week in _grid.monthdatescalendar(year, number)
        ]
        days = [cell.on for week in weeks for cell in week if cell]
        months.append(Month(number, sum(calendar.is_workday(day) for day in days), weeks))
    return months


def _cell(calendar: sla.Calendar, on: date, own: Collection[date], today: date) -> Cell:
    day = calendar.day(on)
    is_weekend = on.weekday() >= SATURDAY
    kind = ("makeup" if is_weekend else "work") if day.is_workday else "rest"
    if not day.is_workday and (not is_weekend or day.name not in PLAIN):
        kind = "holiday"
    looks = [
        f"day-{kind}",
        "day-own" if on in own else "",
        "day-provisional" if day.is_provisional else "",
        "day-today" if on == today else "",
    ]
    return Cell(on, " ".join(look for look in looks if look), _words(on, day, is_own=on in own))


def _words(on: date, day: sla.Day, *, is_own: bool) -> str:
    """What a screen reader says and a pointer shows; nothing for an ordinary day."""
    if day.name in PLAIN and not is_own and day.office is None:
        return "暂定" if day.is_provisional and on.weekday() < SATURDAY else ""
    hours = f"（{rule_words.windows(day.office.windows)}）" if day.office else ""
    parts = [
        day.name + hours,
        "" if day.name in PLAIN else ("上班" if day.is_workday else "休息"),
        "本市另行规定" if is_own else "",
        "暂定" if day.is_provisional else "",
    ]
    return "，".join(part for part in parts if part)
