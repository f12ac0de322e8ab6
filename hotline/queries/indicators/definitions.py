"""Indicators as saved definitions: words, time base, and what is left out (指标定义)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.terms import Term
from hotline.models import IndicatorSetting

if TYPE_CHECKING:
    from datetime import datetime

PATH = Path(__file__).parents[2] / "demo_city" / "indicators.toml"


class Exclusion(Term):
    """What may be left out of an indicator, in the order in which a ticket is looked at."""

    MERGED = "merged", "并单子单"
    WITHDRAWN = "withdrawn", "撤单"
    TRANSFERRED = "transferred", "移交 110 等"
    UNREASONABLE = "unreasonable", "不合理诉求"
    UNASSESSED = "unassessed", "不纳入考核"
    HUNG = "hung", "挂账"


class Worth(Term):
    """What kind of figure it is."""

    RATE = "rate", "比率"
    AVERAGE = "average", "平均用时"
    COUNT = "count", "件数"


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """One indicator as it is saved; the query with the same code counts it.

    ``better``: high, low or none. ``exclusions``: left out unless somebody decided otherwise.
    """

    code: str
    name: str
    kind: Worth
    better: str
    numerator: str
    denominator: str
    base: str
    exclusions: tuple[Exclusion, ...]
    offers: tuple[Exclusion, ...]
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is left out of an indicator now, and who decided so; nobody: as it is shipped."""

    exclusions: tuple[Exclusion, ...]
    changed_at: datetime | None = None
    changed_by: str | None = None


@cache
def definitions() -> tuple[Definition, ...]:
    """All indicators in the order of the file."""
    rows = tomllib.loads(PATH.read_text("utf-8"))["indicator"]
    return tuple(
        Definition(
            **{
                **row,
                "kind": Worth(row["kind"]),
                "exclusions": tuple(Exclusion(word) for word in row["exclusions"]),
                "offers": tuple(Exclusion(word) for word in row["offers"]),
            }
        )
        for row in rows
    )


def definition(code: str) -> Definition:
    """One indicator by its code; raises NotFound."""
    found = next((each for each in definitions() if each.code == code), None)
    if found is None:
        raise NotFound("没有这个考核指标")
    return found


def kept() -> dict[str, Kept]:
    """What is left out of each indicator now."""
    rows = {row.code: row for row in db.session.scalars(select(IndicatorSetting))}
    found = {}
    for each in definitions():
        row = rows.get(each.code)
        if row is None:
            found[each.code] = Kept(exclusions=each.exclusions)
            continue
        words = tuple(word for word in Exclusion if word.value in row.exclusions)
        found[each.code] = Kept(
            exclusions=words, changed_at=row.changed_at, changed_by=row.changed_by
        )
    return found
