"""升级前的期限: clocks written by the version before go on as they were, and are counted right."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from flask_migrate import upgrade
from sqlalchemy import MetaData, select

from hotline.db import db
from hotline.domain.identity import Actor
from hotline.domain.terms import Role
from hotline.models import Deadline, Ticket
from hotline.queries import office
from hotline.services import reviewing
from hotline.services.timing import clocks, recounting
from tests.conftest import local

if TYPE_CHECKING:
    from datetime import datetime

    from apiflask import APIFlask

STARTED, HUNG, BACK, FIRST, DUE = (
    local(text).astimezone(UTC)
    for text in (
        *("2026-03-11 09:30", "2026-03-12 10:00", "2026-03-19 10:00"),
        *("2026-03-18 17:30", "2026-03-25 17:30"),
    )
)
"""Due on Wednesday 03-18; hung from Thursday to Thursday, so a week later."""


def written(table: str, **values: Any) -> None:
    """A row as the version before wrote it."""
    tables = MetaData()
    with db.engine.begin() as connection:
        tables.reflect(connection, only=[table])
        connection.execute(tables.tables[table].insert().values(values))


def entry(event: str, at: datetime) -> None:
    said = {"ticket_id": 1, "role": "authority", "actor_name": "王主任", "reason": "产权未定"}
    written("timeline", event=event, at=at, relayed_at=at, settled_at=at, payload={}, **said)


def a_clock(app: APIFlask, stage: str, **changes: Any) -> None:
    """A complaint and its handle clock."""
    facts = {"kind": "complaint", "channel": "web", "urgency": "normal", "stage": stage}
    flags = {"anonymous": False, "confidential": False, "is_provisional": False, "no_return": False}
    lists = {"marks": [], "danger_words": []}
    code = app.extensions["hotline.keyring"].seal("k7m2p9")
    words = {"ticket_no": "GD1", "query_code": code, "title": "噪声", "content": "夜间施工"}
    figures = {"id": 1, "round": 1, "returns": 0, "version": 1, "registered_at": STARTED}
    written("ticket", **facts, **flags, **lists, **words, **figures)
    judged = {"amount": 5, "unit": "working_days", "rule_id": "handle", "profile": "通用默认"}
    moments = {"started_at": STARTED, "first_due_at": FIRST, "due_at": FIRST, "yellow_at": FIRST}
    of = {"ticket_id": 1, "clock": "handle", "round": 1, "turn": 0, "is_provisional": False}
    written("deadline", **{**judged, **moments, **of, "plan": [], **changes})


def test_what_hung_before_the_upgrade_keeps_the_time_it_stood_still(empty: APIFlask) -> None:
    upgrade(revision="0001_create_tables")
    a_clock(empty, "handling", due_at=DUE)
    entry("hanging_granted", HUNG)
    entry("resumed", BACK)
    upgrade()
    row, ticket = db.session.scalars(select(Deadline)).one(), db.session.get_one(Ticket, 1)
    [change] = clocks.changes_of(row)
    assert (change.since, change.until, change.by) == (HUNG, BACK, "王主任")
    assert (row.counted_at, row.policy_version, row.calendar_version) == (None, 0, 0)
    found = recounting.find(row, ticket, office.rules(), at=BACK, judgement=None)
    assert (found.before, found.after) == (DUE, DUE)


def test_a_reply_that_lies_with_the_hotline_is_warned_of_once(empty: APIFlask) -> None:
    """Answered after the warning at 80 %, and sent back after the upgrade."""
    upgrade(revision="0001_create_tables")
    warned = local("2026-03-17 15:30").astimezone(UTC)
    a_clock(empty, "reviewing", stopped_at=warned, plan=[["urge_80", warned.isoformat()]])
    said = {"deadline_id": 1, "name": "urge_80", "planned_at": warned, "fired_at": warned}
    written("milestone", **said)
    upgrade()
    reviewing.send_back(1, Actor(Role.DISPATCHER, "李"), reason="不具体", at=warned)
    row = db.session.scalars(select(Deadline)).one()
    assert (row.stopped_at, row.next_at) == (None, None)
