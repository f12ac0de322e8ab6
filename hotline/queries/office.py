"""The office's rules, loaded once and again on change: calendar, profile, catalogue (规则)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select, true

import sla
from hotline.db import db
from hotline.domain.rules import Book, Rules, exchanged, read_rules
from hotline.domain.timing import RuleSubject
from hotline.models import (
    Area,
    CatalogueEdition,
    CatalogueRule,
    Category,
    Department,
    ModelVersion,
    RuleBook,
    TrustLine,
)
from hotline.queries import catalogue_reading

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, FromClause, Subquery

    import routing


LEVEL_DIGITS = 2


@dataclass(slots=True)
class _Cache:
    profile_name: str = "通用默认"
    rules: tuple[object, Rules] | None = None
    catalogue_stamp: object = None
    catalogue: tuple[routing.Catalogue, routing.Directory] | None = None
    lines_stamp: object = None
    lines: dict[str, float] = field(default_factory=dict)
    areas: set[str] = field(default_factory=set)


_cache = _Cache()


def _told_by(table: FromClause, *figures: ColumnElement[Any]) -> Subquery:
    """How many rows a table has, and what else tells that one of them was changed."""
    return select(func.count(), *figures).select_from(table).subquery()


_books = RuleBook.__table__
RULES_STAMP = [
    select(func.count(_books.c.version)).select_from(_books).scalar_subquery(),
]
"""A column for whoever asks the database anyway and hands the answer on (see below)."""
_rules, _units, _lines = CatalogueRule.__table__, Department.__table__, TrustLine.__table__
_editions = CatalogueEdition.__table__
_TOLD = (
    _told_by(
        _rules,
        func.max(_rules.c.changed_at),
        select(func.count(_editions.c.version)).select_from(_editions).scalar_subquery(),
    ),
    _told_by(_units, func.max(_units.c.id), func.sum(case((_units.c.is_active, 1), else_=0))),
    _told_by(_lines, func.max(_lines.c.changed_at), func.sum(_lines.c.probability)),
)
_LOOK = select(
    *RULES_STAMP,
    *_TOLD,
    select(func.aggregate_strings(Category.code, ","))
    .where(Category.is_active.is_(False))
    .scalar_subquery(),
    select(func.count(Area.code)).scalar_subquery(),
    select(ModelVersion.id).where(ModelVersion.is_active.is_(True)).limit(1).scalar_subquery(),
).select_from(_TOLD[0].join(_TOLD[1], true()).join(_TOLD[2], true()))
_RULES, _CATALOGUE, _LINES = slice(0, 1), slice(1, 7), slice(7, 10)
_GONE, _AREAS, _MODEL = -3, -2, -1


def _look() -> tuple[Any, ...]:
    """Ask once in a transaction: within it the rules stay what they were at its first look.

    One question for everything: the way to the database and back costs more than the answer.
    """
    session = db.session()
    connection = session.connection()
    now = session.get_transaction()
    begun, kept = session.info.get("office", (None, ()))
    seen: tuple[Any, ...] = kept
    if begun is not now:
        seen = tuple(connection.execute(_LOOK).one())
        session.info["office"] = (now, seen)
    return seen


def remember_rules_stamp(stamp: Iterable[object]) -> None:
    """Take the values of ``RULES_STAMP`` as this transaction's look at the rules of time."""
    session = db.session()
    session.info["rules"] = (session.get_transaction(), tuple(stamp))


def _rules_stamp() -> tuple[Any, ...]:
    session = db.session()
    begun, kept = session.info.get("rules", (None, ()))
    stamp: tuple[Any, ...] = kept
    is_known = begun is not None and begun is session.get_transaction()
    return stamp if is_known else _look()[_RULES]


def active_model_id() -> str | None:
    """The id of the model that classifies now."""
    found: str | None = _look()[_MODEL]
    return found


def category_in_use(code: str) -> str | None:
    """The category itself, or the nearest above it that is not switched off (停用), or None.

    A category below one that is switched off is not in use either.
    """
    gone = (_look()[_GONE] or "").split(",")
    if gone == [""]:
        return code
    steps = [code[:digits] for digits in range(LEVEL_DIGITS, len(code) + 1, LEVEL_DIGITS)]
    used = list(takewhile(lambda step: step not in gone, steps))
    return used[-1] if used else None


def count_areas() -> int:
    """How many areas there are; none is renamed or deleted, so the count tells of a change."""
    found: int = _look()[_AREAS]
    return found


def open_with(profile_name: str) -> None:
    """Choose the city profile at start; raises sla.ProfileError when there is none such."""
    sla.load_profile(profile_name)
    _cache.profile_name, _cache.rules, _cache.catalogue = profile_name, None, None
    _cache.areas.clear()


def is_area(code: str) -> bool:
    """Whether there is such an area; what was seen once is remembered: none is deleted."""
    if code not in _cache.areas and db.session.get(Area, code) is not None:
        _cache.areas.add(code)
    return code in _cache.areas


def rules() -> Rules:
    """The rules of time in force: calendar, office hours, policy, ladder."""
    stamp, kept = _rules_stamp(), _cache.rules
    if kept is None or kept[0] != stamp:
        query = select(RuleBook).where(RuleBook.version.is_not(None)).order_by(RuleBook.version)
        books: dict[RuleSubject, list[Book]] = {}
        for row in db.session.scalars(query):
            book = Book(row.version or 0, row.effective_from, row.document)
            books.setdefault(RuleSubject(row.subject), []).append(book)
        kept = stamp, read_rules(books, profile=sla.load_profile(_cache.profile_name))
        _cache.rules = kept  # in one piece: threads that read at once must not mix their halves
    return kept[1]


def rules_of(calendar_version: int, hours_version: int) -> Rules:
    """The rules with the calendar and office hours an old clock was counted by."""
    found = rules()
    for subject, version, book in (
        (RuleSubject.CALENDAR, calendar_version, found.calendar_book),
        (RuleSubject.HOURS, hours_version, found.hours_book),
    ):
        if version != book.version:
            found = exchanged(found, subject, _book(subject, version))
    return found


def _book(subject: RuleSubject, version: int) -> Book:
    query = select(RuleBook).where(RuleBook.subject == subject, RuleBook.version == version)
    row = db.session.scalar(query)
    if row is None:
        return Book(0, date.min, {})
    return Book(version, row.effective_from, row.document)


def policy_of(version: int) -> sla.Profile:
    """The policy of a version, as it was published."""
    policies = {book.version: profile for book, profile in rules().policies}
    return policies.get(version) or policies[0]


def profile(at: datetime) -> sla.Profile:
    """The time-limit policy in force at a moment (时限规则)."""
    return rules().profile(at.astimezone(sla.LOCAL).date())


def ladder(at: datetime) -> sla.Ladder:
    """The escalation ladder in force at a moment (升级阶梯)."""
    return rules().ladder(at.astimezone(sla.LOCAL).date())


def calendar(area_code: str | None = None, unit_code: str | None = None) -> sla.Calendar:
    """The working calendar of the city, or of one area and one unit's office hours."""
    return rules().calendar(area_code or "", unit_code or "")


def is_workday(at: datetime) -> bool:
    """Whether the local day of a moment is a working day of the city."""
    return calendar().is_workday(at.astimezone(sla.LOCAL).date())


def catalogue() -> tuple[routing.Catalogue, routing.Directory]:
    """The dispatch catalogue and the directory of units, as the router wants them."""
    stamp = _look()[_CATALOGUE]
    if _cache.catalogue is None or _cache.catalogue_stamp != stamp:
        _cache.catalogue = (
            catalogue_reading.catalogue(catalogue_reading.rows_in_force().values()),
            catalogue_reading.directory(),
        )
        _cache.catalogue_stamp = stamp
    return _cache.catalogue


def trust_lines() -> dict[str, float]:
    """The trust line of each category that has one of its own; "" is the default."""
    stamp = _look()[_LINES]
    if _cache.lines_stamp != stamp:
        rows = db.session.scalars(select(TrustLine)).all()
        _cache.lines = {row.category_code: row.probability for row in rows}
        _cache.lines_stamp = stamp
    return _cache.lines
