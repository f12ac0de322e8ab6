"""Answers ready to be read out: entries whose words the citizen used (知识库检索)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, or_, select

from hotline.db import db
from hotline.models import Department, KnowledgeEntry

if TYPE_CHECKING:
    from datetime import date

SHOWN = 3
TELLING = 3
"""One word of three characters (身份证) or two shorter ones make an entry worth reading."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One entry as the desk shows it; ``score`` is higher the more it fits."""

    id: str
    title: str
    answer: str
    unit: str
    words: tuple[str, ...]
    score: float


class _Card(NamedTuple):
    id: str
    category: str
    title: str
    keywords: tuple[str, ...]
    valid_until: date | None


@dataclass(slots=True)
class _Drawer:
    stamp: object = None
    cards: tuple[_Card, ...] = ()
    common: Counter[str] = field(default_factory=Counter)


_drawer = _Drawer()


def search(text: str, *, on: date, category: str | None = None, limit: int = SHOWN) -> list[Answer]:
    """List the entries that fit best, those still valid on that local day only.

    ``category``: what the classifier thinks; entries of it come first. Scans the words of all
    entries in memory (some hundreds), then reads the few that are shown.
    """
    found = sorted(
        (hit for card in _cards() if (hit := _fit(card, text, category, on))),
        key=lambda hit: (-hit[0], hit[1].id),
    )[:limit]
    texts = _texts([card.id for _score, card, _words in found])
    return [
        Answer(card.id, card.title, *texts[card.id], words, score) for score, card, words in found
    ]


def _fit(
    card: _Card, text: str, category: str | None, on: date
) -> tuple[float, _Card, tuple[str, ...]] | None:
    if card.valid_until is not None and card.valid_until < on:
        return None
    words = tuple(word for word in card.keywords if word in text)
    length = sum(map(len, words))
    if not words or (length < TELLING and len(words) < len(card.keywords)):
        return None
    telling = sum(len(word) / _drawer.common[word] for word in words)
    return telling + _shared(card.category, category or ""), card, words


def _shared(one: str, other: str) -> int:
    """How many levels two category codes have in common, two digits each."""
    levels = 0
    while one[: 2 * levels + 2] == other[: 2 * levels + 2] != "" and levels < len(one) // 2:
        levels += 1
    return levels


def _cards() -> tuple[_Card, ...]:
    stamp = tuple(
        db.session.execute(
            select(func.count(), func.max(KnowledgeEntry.changed_at)).select_from(KnowledgeEntry)
        ).one()
    )
    if _drawer.stamp != stamp:
        entry = KnowledgeEntry
        rows = db.session.execute(
            select(entry.id, entry.category_code, entry.title, entry.keywords, entry.valid_until)
        )
        _drawer.cards = tuple(
            _Card(key, category or "", title, _split(keywords), until)
            for key, category, title, keywords, until in rows
        )
        _drawer.common = Counter(word for card in _drawer.cards for word in card.keywords)
        _drawer.stamp = stamp
    return _drawer.cards


def _split(keywords: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in keywords.split("|") if len(word.strip()) > 1)


def _texts(ids: list[str]) -> dict[str, tuple[str, str]]:
    rows = db.session.execute(
        select(KnowledgeEntry.id, KnowledgeEntry.answer, Department.short_name)
        .outerjoin(Department, Department.id == KnowledgeEntry.department_id)
        .where(KnowledgeEntry.id.in_(ids))
    )
    return {key: (answer, unit or "") for key, answer, unit in rows}


def entry(entry_id: str) -> Answer | None:
    """One entry by its id."""
    row = db.session.get(KnowledgeEntry, entry_id)
    if row is None:
        return None
    answer, unit = _texts([entry_id])[entry_id]
    return Answer(row.id, row.title, answer, unit, _split(row.keywords), 0.0)


def browse(words: str, *, limit: int = 20) -> list[Answer]:
    """Entries by a word of title or keywords, for looking up by hand."""
    query = select(KnowledgeEntry.id).order_by(KnowledgeEntry.id).limit(limit)
    if words.strip():
        wanted = words.strip()
        query = query.where(
            or_(
                KnowledgeEntry.title.contains(wanted, autoescape=True),
                KnowledgeEntry.keywords.contains(wanted, autoescape=True),
            )
        )
    found = (entry(key) for key in db.session.scalars(query).all())
    return [answer for answer in found if answer is not None]
