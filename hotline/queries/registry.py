"""The house's own books: people, units, rules, models, deliveries, audit (管理台账)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import and_, func, or_, select

from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.models import (
    Area,
    CatalogueRule,
    Category,
    Correction,
    Department,
    KnowledgeEntry,
    Message,
    MessageState,
    Staff,
    Ticket,
    Unmasking,
)
from hotline.queries import bounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select

    from hotline.domain.terms import Role

PAGE = 30
COUNT_TO = 10_000
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of a page and the cursor of the next."""

    rows: list[Any]
    next_cursor: str | None


@dataclass(slots=True)
class UnitNode:
    """A department in the tree, with how many accounts work for it."""

    unit: Department
    staff: int
    children: list[UnitNode] = field(default_factory=list)


def _cut(rows: Sequence[_Item], key: str = "id") -> Listing:
    """Keep PAGE rows of the PAGE + 1 that were asked for."""
    shown = list(rows[:PAGE])
    more = len(rows) > PAGE
    last: Any = shown[-1] if shown else None
    anchor = getattr(last, key, None) if last is not None else None
    return Listing(shown, str(anchor) if more and anchor is not None else None)


def staff(role: Role | None = None, *, cursor: str | None = None) -> Listing:
    """Accounts in the order they were made, of one role or all."""
    query = select(Staff).order_by(Staff.id).limit(PAGE + 1)
    if role is not None:
        query = query.where(Staff.role == role)
    if cursor:
        query = query.where(Staff.id > bounded.read_id_cursor(cursor))
    return _cut(db.session.scalars(query).all())


def departments() -> list[UnitNode]:
    """Build the whole tree of units: a few hundred rows in two queries."""
    counted = select(Staff.department_id, func.count()).group_by(Staff.department_id)
    people = dict(db.session.execute(counted).all())
    units = db.session.scalars(select(Department).order_by(Department.code)).all()
    nodes = {unit.id: UnitNode(unit, people.get(unit.id, 0)) for unit in units}
    roots: list[UnitNode] = []
    for unit in units:
        parent = nodes.get(unit.parent_id or 0)
        (parent.children if parent else roots).append(nodes[unit.id])
    return roots


def catalogue(
    *, category: str = "", area: str = "", words: str = "", cursor: str | None = None
) -> Listing:
    """Catalogue rules by id; rules for all areas or categories are shown with every filter.

    ``words`` looks into danger words, legal basis and note.
    """
    query = select(CatalogueRule).order_by(CatalogueRule.id).limit(PAGE + 1)
    if category:
        query = query.where(CatalogueRule.category.startswith(category, autoescape=True))
    if area:
        query = query.where(CatalogueRule.area.in_([area, area[:6], ""]))
    if words:
        query = query.where(
            or_(
                CatalogueRule.words.cast(db.Text).contains(_as_stored(words), autoescape=True),
                CatalogueRule.legal_basis.contains(words, autoescape=True),
                CatalogueRule.note.contains(words, autoescape=True),
            )
        )
    if cursor:
        query = query.where(CatalogueRule.id > cursor)
    return _cut(db.session.scalars(query).all())


def _as_stored(words: str) -> str:
    """Spell words as a JSON column keeps them: everything beyond ASCII is escaped there."""
    return json.dumps(words)[1:-1]


def category_names(level: int | None = None) -> dict[str, str]:
    """Names of categories by code, of one level or all."""
    query = select(Category.code, Category.name).order_by(Category.code)
    if level is not None:
        query = query.where(Category.level == level)
    return dict(db.session.execute(query).all())


def area_names(level: str | None = None) -> dict[str, str]:
    """Names of areas by code, of one level or all."""
    query = select(Area.code, Area.name).order_by(Area.code)
    if level is not None:
        query = query.where(Area.level == level)
    return dict(db.session.execute(query).all())


def unit_names() -> dict[str, str]:
    """Short names of units by code."""
    query = select(Department.code, Department.short_name)
    return dict(db.session.execute(query).all())


def unit_names_by_id() -> dict[int, str]:
    """Short names of units by id."""
    query = select(Department.id, Department.short_name)
    return dict(db.session.execute(query).all())


def unit_words() -> dict[int, tuple[str, str]]:
    """Code and short name of each unit by its id."""
    query = select(Department.id, Department.code, Department.short_name)
    return {unit_id: (code, name) for unit_id, code, name in db.session.execute(query)}


def duty_names() -> dict[str, str]:
    """Name what each duty is about, after the city's unit that has it (chengguan: 城管局)."""
    query = select(Department.duty, Department.short_name).where(Department.level == "city")
    rows = db.session.execute(query.order_by(Department.code.desc())).all()
    return {duty: name.removeprefix("市") for duty, name in rows}


def duty_levels() -> dict[str, set[str]]:
    """On which levels there are active units of each duty, by duty."""
    query = select(Department.duty, Department.level).where(Department.is_active).distinct()
    found: dict[str, set[str]] = {}
    for duty, level in db.session.execute(query.order_by(Department.duty)):
        found.setdefault(duty, set()).add(level)
    return found


def unit_facts(code: str) -> Department:
    """One unit by its code; raises NotFound."""
    unit = db.session.scalar(select(Department).where(Department.code == code))
    if unit is None:
        raise NotFound("没有这个承办单位")
    return unit


def correction_counts() -> tuple[int, int]:
    """How many corrections are harvested, and how many wait for their ticket to close."""
    harvested = select(Correction.id).where(Correction.harvested_at.is_not(None))
    waiting = select(Correction.id).where(Correction.harvested_at.is_(None))
    return bounded.count(harvested, COUNT_TO), bounded.count(waiting, COUNT_TO)


def failures(*, is_dead: bool, cursor: str | None = None) -> Listing:
    """List messages that were given up, or tried in vain and wait; with ticket number.

    The index on (state, id) carries both; the body is sealed and stays so.
    """
    failed = and_(Message.state == MessageState.WAITING, Message.tries > 0)
    query = (
        select(
            Message.id,
            Message.carrier,
            Message.topic,
            Message.recipient,
            Message.tries,
            Message.last_error,
            Message.next_try_at,
            Message.created_at,
            Ticket.ticket_no,
        )
        .outerjoin(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.state == MessageState.DEAD if is_dead else failed)
        .order_by(Message.id.desc())
        .limit(PAGE + 1)
    )
    if cursor:
        query = query.where(Message.id < bounded.read_id_cursor(cursor))
    return _cut(db.session.execute(query).all())


def delivery_counts() -> dict[str, int]:
    """Messages given up, waiting after a failure, and waiting for their first try."""
    waiting = select(Message.id).where(Message.state == MessageState.WAITING)
    return {
        "dead": bounded.count(select(Message.id).where(Message.state == MessageState.DEAD)),
        "failing": bounded.count(waiting.where(Message.tries > 0)),
        "fresh": bounded.count(waiting.where(Message.tries == 0)),
    }


def knowledge(words: str = "", *, cursor: str | None = None) -> Listing:
    """Knowledge entries with their owner, by id; ``words`` looks into title and keywords."""
    query = (
        select(
            KnowledgeEntry.id,
            KnowledgeEntry.title,
            KnowledgeEntry.answer,
            KnowledgeEntry.category_code,
            KnowledgeEntry.valid_until,
            KnowledgeEntry.changed_at,
            Department.short_name.label("unit"),
        )
        .outerjoin(Department, Department.id == KnowledgeEntry.department_id)
        .order_by(KnowledgeEntry.id)
        .limit(PAGE + 1)
    )
    if words:
        query = query.where(
            or_(
                KnowledgeEntry.title.contains(words, autoescape=True),
                KnowledgeEntry.keywords.contains(words, autoescape=True),
            )
        )
    if cursor:
        query = query.where(KnowledgeEntry.id > cursor)
    return _cut(db.session.execute(query).all())


def unmaskings(*, refused_only: bool = False, cursor: str | None = None) -> Listing:
    """Every try to see an identity, the newest first, with the ticket's number (story 9)."""
    query: Select[Unmasking, str] = (
        select(Unmasking, Ticket.ticket_no)
        .join(Ticket, Ticket.id == Unmasking.ticket_id)
        .order_by(Unmasking.id.desc())
        .limit(PAGE + 1)
    )
    if refused_only:
        query = query.where(Unmasking.allowed.is_(False))
    if cursor:
        query = query.where(Unmasking.id < bounded.read_id_cursor(cursor))
    rows: Sequence[Row[Unmasking, str]] = db.session.execute(query).all()
    shown = list(rows[:PAGE])
    return Listing(shown, str(shown[-1][0].id) if len(rows) > PAGE else None)
