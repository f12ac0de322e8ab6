"""The living topics a batch of tickets may belong to, found by their words (热点候选)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

import classifier
from hotline.db import db
from hotline.models import TopicKey, TopicRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

ASKED_AT_ONCE = 500
"""Words or numbers in one question to the database."""


def book(messages: Sequence[classifier.Arrival]) -> classifier.TopicBook:
    """Read the topics these messages may join, and how common their words are among all."""
    held = _held({key for message in messages for key in message.keys})
    alive = db.session.scalar(select(func.count()).where(TopicRow.is_living)) or 0
    asked = classifier.looked_up(messages, held=held, alive=alive)
    found = _holding(asked)
    return classifier.TopicBook(_topics(found), held=held, alive=alive)


def _parts(values: Collection[str] | Collection[int]) -> Iterator[list[str] | list[int]]:
    ordered: list[str] | list[int] = sorted(values)  # type: ignore[assignment]
    for first in range(0, len(ordered), ASKED_AT_ONCE):
        yield ordered[first : first + ASKED_AT_ONCE]


def _held(keys: Collection[str]) -> dict[str, int]:
    held: dict[str, int] = {}
    for some in _parts(keys):
        query = select(TopicKey.key, func.count()).where(TopicKey.key.in_(some))
        held.update(dict(db.session.execute(query.group_by(TopicKey.key)).all()))
    return held


def _holding(keys: Collection[str]) -> set[int]:
    found: set[int] = set()
    for some in _parts(keys):
        query = select(TopicKey.topic_id).where(TopicKey.key.in_(some)).distinct()
        found.update(db.session.scalars(query))
    return found


def _topics(ids: Collection[int]) -> Iterator[classifier.Topic]:
    row = TopicRow
    for some in _parts(ids):
        query = select(row.id, row.profile, row.areas, row.size, row.first_at, row.last_at)
        for number, profile, areas, size, first_at, last_at in db.session.execute(
            query.where(row.id.in_(some), row.is_living)
        ):
            yield classifier.Topic(
                id=number,
                profile=dict(profile),
                areas=dict(areas),
                size=size,
                first_at=first_at,
                last_at=last_at,
            )
