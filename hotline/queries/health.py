"""What the probes and the metrics ask the database (运行状况)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

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
    context = MigrationContext.configure(db.session.connection())
    return frozenset(context.get_current_heads()) == _heads()


@cache
def _heads() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(MIGRATIONS)).get_heads())


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
