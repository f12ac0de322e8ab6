"""The tickets behind each figure of dispatch quality, page by page (下钻)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, cast, func, null, select
from sqlalchemy.orm import aliased

from hotline.db import db
from hotline.domain.motions import MotionState
from hotline.domain.terms import Term
from hotline.models import Department, Ticket
from hotline.queries import bounded
from hotline.queries.quality.first_dispatch import Judged, facts
from hotline.queries.quality.returning import filed_in, handed_out_in
from hotline.queries.quality.settled import settled_until

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select, Subquery

    from hotline.domain.lifecycle import Stage
    from hotline.queries.indicators import Period
    from hotline.queries.quality.first_dispatch import Narrow

PAGE = 30


class Part(Term):
    """Which figure's tickets are listed."""

    SENT = "sent", "首次派出"
    DECIDED = "decided", "已有定论"
    RIGHT = "right", "一次派准"
    WRONG = "wrong", "派错"
    OPEN = "open", "尚无定论"
    LEFT_OUT = "left_out", "不计（撤单、并单）"
    MOVED = "moved", "改派、移出"
    FILED = "filed", "提出退单"
    GRANTED = "granted", "同意退单"
    REFUSED = "refused", "驳回退单"
    HANDED_OUT = "handed_out", "移交外部"


RETURNING = (Part.FILED, Part.GRANTED, Part.REFUSED)
NOWHERE = 0
"""Asks for tickets that were taken back and have no other unit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which part, and of a way from one unit to another, where to; of a hand-over, to whom."""

    part: Part
    to_id: int | None = None
    target: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One ticket behind a figure: from which unit, to which, when, and how it was judged."""

    key: int
    ticket_no: str
    title: str
    stage: Stage
    category_code: str
    unit: str
    to_unit: str
    sent_at: datetime
    said: str


def tickets(
    period: Period, narrow: Narrow, asked: Asked, *, at: datetime, cursor: str | None = None
) -> tuple[list[Line], str | None]:
    """One page of the tickets behind a figure, newest first. Raises Invalid for a wrong cursor."""
    base = _base(period, narrow, asked, at).subquery("base")
    to_unit = aliased(Department)
    query = (
        select(base, Ticket, Department.short_name, to_unit.short_name.label("to_name"))
        .join(Ticket, Ticket.id == base.c.ticket_id)
        .outerjoin(Department, Department.id == base.c.unit_id)
        .outerjoin(to_unit, to_unit.id == base.c.to_id)
        .where(*_of_part(base, asked))
    )
    if cursor:
        query = query.where(base.c.key < bounded.read_id_cursor(cursor))
    rows = db.session.execute(query.order_by(base.c.key.desc()).limit(PAGE + 1)).all()
    lines = [_line(row) for row in rows[:PAGE]]
    return lines, str(lines[-1].key) if len(rows) > PAGE else None


def _base(period: Period, narrow: Narrow, asked: Asked, at: datetime) -> Select[*tuple[Any, ...]]:
    if asked.part in RETURNING:
        return filed_in(period, narrow)
    if asked.part is Part.HANDED_OUT:
        return handed_out_in(period, narrow).add_columns(cast(null(), Integer).label("to_id"))
    return facts(period, settled_until(at), narrow)


def _of_part(base: Subquery, asked: Asked) -> list[ColumnElement[bool]]:
    part = asked.part
    if part is Part.MOVED:
        to = func.coalesce(base.c.to_id, NOWHERE)
        is_there = [] if asked.to_id is None else [to == asked.to_id]
        return [base.c.is_moved == 1, *is_there]
    if part is Part.HANDED_OUT:
        return [base.c.target == asked.target] if asked.target else []
    if part in RETURNING:
        is_all = part is Part.FILED
        state = MotionState.WITHDRAWN if is_all else MotionState(part.value)
        return [base.c.state != state if is_all else base.c.state == state]
    if part is Part.DECIDED:
        return [base.c.judged.in_((Judged.RIGHT.value, Judged.WRONG.value))]
    return [] if part is Part.SENT else [base.c.judged == part.value]


def _line(row: Row[*tuple[Any, ...]]) -> Line:
    ticket: Ticket = row.Ticket
    return Line(
        key=row.key,
        ticket_no=ticket.ticket_no,
        title=ticket.title,
        stage=ticket.stage,
        category_code=row.code,
        unit=row.short_name or "",
        to_unit=row.to_name or "",
        sent_at=row.sent_at,
        said=_said(row),
    )


def _said(row: Row[*tuple[Any, ...]]) -> str:
    words = row._mapping  # noqa: SLF001 - SQLAlchemy's own public name
    if "judged" in words:
        return Judged(words["judged"]).label
    if "state" in words:
        return MotionState(words["state"]).label
    return Part.HANDED_OUT.label
