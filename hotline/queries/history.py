"""What an import must know before it writes: names, codes, old numbers (历史导入查询)."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.models import Area, Department, TimelineEntry


def old_numbers() -> set[str]:
    """Numbers of tickets imported earlier, so that a file loaded twice is noticed."""
    number = TimelineEntry.payload["old_no"].as_string()
    query = select(number).where(TimelineEntry.event == Event.IMPORTED, number.is_not(None))
    return set(db.session.scalars(query))


def areas() -> dict[str, str]:
    """Area codes by code and by every name that only one area has."""
    rows = db.session.execute(select(Area.code, Area.name)).all()
    count = Counter(name for _, name in rows)
    named = {name: code for code, name in rows if count[name] == 1}
    return named | {code: code for code, _ in rows}


def departments() -> dict[str, int]:
    """Department ids by code, name and every short name that only one unit has."""
    query = select(Department.id, Department.code, Department.name, Department.short_name)
    rows = db.session.execute(query).all()
    count = Counter(word for _, _, *words in rows for word in set(words))
    found: dict[str, int] = {}
    for unit_id, code, *names in rows:
        found |= {name: unit_id for name in names if count[name] == 1}
        found[code] = unit_id
    return found
