"""New rows written straight into the database: keys in order, defaults as the models say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from hotline.db import db, insert_alike, insert_rows, transaction
from hotline.domain.errors import Taken
from hotline.domain.events import Event
from hotline.domain.terms import Role
from hotline.models import Citizen, IdempotencyKey, Ticket, TimelineEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask


def entry(ticket_id: int, at: datetime, **more: Any) -> dict[str, Any]:
    said = {"ticket_id": ticket_id, "event": Event.NOTED, "role": Role.SYSTEM, "at": at}
    return {**said, "actor_name": "系统", "payload": {}, **more}


def key(name: str, ticket_id: int, at: datetime) -> tuple[type[IdempotencyKey], dict[str, Any]]:
    said = {"key": name, "request_hash": "x", "ticket_id": ticket_id, "answer": {}}
    return IdempotencyKey, {**said, "created_at": at}


def test_keys_come_back_in_order(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    with transaction():
        first, name, last = insert_rows(
            (TimelineEntry, entry(ticket_id, at, reason="一")),
            key("k-1", ticket_id, at),
            (TimelineEntry, entry(ticket_id, at, reason="二")),
        )
    assert name == "k-1"
    assert db.session.get_one(TimelineEntry, first).reason == "一"
    assert db.session.get_one(TimelineEntry, last).reason == "二"


def test_many_alike_keep_their_order(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    words = [f"第 {number} 条" for number in range(1500)]
    with transaction():
        ids = insert_alike(TimelineEntry, [entry(ticket_id, at, reason=word) for word in words])
    found = dict(db.session.execute(select(TimelineEntry.id, TimelineEntry.reason)).all())
    assert [found[number] for number in ids] == words


def test_defaults_are_the_models(a_ticket: Callable[..., int], at: datetime) -> None:
    row = db.session.get_one(Ticket, a_ticket(at=at))
    assert (row.round, row.returns, row.no_return, row.version) == (1, 0, False, 1)
    assert (row.marks, row.danger_words) == ([], [])


def test_what_is_sealed_is_sealed_here_too(app: Flask, at: datetime) -> None:
    with transaction():
        (citizen_id,) = insert_rows((Citizen, {"name": "张女士", "created_at": at}))
    raw = db.session.execute(select(Citizen.__table__.c.name.cast(db.Text))).scalar_one()
    assert "张" not in str(raw)
    assert db.session.get_one(Citizen, citizen_id).name == "张女士"


def test_a_key_already_taken_writes_nothing(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    before = db.session.scalar(select(func.count()).select_from(TimelineEntry))
    with transaction():
        insert_rows(key("k-1", ticket_id, at))
    with pytest.raises(Taken), transaction():
        insert_rows((TimelineEntry, entry(ticket_id, at)), key("k-1", ticket_id, at))
    assert db.session.scalar(select(func.count()).select_from(TimelineEntry)) == before
