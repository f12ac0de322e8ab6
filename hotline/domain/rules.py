"""The rules of time in force: calendar, office hours, policy, ladder, each with its version (规则).

Built from the documents of the rule books; a draft is tried by building the same rules with one
book exchanged. Version 0 of a book is what the system ships.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import TYPE_CHECKING, Any, TypeVar

import sla
from hotline.domain.timing import RuleSubject

if TYPE_CHECKING:
    from collections.abc import Mapping

Document = dict[str, Any]
_Said = TypeVar("_Said")
MOST_CALENDARS = 512
"""Calendars kept ready: one per set of areas with days of their own and unit with own hours."""


@dataclass(frozen=True, slots=True)
class Book:
    """One version of a book: from when it holds and what it says."""

    version: int
    effective_from: date
    document: Document


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """All books; ``policies`` and ``ladders`` by version, since they are effective-dated."""

    calendar_book: Book
    hours_book: Book
    policies: tuple[tuple[Book, sla.Profile], ...]
    ladders: tuple[tuple[Book, sla.Ladder], ...]
    _calendars: dict[tuple[tuple[str, ...], str], sla.Calendar] = field(
        default_factory=dict, compare=False, repr=False
    )

    def profile(self, on: date) -> sla.Profile:
        """The policy in force on a local day: the newest version that has begun by then."""
        return _in_force(self.policies, on)[1]

    def ladder(self, on: date) -> sla.Ladder:
        """The ladder in force on a local day."""
        return _in_force(self.ladders, on)[1]

    def versions(self, on: date) -> dict[RuleSubject, int]:
        """Which version of each book is in force."""
        return {
            RuleSubject.CALENDAR: self.calendar_book.version,
            RuleSubject.HOURS: self.hours_book.version,
            RuleSubject.POLICY: _in_force(self.policies, on)[0].version,
            RuleSubject.LADDER: _in_force(self.ladders, on)[0].version,
        }

    def calendar(self, area_code: str = "", unit_code: str = "") -> sla.Calendar:
        """The working calendar of an area and the office hours of a unit."""
        areas = tuple(a for a in _areas(self.calendar_book.document) if area_code.startswith(a))
        unit = unit_code if unit_code in _units(self.hours_book.document) else ""
        key = (areas, unit)
        found = self._calendars.get(key)
        if found is None:
            if len(self._calendars) >= MOST_CALENDARS:
                self._calendars.clear()
            found = self._calendars[key] = self._made(areas, unit)
        return found

    def _made(self, areas: tuple[str, ...], unit: str) -> sla.Calendar:
        document = self.calendar_book.document
        plan = office_plan(self.hours_book.document, unit)
        days = day_overrides(document, areas)
        confirmed = document.get("confirmed_years", [])
        return sla.official_calendar().with_days(days, confirmed_years=confirmed).with_plan(plan)


def _in_force(books: tuple[tuple[Book, _Said], ...], on: date) -> tuple[Book, _Said]:
    begun = [book for book in books if book[0].effective_from <= on]
    return begun[-1] if begun else books[0]


def _areas(document: Document) -> list[str]:
    """Areas that have days of their own, the whole city first, the smallest last."""
    return sorted({day.get("area", "") for day in document.get("days", [])}, key=len)


def day_overrides(document: Document, areas: tuple[str, ...]) -> dict[date, sla.Day]:
    """Days that were decided otherwise, for one place; a street's day wins over its district's."""
    found: dict[date, sla.Day] = {}
    for area in areas:
        for said in document.get("days", []):
            if said.get("area", "") == area:
                windows = said.get("windows") or []
                found[date.fromisoformat(said["on"])] = sla.Day(
                    is_workday=said["is_workday"],
                    name=said["name"],
                    office=office_hours(windows) if windows else None,
                )
    return found


def _units(document: Document) -> set[str]:
    return {entry["unit"] for entry in document.get("hours", [])}


def office_hours(windows: list[list[str]]) -> sla.OfficeHours:
    """Office hours from [["08:30", "12:00"], …]. Raises sla.CalendarError."""
    try:
        spans = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in windows)
    except (ValueError, TypeError):
        raise sla.CalendarError("办公时间须写成 08:30-12:00 这样的时段") from None
    return sla.OfficeHours(spans)


def office_plan(document: Document, unit: str = "") -> sla.OfficePlan:
    """The hours of a unit over the year; without an entry of its own, those of the city."""
    entries = {entry["unit"]: entry for entry in document.get("hours", [])}
    entry = entries.get(unit) or entries.get("")
    if entry is None:
        return sla.OfficePlan()
    return sla.OfficePlan(
        usual=office_hours(entry["windows"]),
        seasons=tuple(
            sla.Season(
                first=_month_day(season["first"]),
                last=_month_day(season["last"]),
                office=office_hours(season["windows"]),
            )
            for season in entry.get("seasons", [])
        ),
    )


def _month_day(text: str) -> tuple[int, int]:
    try:
        month, day = (int(part) for part in text.split("-"))
    except ValueError:
        raise sla.CalendarError(f"季节起止须写成 05-01 这样的月日，现为 {text!r}") from None
    return month, day


def read_rules(books: Mapping[RuleSubject, list[Book]], *, profile: sla.Profile) -> Rules:
    """Rules of the published books; what has none is as shipped. Raises sla.SlaError.

    ``profile``: the city profile chosen at start (HOTLINE_PROFILE), version 0 of the policy.
    """
    ladder = sla.load_ladder()
    days, hours = (books.get(s) or [] for s in (RuleSubject.CALENDAR, RuleSubject.HOURS))
    nothing = Book(0, date.min, {})
    return Rules(
        calendar_book=days[-1] if days else nothing,
        hours_book=hours[-1] if hours else nothing,
        policies=(
            (Book(0, date.min, {}), profile),
            *((b, read_policy(b.document)) for b in books.get(RuleSubject.POLICY, [])),
        ),
        ladders=(
            (Book(0, date.min, {}), ladder),
            *((b, read_ladder(b.document)) for b in books.get(RuleSubject.LADDER, [])),
        ),
    )


def read_policy(document: Document) -> sla.Profile:
    """A policy from its document. Raises sla.ProfileError with every mistake."""
    return sla.profile_from(document, origin="时限规则")


def read_ladder(document: Document) -> sla.Ladder:
    """A ladder from its document. Raises sla.LadderError with every mistake."""
    return sla.ladder_from(document, origin="升级阶梯")


def exchanged(rules: Rules, subject: RuleSubject, book: Book) -> Rules:
    """The same rules with one book exchanged, to see what it would change. Raises sla.SlaError."""
    fresh: dict[tuple[tuple[str, ...], str], sla.Calendar] = {}
    match subject:
        case RuleSubject.CALENDAR:
            changed = replace(rules, calendar_book=book, _calendars=fresh)
            for area in ("", *_areas(book.document)):
                changed.calendar(area)
        case RuleSubject.HOURS:
            changed = replace(rules, hours_book=book, _calendars=fresh)
            for unit in ("", *_units(book.document)):
                changed.calendar("", unit)
        case RuleSubject.POLICY:
            changed = replace(rules, policies=(*rules.policies, (book, read_policy(book.document))))
        case _:
            changed = replace(rules, ladders=(*rules.ladders, (book, read_ladder(book.document))))
    return changed
