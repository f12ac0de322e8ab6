"""The tickets behind a figure: numerator, what missed it, denominator, what was left out (下钻)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hotline.db import db
from hotline.domain.terms import Term
from hotline.models import Department, Ticket
from hotline.queries import bounded
from hotline.queries.indicators.definitions import Exclusion, kept
from hotline.queries.indicators.leaving_out import COUNTED, reason
from hotline.queries.indicators.matters import QUERIES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Subquery

    from hotline.domain.lifecycle import Stage
    from hotline.domain.terms import Urgency
    from hotline.queries.indicators.definitions import Definition
    from hotline.queries.indicators.period import Period

PAGE = 30


class Part(Term):
    """Which part of an indicator is listed."""

    NUMERATOR = "numerator", "分子"
    MISSED = "missed", "分母中不在分子的"
    DENOMINATOR = "denominator", "分母"
    EXCLUDED = "excluded", "已剔除"


@dataclass(frozen=True, kw_only=True, slots=True)
class DrillLine:
    """One matter with its ticket; ``excluded``: why it was left out."""

    key: int
    ticket_no: str
    title: str
    stage: Stage
    urgency: Urgency
    round: int
    unit: str
    is_hit: bool
    excluded: Exclusion | None
    began_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class DrillPage:
    """Lines, newest first, and the cursor of the next page."""

    lines: list[DrillLine]
    next_cursor: str | None


def tickets(
    definition: Definition,
    period: Period,
    part: Part,
    *,
    at: datetime,
    unit_id: int | None = None,
    exclusion: Exclusion | None = None,
    cursor: str | None = None,
) -> DrillPage:
    """One page of the matters of an indicator. Raises Invalid for a wrong cursor."""
    matters = QUERIES[definition.code](period, at).subquery("matters")
    why = reason(matters, kept()[definition.code].exclusions).label("why")
    query = (
        select(matters, Ticket, Department.short_name, why)
        .join(Ticket, Ticket.id == matters.c.ticket_id)
        .outerjoin(Department, Department.id == matters.c.unit_id)
        .where(*_of_part(part, matters, why, exclusion))
    )
    if unit_id is not None:
        query = query.where(matters.c.unit_id == unit_id)
    if cursor:
        query = query.where(matters.c.key < bounded.read_id_cursor(cursor))
    rows = db.session.execute(query.order_by(matters.c.key.desc()).limit(PAGE + 1)).all()
    lines = [_line(row) for row in rows[:PAGE]]
    return DrillPage(lines, str(lines[-1].key) if len(rows) > PAGE else None)


def _line(row: Row[*tuple[Any, ...]]) -> DrillLine:
    ticket: Ticket = row.Ticket
    return DrillLine(
        key=row.key,
        ticket_no=ticket.ticket_no,
        title=ticket.title,
        stage=ticket.stage,
        urgency=ticket.urgency,
        round=ticket.round,
        unit=row.short_name or "尚无承办单位",
        is_hit=bool(row.hit),
        excluded=Exclusion(row.why) if row.why != COUNTED else None,
        began_at=row.began_at,
        due_at=row.due_at,
        done_at=row.done_at,
    )


def _of_part(
    part: Part, matters: Subquery, why: ColumnElement[str], exclusion: Exclusion | None
) -> list[ColumnElement[bool]]:
    match part:
        case Part.NUMERATOR:
            return [why == COUNTED, matters.c.hit == 1]
        case Part.MISSED:
            return [why == COUNTED, matters.c.hit == 0]
        case Part.EXCLUDED:
            return [why == exclusion.value if exclusion else why != COUNTED]
        case _:
            return [why == COUNTED]
