"""Training rows as people read them and as training takes them (修正样本)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, select

from hotline.db import db
from hotline.domain.learning import is_held_back
from hotline.models import Correction, SuggestionRow, Ticket
from hotline.queries import bounded
from hotline.queries.registry import PAGE, Listing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement

MOST_HELD = 5_000
"""The newest so many tickets judge a model; more would only narrow the interval a little."""
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One confirmed ticket as training takes it."""

    ticket_id: int
    title: str
    content: str
    code: str


def _counts() -> ColumnElement[bool]:
    """A harvested word of a person that still holds and was not excluded."""
    barred = exists().where(
        Correction.ticket_id == Ticket.id,
        Correction.to_code == Ticket.category_code,
        Correction.excluded_at.is_not(None),
    )
    said = exists().where(
        Correction.ticket_id == Ticket.id,
        Correction.harvested_at.is_not(None),
        Correction.to_code == Ticket.category_code,
    )
    return and_(said, ~barred)


def confirmed() -> Iterator[Sample]:
    """Every harvested ticket with the category people confirmed, oldest first, in flat memory."""
    query = (
        select(Ticket.id, Ticket.title, Ticket.content, Ticket.category_code)
        .where(_counts())
        .order_by(Ticket.id)
        .execution_options(yield_per=CHUNK)
    )
    for ticket_id, title, content, code in db.session.execute(query):
        yield Sample(ticket_id, title, content, code or "")


def held_back(most: int = MOST_HELD) -> list[tuple[int, str]]:
    """Ticket and category of the newest rows kept back for judging; they never taught a model."""
    query = (
        select(Ticket.id, Ticket.category_code)
        .where(_counts())
        .order_by(Ticket.id.desc())
        .execution_options(yield_per=CHUNK)
    )
    found: list[tuple[int, str]] = []
    for ticket_id, code in db.session.execute(query):
        if is_held_back(ticket_id):
            found.append((ticket_id, code or ""))
        if len(found) >= most:
            break
    return found


def texts_of(ticket_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Title and content of tickets by id."""
    query = select(Ticket.id, Ticket.title, Ticket.content).where(Ticket.id.in_(ticket_ids))
    return {key: (title, content) for key, title, content in db.session.execute(query)}


def fresh_since(moment: datetime | None) -> int:
    """How many rows were harvested since a moment, a thousand at the most."""
    query = select(Correction.id).where(
        Correction.harvested_at.is_not(None), Correction.excluded_at.is_(None)
    )
    if moment is not None:
        query = query.where(Correction.harvested_at > moment)
    return bounded.count(query)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of training rows is narrowed to; empty means all."""

    source: str = ""
    state: str = ""
    category: str = ""
    only_changes: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """As conditions on the table of corrections."""
        asked: list[ColumnElement[bool]] = []
        if self.source:
            asked.append(Correction.source == self.source)
        if self.category:
            asked.append(Correction.to_code.startswith(self.category, autoescape=True))
        if self.only_changes:
            asked.append(Correction.from_code != Correction.to_code)
        if self.state == "excluded":
            asked.append(Correction.excluded_at.is_not(None))
        elif self.state == "waiting":
            asked.append(Correction.harvested_at.is_(None))
        elif self.state == "counts":
            asked.append(
                and_(Correction.harvested_at.is_not(None), Correction.excluded_at.is_(None))
            )
        return asked


def listed(wanted: Filter, *, cursor: str | None = None, most: int = PAGE) -> Listing:
    """Corrections with their ticket and what the machine had said, the newest first."""
    query = (
        select(
            Correction,
            Ticket.ticket_no,
            Ticket.title,
            Ticket.content,
            Ticket.confidential,
            SuggestionRow.model_id,
            SuggestionRow.probability,
        )
        .join(Ticket, Ticket.id == Correction.ticket_id)
        .outerjoin(SuggestionRow, SuggestionRow.id == Correction.suggestion_id)
        .where(*wanted.conditions())
        .order_by(Correction.id.desc())
        .limit(most + 1)
    )
    if cursor:
        query = query.where(Correction.id < bounded.read_id_cursor(cursor))
    rows = list(db.session.execute(query).all())
    more = str(rows[most - 1][0].id) if len(rows) > most else None
    return Listing(rows[:most], more)


def exported(wanted: Filter) -> Iterator[Any]:
    """Every row of a filter in pages, so that an export needs no memory of its own."""
    cursor: str | None = None
    while True:
        page = listed(wanted, cursor=cursor, most=CHUNK)
        yield from page.rows
        cursor = page.next_cursor
        if cursor is None:
            return


def by_category() -> list[tuple[str, int]]:
    """How many rows that count each first-level category has, the most first."""
    parent = func.substr(Correction.to_code, 1, 2)
    query = (
        select(parent, func.count())
        .where(Correction.harvested_at.is_not(None), Correction.excluded_at.is_(None))
        .group_by(parent)
        .order_by(func.count().desc(), parent)
    )
    return [(code, number) for code, number in db.session.execute(query)]


def by_source() -> dict[str, int]:
    """How many rows come from which kind of decision."""
    query = select(Correction.source, func.count()).group_by(Correction.source)
    return dict(db.session.execute(query).all())


def excluded_count() -> int:
    """How many rows somebody excluded."""
    return bounded.count(select(Correction.id).where(Correction.excluded_at.is_not(None)))
