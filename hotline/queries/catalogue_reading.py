"""Rows of the catalogue and the tree of units, as the router wants them (派单目录读取)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

import routing
from hotline.db import db
from hotline.models import Area, CatalogueRule, Department

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
"""One rule as a draft keeps it: every column, days as 2026-03-11."""
CONTENT = (
    *("category", "area", "kind", "urgency", "words", "times"),
    *("lead", "helpers", "legal_basis"),
)
"""What decides; what else a rule has (last day, note) may change without being another rule."""


def row_of(rule: CatalogueRule) -> Row:
    """Write a rule down as a draft keeps it."""
    return {
        "id": rule.id,
        **{name: getattr(rule, name) for name in CONTENT},
        "words": list(rule.words),
        "helpers": list(rule.helpers),
        "effective_from": rule.effective_from.isoformat(),
        "effective_to": rule.effective_to.isoformat() if rule.effective_to else None,
        "note": rule.note,
    }


def rule_of(row: Row) -> routing.Rule:
    """Read a row as the router's rule."""
    until = row["effective_to"]
    return routing.Rule(
        id=row["id"],
        category=row["category"],
        area=row["area"],
        kind=row["kind"],
        urgency=row["urgency"],
        words=tuple(row["words"]),
        times=routing.read_times(row["times"]),
        lead=row["lead"],
        helpers=tuple(row["helpers"]),
        legal_basis=row["legal_basis"],
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=date.fromisoformat(until) if until else None,
    )


def rows_in_force() -> dict[str, Row]:
    """Every rule there is by its id, ended ones too."""
    return {rule.id: row_of(rule) for rule in db.session.scalars(select(CatalogueRule))}


def catalogue(rows: Iterable[Row]) -> routing.Catalogue:
    """Make a catalogue of rows."""
    return routing.Catalogue(rule_of(row) for row in rows)


def directory(merging: tuple[int, int] | None = None) -> routing.Directory:
    """The units as they are, or as they would be with one more merged into another (by id)."""
    rows = db.session.scalars(select(Department)).all()
    codes = {row.id: row.code for row in rows}
    into = {row.id: row.successor_id for row in rows if not row.is_active}
    if merging:
        into[merging[0]] = merging[1]
    units, abolished = [], []
    for row in rows:
        above = row.parent_id
        if merging and above == merging[0]:
            above = merging[1]
        unit = routing.Unit(
            code=row.code,
            name=row.name,
            duty=row.duty,
            level=routing.Level(row.level),
            area_code=row.area_code,
            parent=codes.get(above or 0),
        )
        if row.id in into:
            abolished.append(replace(unit, successor=codes.get(into[row.id] or 0)))
        else:
            units.append(unit)
    areas = dict(db.session.execute(select(Area.code, Area.name)).all())
    return routing.Directory(units, areas, abolished)
