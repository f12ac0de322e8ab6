"""What the probes and the metrics ask the database (运行状况)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, text

from hotline.db import MIGRATIONS, db
from hotline.models import Message, MessageState, TimelineEntry
from hotline.queries import bounded

if TYPE_CHECKING:
    from sqlalchemy import Select

MOST = 10_000
"""No figure counts further: a backlog of ten thousand is as alarming as one of a million."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has still to be done; each figure ends at ``MOST``."""

    unsettled: int
    messages_waiting: int
    messages_dead: int


def is_database_there() -> bool:
    """Whether the database answers; raises Unavailable when it does not."""
    return bool(db.session.scalar(text("SELECT 1")) == 1)


def are_migrations_at_head() -> bool:
    """Whether the tables are those this program was written for; raises Unavailable."""
    if not inspect(db.session.connection()).has_table("alembic_version"):
        return False
    stands_at = db.session.scalars(text("SELECT version_num FROM alembic_version")).all()
    return list(stands_at) == [_head()]


@cache
def _head() -> str:
    """Name of the newest migration; a test of the house holds the file against the folder."""
    return (MIGRATIONS / "HEAD").read_text("utf-8").strip()


def waiting() -> Waiting:
    """Count what waits, through indexes that hold little else; raises Unavailable."""
    unsettled = select(TimelineEntry.id).where(TimelineEntry.settled_at.is_(None))
    return Waiting(
        unsettled=bounded.count(unsettled, MOST),
        messages_waiting=bounded.count(_messages(MessageState.WAITING), MOST),
        messages_dead=bounded.count(_messages(MessageState.DEAD), MOST),
    )


def _messages(state: MessageState) -> Select[int]:
    return select(Message.id).where(Message.state == state)
