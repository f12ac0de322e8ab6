"""The limit that intake is held against (裸插入): the same four rows and nothing else.

Served by the same gunicorn command, through the same engine and pool; no checks, no ORM, no
queue. The rows are copies of those that the last real intake wrote.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import insert, select

from hotline import create_app
from hotline.db import db
from hotline.models import Deadline, IdempotencyKey, Ticket, TimelineEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask import Flask
    from sqlalchemy import Table

TICKET, TIMELINE, DEADLINE, KEY = (
    cast("Table", model.__table__) for model in (Ticket, TimelineEntry, Deadline, IdempotencyKey)
)
Row = dict[str, Any]


class BareInsert:
    """A WSGI application that answers every request with one transaction of four inserts."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.rows: tuple[Row, Row, Row, Row] | None = None
        self.numbers = count()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        """Insert and say 201, whatever was asked."""
        environ["wsgi.input"].read()
        with self.app.app_context():
            if self.rows is None:
                self.rows = last_rows()
            self._insert(*self.rows)
        start_response("201 Created", [("Content-Length", "2")])
        return [b"{}"]

    def _insert(self, ticket: Row, entry: Row, deadline: Row, key: Row) -> None:
        number, at = f"{os.getpid()}-{next(self.numbers)}", datetime.now(UTC)
        with db.engine.begin() as connection:
            row = ticket | {"ticket_no": f"bare-{number}", "registered_at": at}
            ticket_id = connection.execute(insert(TICKET).returning(TICKET.c.id), row).scalar_one()
            connection.execute(insert(TIMELINE), entry | {"ticket_id": ticket_id, "at": at})
            connection.execute(insert(DEADLINE), deadline | {"ticket_id": ticket_id})
            same = {"ticket_id": ticket_id, "key": f"bare:{number}-{at.timestamp()}"}
            connection.execute(insert(KEY), key | same)


def last_rows() -> tuple[Row, Row, Row, Row]:
    """The rows of the newest idempotent intake, without their ids."""
    with db.engine.connect() as connection:
        newest = select(KEY.c.ticket_id).order_by(KEY.c.ticket_id.desc()).limit(1)
        ticket_id = connection.execute(newest).scalar_one()

        def row_of(table: Table, column: str) -> Row:
            query = select(table).where(table.c[column] == ticket_id).order_by(table.c[column])
            row = dict(connection.execute(query).mappings().one())
            return {name: value for name, value in row.items() if name != "id"}

        return (
            row_of(TICKET, "id"),
            row_of(TIMELINE, "ticket_id"),
            row_of(DEADLINE, "ticket_id"),
            row_of(KEY, "ticket_id"),
        )


def serve() -> BareInsert:
    """What gunicorn is given."""
    return BareInsert(create_app())
