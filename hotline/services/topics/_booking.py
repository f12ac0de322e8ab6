"""Writing down where a batch of tickets went: memberships, topics, and their words (热点登记)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from hotline.db import db
from hotline.domain.surge import SurgeLevel
from hotline.models import TopicKey, TopicRow, TopicTicket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import classifier


def enter(
    book: classifier.TopicBook, messages: Sequence[classifier.Arrival], *, at: datetime
) -> None:
    """Place messages in order and write everything down, inside the caller's transaction."""
    # A book never changes a profile, it gives the topic another one: these are those of before.
    known = {topic.id: topic.profile for topic in book.topics.values()}
    placed, absorbed = [], {}
    for message in messages:
        place = book.place(message)
        placed.append(place)
        if place.absorbed is not None:
            absorbed[place.absorbed] = place.topic_id
    _write_topics(book, known, at)
    db.session.execute(
        insert(TopicTicket),
        [
            {
                "ticket_id": message.id,
                "topic_id": _survivor(place.topic_id, absorbed),
                "at": message.at,
                "likeness": place.likeness,
            }
            for message, place in zip(messages, placed, strict=True)
        ],
    )
    for younger in sorted(absorbed.keys() & known.keys()):
        _absorb(younger, _survivor(younger, absorbed), at)


def _survivor(topic_id: int, absorbed: Mapping[int, int]) -> int:
    while topic_id in absorbed:
        topic_id = absorbed[topic_id]
    return topic_id


def _write_topics(
    book: classifier.TopicBook, known: Mapping[int, Mapping[str, float]], at: datetime
) -> None:
    """New topics are inserted, the others changed; of their words only what is different."""
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    gained: list[dict[str, Any]] = []
    lost: list[dict[str, Any]] = []
    for topic_id in sorted(book.touched):
        topic = book.topics[topic_id]
        before = known.get(topic_id, {})
        (changed if topic_id in known else new).append(_values(topic, at))
        gained += [{"key": k, "topic_id": topic_id} for k in topic.profile if k not in before]
        lost += [
            {"a_key": k, "a_topic": topic_id} for k in sorted(before.keys() - topic.profile.keys())
        ]
    if new:
        db.session.execute(insert(TopicRow), new)
    if changed:
        db.session.execute(update(TopicRow), changed)
    if lost:
        gone = delete(TopicKey).where(
            TopicKey.key == bindparam("a_key"), TopicKey.topic_id == bindparam("a_topic")
        )
        db.session.connection().execute(gone, lost)
    if gained:
        db.session.execute(insert(TopicKey), gained)


def _values(topic: classifier.Topic, at: datetime) -> dict[str, Any]:
    return {
        "id": topic.id,
        "profile": topic.profile,
        "areas": topic.areas,
        "size": topic.size,
        "first_at": topic.first_at,
        "last_at": topic.last_at,
        "changed_at": at,
    }


def _absorb(younger: int, older: int, at: datetime) -> None:
    """Two topics are one from now on: tickets and warnings move, the younger points to the older.

    A level the younger was warned of is not warned of again.
    """
    session = db.session
    moved = update(TopicTicket).where(TopicTicket.topic_id == younger).values(topic_id=older)
    session.execute(moved)
    session.execute(delete(TopicKey).where(TopicKey.topic_id == younger))
    query = select(TopicRow.level, TopicRow.warned_at).where(TopicRow.id.in_((younger, older)))
    warned = [(level, when) for level, when in session.execute(query).all() if level]
    order = list(SurgeLevel)
    level, when = max(warned, key=lambda pair: order.index(pair[0]), default=(None, None))
    session.execute(
        update(TopicRow)
        .where(TopicRow.id == older)
        .values(level=level, warned_at=when, changed_at=at)
    )
    session.execute(
        update(TopicRow)
        .where(TopicRow.id == younger)
        .values(is_living=False, merged_into_id=older, heat=0.0, changed_at=at)
    )
