"""Reads that stay small in full tables: capped counts and keyset cursors (有界读取)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.errors import Invalid

if TYPE_CHECKING:
    from sqlalchemy import Select

MOST = 1000
"""A count stops here; the page then says 1000+ (peers.md 4: counting a backlog kills lists)."""
LARGEST_ID = 2**31 - 1
"""What fits into an id column; beyond it PostgreSQL would refuse even to compare."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
"""Whole microseconds, for a float would lose the last of them and show a row twice."""
WRONG_CURSOR = "翻页参数不正确，请回到第一页"


def count(query: Select[Any], most: int = MOST) -> int:
    """How many rows a query has, ``most`` at the most."""
    rows = query.limit(most).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def words(number: int, most: int = MOST) -> str:
    """Say a capped count as people read it: 37, or 1000+."""
    return f"{most}+" if number >= most else str(number)


def moment_cursor(moment: datetime, row_id: int) -> str:
    """Make the cursor of a list ordered by (time, id)."""
    return f"{(moment - _EPOCH) // _MICRO}-{row_id}"


def read_moment_cursor(cursor: str) -> tuple[datetime, int]:
    """Take such a cursor apart; raises Invalid for one that is not ours."""
    micros, _, row_id = cursor.partition("-")
    try:
        return _EPOCH + int(micros) * _MICRO, _id(row_id)
    except (ValueError, OverflowError) as error:
        raise Invalid("cursor", WRONG_CURSOR) from error


def read_id_cursor(cursor: str) -> int:
    """Read the cursor of a list ordered by id; raises Invalid for one that is not ours."""
    try:
        return _id(cursor)
    except ValueError as error:
        raise Invalid("cursor", WRONG_CURSOR) from error


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return min(int(text), LARGEST_ID)
