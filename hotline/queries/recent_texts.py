"""Texts of a period's tickets, a fair sample where there are many (近期文本)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db
from hotline.models import Ticket, VocabularyLook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

AT_ONCE = 500


def texts(since: datetime, until: datetime, *, most: int) -> Iterator[tuple[str, str, int | None]]:
    """Title, content and caller of every n-th ticket of a period, so that all hours are in it.

    Confidential tickets are left out: nobody reads their words but those who handle them.
    """
    is_meant = (
        Ticket.registered_at >= since,
        Ticket.registered_at < until,
        Ticket.confidential.is_(False),
    )
    many = db.session.scalar(select(func.count()).where(*is_meant)) or 0
    query = select(Ticket.title, Ticket.content, Ticket.citizen_id).where(*is_meant)
    if many > most:
        query = query.where(Ticket.id % -(-many // most) == 0)
    rows = db.session.execute(query.execution_options(yield_per=AT_ONCE))
    yield from ((title, content, citizen_id) for title, content, citizen_id in rows)


def has_looked(on: date, model_id: str) -> bool:
    """Whether a model looked at that day's words already."""
    query = select(VocabularyLook.id).where(
        VocabularyLook.on == on, VocabularyLook.model_id == model_id
    )
    return db.session.scalar(query) is not None
