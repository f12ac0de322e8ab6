"""The city as data from files: areas, units, staff, categories, catalogue (示范市初始化)."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from stdnum.cn import uscc

import classifier
from hotline.db import db, transaction
from hotline.domain.terms import Role
from hotline.models import (
    Area,
    CatalogueRule,
    Category,
    Department,
    KnowledgeEntry,
    Staff,
    StreetDuty,
    TrustLine,
)
from hotline.services import staffing
from hotline.services.sorting import DEFAULT_LINE

if TYPE_CHECKING:
    from datetime import datetime

FILES = Path(__file__).parents[1] / "demo_city"
PASSWORD = "hotline-demo"  # noqa: S105 - the demo's public password; no demo account in production


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one data file of the demo city."""
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_seeded() -> bool:
    """Whether a city is there already; seeding happens once."""
    return db.session.scalar(select(Area.code).limit(1)) is not None


def seed_city(*, at: datetime, with_staff: bool = True) -> None:
    """Write the demo city in one transaction; demo accounts only when asked for."""
    with transaction() as session:
        for row in rows("areas.csv"):
            session.add(
                Area(
                    code=row["code"],
                    parent_code=row["parent"] or None,
                    level=row["level"],
                    name=row["name"],
                    lon=float(row["lon"]),
                    lat=float(row["lat"]),
                )
            )
            session.flush()
        _categories()
        ids = _departments()
        _catalogue(at)
        _street_duties(at)
        _knowledge(ids, at)
        session.add(
            TrustLine(category_code="", probability=DEFAULT_LINE, changed_at=at, changed_by="系统")
        )
        if with_staff:
            _staff(ids)


def _categories() -> None:
    tree = classifier.load_tree()
    for level in (1, 2, 3):
        for code in tree.codes(level):
            parent = code[:-2] or None
            name = code if (node := tree.get(code)) is None else node.name
            db.session.add(Category(code=code, parent_code=parent, level=level, name=name))
        db.session.flush()  # parents must stand before their children


def _departments() -> dict[str, int]:
    ids: dict[str, int] = {}
    for number, row in enumerate(rows("departments.csv"), start=1):
        unit = Department(
            code=row["code"],
            parent_id=ids.get(row["parent"]),
            level=row["level"],
            name=row["name"],
            short_name=row["short_name"],
            duty=row["duty"],
            area_code=row["area_code"],
            credit_code=credit_code(row["area_code"], number),
            phone=row["phone"] or None,
        )
        db.session.add(unit)
        db.session.flush()
        ids[row["code"]] = unit.id
    return ids


def credit_code(area_code: str, number: int) -> str:
    """An invented 统一社会信用代码 with a right check digit (GB 32100): 11 = state organ."""
    body = f"11{area_code[:6]}MB{number:07d}"
    return body + str(uscc.calc_check_digit(body))


def _catalogue(at: datetime) -> None:
    for row in rows("catalogue.csv"):
        until = row["effective_to"]
        db.session.add(
            CatalogueRule(
                id=row["id"],
                category=row["category"],
                area=row["area"],
                kind=row["kind"] or None,
                urgency=row["urgency"] or None,
                words=_split(row["words"]),
                times=row["times"],
                lead=row["lead"],
                helpers=_split(row["helpers"]),
                legal_basis=row["legal_basis"],
                effective_from=date.fromisoformat(row["effective_from"]),
                effective_to=date.fromisoformat(until) if until else None,
                note=row["note"] or None,
                changed_at=at,
            )
        )


def _street_duties(at: datetime) -> None:
    """街道履职事项清单: the matters a street may be the lead of."""
    for row in rows("street_duties.csv"):
        db.session.add(StreetDuty(category=row["category"], basis=row["basis"], changed_at=at))


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split("|") if word.strip()]


def _knowledge(ids: dict[str, int], at: datetime) -> None:
    for row in rows("knowledge.csv"):
        until = row["valid_until"]
        db.session.add(
            KnowledgeEntry(
                id=row["id"],
                category_code=row["category"] or None,
                title=row["title"],
                answer=row["answer"],
                keywords=row["keywords"],
                department_id=ids.get(row["department_code"]),
                valid_until=date.fromisoformat(until) if until else None,
                changed_at=at,
            )
        )


def _staff(ids: dict[str, int]) -> None:
    hashed = staffing.hasher().hash(PASSWORD)
    for row in rows("staff.csv"):
        db.session.add(
            Staff(
                login=row["login"],
                name=row["name"],
                role=Role(row["role"]),
                department_id=ids.get(row["department_code"]),
                phone=row["phone"] or None,
                password_hash=hashed,
            )
        )
