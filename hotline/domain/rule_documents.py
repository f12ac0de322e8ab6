"""Documents of calendar and office hours: as days and hours, and changed one by one (规则文档).

A document is what a rule book keeps: texts, whole numbers, lists and dicts. Nothing here changes
the document it is given; each change gives a new one, to be drafted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any

import sla
from hotline.domain.rules import office_hours

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from hotline.domain.rules import Document

Windows = tuple[tuple[time, time], ...]
DayKey = tuple[str, str]
"""Which line of the calendar: the day in ISO writing and the area's code, "" for the city."""
EMPTY: dict[str, Document] = {
    "calendar": {"days": [], "confirmed_years": []},
    "hours": {"hours": []},
}
"""What the first version of a calendar and of office hours is made from."""


@dataclass(frozen=True, slots=True)
class SeasonHours:
    """Office hours of a part of the year: from and to as MM-DD, both included."""

    first: str
    last: str
    windows: Windows


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitHours:
    """Office hours of the city (no unit) or of one unit, over the year."""

    windows: Windows
    unit: str = ""
    seasons: tuple[SeasonHours, ...] = ()
    source: str = ""


def entries_of(document: Document) -> list[sla.CalendarEntry]:
    """The days of a calendar document in order. Raises sla.CalendarError naming the day."""
    entries = [_entry(said) for said in document.get("days", [])]
    return sorted(entries, key=lambda entry: (entry.on, entry.area))


def _entry(said: dict[str, Any]) -> sla.CalendarEntry:
    windows = said.get("windows") or []
    try:
        return sla.CalendarEntry(
            on=date.fromisoformat(said["on"]),
            is_workday=bool(said["is_workday"]),
            name=said["name"],
            area=said.get("area", ""),
            source=said.get("source", ""),
            windows=office_hours(windows).windows if windows else (),
        )
    except (KeyError, TypeError):
        raise sla.CalendarError(f"这一天缺少日期、安排或名称：{said!r:.80}") from None
    except sla.CalendarError as error:
        raise sla.CalendarError(f"{said.get('on')}：{error}") from None


def day_table(entry: sla.CalendarEntry) -> Document:
    """One day as a document keeps it."""
    return {
        "on": entry.on.isoformat(),
        "is_workday": entry.is_workday,
        "name": entry.name,
        "area": entry.area,
        "source": entry.source,
        "windows": written(entry.windows),
    }


def written(windows: Windows) -> list[list[str]]:
    """[["08:30", "12:00"], …]."""
    return [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in windows]


def with_days(document: Document, entries: Iterable[sla.CalendarEntry]) -> Document:
    """The calendar with some days added, or put in the place of what was said of them."""
    days = {(said["on"], said.get("area", "")): said for said in document.get("days", [])}
    for entry in entries:
        days[entry.on.isoformat(), entry.area] = day_table(entry)
    return {**document, "days": [days[key] for key in sorted(days)]}


def without_days(document: Document, keys: Collection[DayKey]) -> Document:
    """The calendar with some of its days as the state says."""
    kept = [d for d in document.get("days", []) if (d["on"], d.get("area", "")) not in keys]
    return {**document, "days": kept}


def with_year(document: Document, year: int, *, is_confirmed: bool) -> Document:
    """The calendar with a year taken for published, or for open again (确认年度安排)."""
    years = set(document.get("confirmed_years", [])) - {year}
    return {**document, "confirmed_years": sorted(years | {year} if is_confirmed else years)}


def hours_of(document: Document) -> list[UnitHours]:
    """Who has office hours of its own, the city first. Raises sla.CalendarError."""
    entries = [_hours(said) for said in document.get("hours", [])]
    return sorted(entries, key=lambda entry: entry.unit)


def _hours(said: dict[str, Any]) -> UnitHours:
    return UnitHours(
        unit=said["unit"],
        windows=office_hours(said["windows"]).windows,
        seasons=tuple(
            SeasonHours(s["first"], s["last"], office_hours(s["windows"]).windows)
            for s in said.get("seasons", [])
        ),
        source=said.get("source", ""),
    )


def with_hours(document: Document, wanted: UnitHours) -> Document:
    """The office hours with those of one unit, or of the city, put in place."""
    said = {
        "unit": wanted.unit,
        "windows": written(wanted.windows),
        "seasons": [
            {"first": s.first, "last": s.last, "windows": written(s.windows)}
            for s in wanted.seasons
        ],
        "source": wanted.source,
    }
    others = without_hours(document, wanted.unit)["hours"]
    return {**document, "hours": sorted([*others, said], key=lambda entry: entry["unit"])}


def without_hours(document: Document, unit: str) -> Document:
    """The office hours in which a unit keeps those of the city."""
    kept = [entry for entry in document.get("hours", []) if entry["unit"] != unit]
    return {**document, "hours": kept}
