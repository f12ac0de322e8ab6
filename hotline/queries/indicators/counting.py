"""Figures of the indicators: numerator, denominator, left out; in all and by unit (指标计算)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db
from hotline.models import Department, Ticket
from hotline.queries.indicators import spans
from hotline.queries.indicators.definitions import (
    Definition,
    Exclusion,
    Kept,
    Worth,
    definitions,
    kept,
)
from hotline.queries.indicators.leaving_out import COUNTED, reason
from hotline.queries.indicators.matters import QUERIES

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.queries.indicators.period import Period


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitFigure:
    """The same for one unit; ``hours``: the sum of working hours of an average."""

    unit_id: int | None
    code: str
    name: str
    numerator: int = 0
    denominator: int = 0
    hours: float = 0.0
    excluded: Counter[Exclusion] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One indicator over one period."""

    definition: Definition
    kept: Kept
    numerator: int
    denominator: int
    hours: float
    excluded: Counter[Exclusion]
    units: list[UnitFigure]

    @property
    def value(self) -> float | None:
        """A share from 0 to 1, hours, or a number; None where there is nothing to divide by."""
        return value_of(self.definition, self.numerator, self.denominator, self.hours)


def value_of(
    definition: Definition, numerator: int, denominator: int, hours: float
) -> float | None:
    """The value of a figure by its kind."""
    if definition.kind is Worth.COUNT:
        return float(numerator)
    if not denominator:
        return None
    return (hours if definition.kind is Worth.AVERAGE else numerator) / denominator


def figures(period: Period, *, at: datetime, unit_id: int | None = None) -> list[Figure]:
    """All indicators over a period, of the city or of one unit."""
    now = kept()
    return [_counted(each, now[each.code], period, at, unit_id) for each in definitions()]


def figure(
    definition: Definition, period: Period, *, at: datetime, unit_id: int | None = None
) -> Figure:
    """One indicator over a period."""
    return _counted(definition, kept()[definition.code], period, at, unit_id)


def by_unit(found: Figure) -> list[UnitFigure]:
    """The units of a figure, the worst first; those with nothing to judge last."""
    wanted = -1 if found.definition.better == "high" else 1

    def rank(unit: UnitFigure) -> tuple[bool, float, str]:
        value = value_of(found.definition, unit.numerator, unit.denominator, unit.hours)
        return value is None, -wanted * (value or 0.0), unit.code

    return sorted(found.units, key=rank)


def _counted(
    definition: Definition, now: Kept, period: Period, at: datetime, unit_id: int | None
) -> Figure:
    matters = QUERIES[definition.code](period, at).subquery("matters")
    why = reason(matters, now.exclusions).label("why")
    query = (
        select(
            matters.c.unit_id,
            Department.code,
            Department.short_name,
            why,
            func.count(),
            func.sum(matters.c.hit),
        )
        .join(Ticket, Ticket.id == matters.c.ticket_id)
        .outerjoin(Department, Department.id == matters.c.unit_id)
        .group_by(matters.c.unit_id, Department.code, Department.short_name, why)
    )
    if unit_id is not None:
        query = query.where(matters.c.unit_id == unit_id)
    units = _gathered(query)
    if definition.kind is Worth.AVERAGE:
        found = spans.by_unit(matters, now.exclusions, unit_id)
        units = [_timed(unit, found.get(unit.unit_id)) for unit in units]
    return Figure(
        definition=definition,
        kept=now,
        numerator=sum(unit.numerator for unit in units),
        denominator=sum(unit.denominator for unit in units),
        hours=sum(unit.hours for unit in units),
        excluded=sum((unit.excluded for unit in units), Counter()),
        units=units,
    )


def _timed(unit: UnitFigure, span: spans.Span | None) -> UnitFigure:
    """An average counts what was timed: where that is not all, the newest (spans.MOST)."""
    span = span or spans.Span()
    return replace(unit, hours=span.hours, numerator=span.count, denominator=span.count)


def _gathered(query: object) -> list[UnitFigure]:
    """One row per unit and reason becomes one figure per unit."""
    units: dict[int | None, dict[str, object]] = {}
    for unit_id, code, name, why, count, hits in db.session.execute(query):  # type: ignore[call-overload]
        unit = units.setdefault(
            unit_id,
            {
                "unit_id": unit_id,
                "code": code or "",
                "name": name or "尚无承办单位",
                "excluded": Counter(),
            },
        )
        if why == COUNTED:
            unit |= {"numerator": int(hits or 0), "denominator": count}
        else:
            unit["excluded"][Exclusion(why)] += count  # type: ignore[index]
    return [UnitFigure(**unit) for unit in units.values()]  # type: ignore[arg-type]
