"""What arrived at the stand-in platform (平台替身的收件箱): one SQLite file, each message once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = """
CREATE TABLE IF NOT EXISTS message (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    payload    TEXT NOT NULL,
    arrived_at REAL NOT NULL
)
"""
_BUSY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message that arrived; `arrived_at` in seconds since 1970."""

    sequence: int
    message_id: str
    kind: str
    payload: dict[str, object]
    arrived_at: float

    def as_json(self) -> dict[str, object]:
        """Return the fields as JSON can carry them."""
        return asdict(self)


class Contradiction(Exception):  # noqa: N818 - reads as what happened
    """A known message id came with other content."""


class ArrivalStore:
    """Keeps messages in the SQLite file `path`; safe for threads and for a restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as connection, connection:
            connection.execute(_TABLE)

    def keep(
        self, message_id: str, kind: str, payload: dict[str, object], *, arrived_at: float
    ) -> tuple[Arrival, bool]:
        """Store the message unless known; returns it and whether it was new.

        Raises Contradiction when the id is known with another kind or payload.
        """
        written = json.dumps(payload, sort_keys=True)
        with closing(self._open()) as connection, connection:
            insert = connection.execute(
                "INSERT INTO message (message_id, kind, payload, arrived_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (message_id) DO NOTHING",
                (message_id, kind, written, arrived_at),
            )
            row = connection.execute(
                "SELECT sequence, message_id, kind, payload, arrived_at FROM message"
                " WHERE message_id = ?",
                (message_id,),
            ).fetchone()
        if (row[2], row[3]) != (kind, written):
            raise Contradiction(message_id)
        return _arrival(row), insert.rowcount == 1

    def newest(self, limit: int) -> list[Arrival]:
        """Return up to `limit` messages, the newest first."""
        with closing(self._open()) as connection:
            rows = connection.execute(
                "SELECT sequence, message_id, kind, payload, arrived_at FROM message"
                " ORDER BY sequence DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [_arrival(row) for row in rows]

    def count(self) -> int:
        """Return how many different messages arrived."""
        with closing(self._open()) as connection:
            return int(connection.execute("SELECT count(*) FROM message").fetchone()[0])

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=_BUSY_SECONDS)


def _arrival(row: tuple[int, str, str, str, float]) -> Arrival:
    sequence, message_id, kind, payload, arrived_at = row
    return Arrival(sequence, message_id, kind, json.loads(payload), arrived_at)
