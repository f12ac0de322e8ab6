"""The list of hot topics, hottest first (热点列表), from what was last counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from hotline.db import db
from hotline.domain.errors import Invalid
from hotline.domain.topic_rules import topic_rules
from hotline.models import Area, Category, TopicRow
from hotline.queries import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from hotline.domain.surge import SurgeLevel

PAGE = 20
DISTRICT, FIRST_LEVEL = 6, 2
_HUNDREDTHS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicScope:
    """Which topics are listed; every field left out does not filter.

    ``days``: a ticket came in within so many days, the window at the most.
    """

    area_code: str | None = None
    category_code: str | None = None
    days: int | None = None
    is_warned: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicLine:
    """One topic as the list shows it; ``figures`` as they were counted at ``counted_at``."""

    id: int
    title: str
    place: str
    area: str
    category: str
    heat: float
    figures: Mapping[str, Any]
    level: SurgeLevel | None
    first_at: datetime
    last_at: datetime
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class TopicPage:
    """Lines and the cursor of the next page, None at the end."""

    lines: list[TopicLine]
    next_cursor: str | None


def page(
    scope: TopicScope, *, at: datetime, cursor: str | None = None, limit: int = PAGE
) -> TopicPage:
    """One page, hottest first. Raises Invalid for a cursor that is not ours."""
    query = select(TopicRow).where(*_conditions(scope, at))
    if cursor:
        query = query.where(_after(cursor))
    query = query.order_by(TopicRow.heat.desc(), TopicRow.id.desc()).limit(limit + 1)
    rows = list(db.session.scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    lines = lines_of(rows)
    return TopicPage(lines, _cursor(rows[-1]) if more else None)


def lines_of(rows: Iterable[TopicRow]) -> list[TopicLine]:
    """Rows as lines, with the names of area and category."""
    found = list(rows)
    areas = _areas({row.area_code for row in found if row.area_code})
    codes = {row.category_code for row in found if row.category_code}
    named = select(Category.code, Category.name).where(Category.code.in_(codes))
    categories = dict(db.session.execute(named).all())
    return [
        TopicLine(
            id=row.id,
            title=row.title,
            place=row.place,
            area=areas.get(row.area_code or "", ""),
            category=categories.get(row.category_code or "", ""),
            heat=row.heat,
            figures=row.figures,
            level=row.level,
            first_at=row.first_at,
            last_at=row.last_at,
            counted_at=row.counted_at,
        )
        for row in found
    ]


def _areas(codes: set[str]) -> dict[str, str]:
    """东湖区 湖滨街道 by code, districts looked up once."""
    wanted = codes | {code[:DISTRICT] for code in codes}
    query = select(Area.code, Area.name).where(Area.code.in_(wanted))
    names = dict(db.session.execute(query).all())
    return {
        code: " ".join(
            dict.fromkeys(names[part] for part in (code[:DISTRICT], code) if part in names)
        )
        for code in codes
    }


def _conditions(scope: TopicScope, at: datetime) -> list[ColumnElement[bool]]:
    window = topic_rules().window_days
    days = min(scope.days or window, window)
    wanted: list[ColumnElement[bool]] = [
        TopicRow.is_living.is_(True),
        TopicRow.heat > 0,
        TopicRow.last_at >= at - timedelta(days=days),
    ]
    if scope.area_code:
        wanted.append(TopicRow.area_code.startswith(scope.area_code, autoescape=True))
    if scope.category_code:
        wanted.append(TopicRow.category_code.startswith(scope.category_code, autoescape=True))
    if scope.is_warned:
        wanted.append(TopicRow.level.is_not(None))
    return wanted


def _cursor(row: TopicRow) -> str:
    return f"{round(row.heat * _HUNDREDTHS)}-{row.id}"


def _after(cursor: str) -> ColumnElement[bool]:
    heat, _, number = cursor.partition("-")
    digits = heat.isascii() and heat.isdigit() and number.isascii() and number.isdigit()
    if not digits or len(heat) > len(str(bounded.LARGEST_ID)):
        raise Invalid("cursor", bounded.WRONG_CURSOR)
    value, last = int(heat) / _HUNDREDTHS, bounded.read_id_cursor(number)
    return or_(TopicRow.heat < value, and_(TopicRow.heat == value, TopicRow.id < last))
