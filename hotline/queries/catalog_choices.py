"""What the selects of the desks offer: areas, units, categories as trees (选项)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.models import Area, Category, Department

if TYPE_CHECKING:
    from collections.abc import Iterable

Option = tuple[str, str]
INDENT = "　"
LEVELS = {"city": "市级", "district": "区县", "street": "街道"}


@dataclass(frozen=True, slots=True)
class Group:
    """One heading of a select and what stands below it, as (code, words)."""

    label: str
    options: list[Option]


def areas(*, whole: str = "具体街道不详") -> list[Group]:
    """Districts as headings, each with itself first and then its streets.

    ``whole``: what a district itself stands for; a rule holds for all of it, with every street.
    """
    rows = db.session.execute(
        select(Area.code, Area.parent_code, Area.level, Area.name).order_by(Area.code)
    ).all()
    groups: dict[str, Group] = {}
    for code, parent, level, name in rows:
        if level == "street" and parent in groups:
            groups[parent].options.append((code, INDENT + name))
        elif level == "street":
            groups[code] = Group(name, [(code, name)])
        else:
            words = f"{name}（{whole}）" if level == "district" else f"{name}（全市）"
            groups[code] = Group(name, [(code, words)])
    return list(groups.values())


def departments(*, below: int | None = None) -> list[Group]:
    """Active units: the city's in one group, then each district's own and its streets'.

    ``below``: only the units directly under this department (下派).
    """
    query = select(Department.code, Department.level, Department.name, Department.area_code)
    query = query.where(Department.is_active).order_by(Department.code)
    if below is not None:
        query = query.where(Department.parent_id == below)
    names = dict(db.session.execute(select(Area.code, Area.name)).all())
    groups: dict[str, Group] = {}
    for code, level, name, area_code in db.session.execute(query):
        label = _unit_label(level, area_code, names)
        groups.setdefault(label, Group(label, [])).options.append((code, name))
    return sorted(groups.values(), key=lambda group: group.label != LEVELS["city"])


def _unit_label(level: str, area_code: str, names: dict[str, str]) -> str:
    if level == "city":
        return LEVELS["city"]
    district = names.get(area_code[:6], "其他")
    return district if level == "district" else f"{district} · {LEVELS['street']}"


def categories() -> list[Group]:
    """First level as headings; below each the second level, and the third one step further in."""
    rows = db.session.execute(
        select(Category.code, Category.level, Category.name)
        .where(Category.is_active)
        .order_by(Category.code)
    )
    groups: dict[str, Group] = {}
    for code, level, name in rows:
        if level == 1:
            groups[code] = Group(name, [(code, f"{name}（不细分）")])
        elif code[:2] in groups:
            groups[code[:2]].options.append((code, INDENT * (level - 2) + name))
    return list(groups.values())


def flat(groups: Iterable[Group]) -> list[Option]:
    """All options of all groups in one list, for selects without headings."""
    return [option for group in groups for option in group.options]
