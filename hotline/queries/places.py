"""The areas of the city as texts name them (区划名称), read once and again when some were added."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

import classifier
from hotline.db import db
from hotline.models import Area
from hotline.queries import office, tickets


@dataclass(slots=True)
class _Kept:
    count: int = 0
    book: classifier.AreaBook | None = None


_kept = _Kept()


def area_book() -> classifier.AreaBook:
    """Every area by its name, in one piece for threads that read at once."""
    count, book = office.count_areas(), _kept.book
    if book is None or _kept.count != count:
        rows = db.session.execute(select(Area.code, Area.name).order_by(Area.code))
        book = classifier.AreaBook((code, name) for code, name in rows)
        _kept.book, _kept.count = book, count
    return book


def area_path(code: str) -> str:
    """东湖区 明月街道: an area with the district it lies in; empty for none."""
    return tickets.area_path(db.session.get(Area, code)) if code else ""
