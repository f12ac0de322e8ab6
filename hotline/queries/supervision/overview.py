"""The tiles of the supervisors, and where the trouble is: unit, person, cause, category (总览)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, func, select

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Clock, Mark
from hotline.models import Assignment, Callback, Category, Deadline, Department, MotionRow, Ticket
from hotline.queries.supervision import causes
from hotline.queries.supervision.causes import DEFINITIONS, LateCause
from hotline.queries.supervision.scope import (
    COUNT_TO,
    SCANNED,
    Lamp,
    Scope,
    clocks,
    first_due,
    tonight,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, Subquery

MOST_SHARES, MOST_PERSONS = 12, 8
LATE_CLOCKS = (
    Clock.DISPATCH,
    Clock.SIGN,
    Clock.CONTACT,
    Clock.CALLBACK,
    Clock.REVIEW_RETURN,
    Clock.REVIEW_EXTENSION,
)
"""The other clocks whose late ones are counted beside those of handling."""
LATE_TO = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Open clocks of one unit, person, cause or category; how many are late or soon will be."""

    code: str
    name: str
    open: int
    overdue: int
    soon: int
    unit_code: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Tiles stop at COUNT_TO, soon and supervised at SCANNED; the shares are of the first SCANNED.

    ``late``: clocks other than handling that are past their due moment, LATE_TO at the most.
    """

    open: int
    due_today: int
    overdue: int
    soon: int
    paused: int
    supervised: int
    returns: int
    to_dispatch: int
    callbacks_due: int
    units: list[Share] = field(default_factory=list)
    persons: list[Share] = field(default_factory=list)
    causes: list[Share] = field(default_factory=list)
    categories: list[Share] = field(default_factory=list)
    late: dict[Clock, int] = field(default_factory=dict)


class _Row(NamedTuple):
    """What is looked at of one clock; the first three are 0 or 1."""

    is_late: int
    is_soon: int
    is_today: int
    is_supervised: int
    unit_id: int | None
    person: str
    cause: str
    category: str | None


def overview(*, at: datetime) -> Overview:
    """Count the tiles and shares in three questions to the database.

    One look at the clocks that are due first answers all shares; only when there are more than it
    reads does the index count the rest, and no count reads more than COUNT_TO entries of it.
    """
    rows = _looked_at(at)
    counted = _counted(at, is_whole=len(rows) < SCANNED)
    units = _units()
    categories = dict(
        db.session.execute(select(Category.code, Category.name).where(Category.level == 1)).all()
    )
    return Overview(
        open=counted.pop("open", len(rows)),
        overdue=counted.pop("overdue", sum(row.is_late for row in rows)),
        due_today=counted.pop("due_today", sum(row.is_today for row in rows)),
        soon=sum(row.is_soon for row in rows),
        supervised=sum(row.is_supervised for row in rows),
        paused=counted.pop("paused"),
        returns=counted.pop("returns"),
        to_dispatch=counted.pop("to_dispatch"),
        callbacks_due=counted.pop("callbacks_due"),
        late={clock: counted[clock.value] for clock in LATE_CLOCKS},
        units=_shares(rows, lambda row: row.unit_id, units.get),
        persons=_shares(
            rows,
            lambda row: (row.unit_id, row.person),
            lambda held: _person_words(held, units),
            MOST_PERSONS,
        ),
        causes=_shares(rows, lambda row: row.cause, _cause_words),
        categories=_shares(
            rows,
            lambda row: row.category,
            lambda code: {"code": code, "name": categories[code]} if code in categories else None,
        ),
    )


def _looked_at(at: datetime) -> list[_Row]:
    first = first_due(clocks(Scope(lamp=Lamp.OPEN), at))
    is_soon = and_(first.c.due_at >= at, first.c.yellow_at <= at)
    is_today = and_(first.c.due_at >= at, first.c.due_at < tonight(at))
    query = _joined(
        first,
        _one(first.c.due_at < at),
        _one(is_soon),
        _one(is_today),
        _one(Ticket.marks.cast(db.Text).contains(f'"{Mark.SUPERVISED.value}"')),
        first.c.department_id,
        causes.person(),
        causes.cause(Clock.HANDLE, first),
        func.substr(Ticket.category_code, 1, 2),
    )
    return [_Row(*row) for row in db.session.execute(query)]


def _joined(first: Subquery, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(first)
        .join(Ticket, Ticket.id == first.c.ticket_id)
        .outerjoin(Assignment, causes.is_lead_of(first))
    )


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _counted(at: datetime, *, is_whole: bool) -> dict[str, int]:
    """Everything that is only counted, in one statement of capped counts."""
    returns = select(MotionRow.id).where(
        MotionRow.state == MotionState.OPEN, MotionRow.kind == Motion.RETURN
    )
    callbacks = select(Callback.id).where(Callback.done_at.is_(None), Callback.due_at < tonight(at))
    asked = {
        "returns": returns.limit(COUNT_TO),
        "to_dispatch": select(Ticket.id).where(Ticket.stage == Stage.TO_DISPATCH).limit(COUNT_TO),
        "callbacks_due": callbacks.limit(COUNT_TO),
        "paused": _due_moments(Scope(lamp=Lamp.PAUSED), at, COUNT_TO),
    }
    for clock in LATE_CLOCKS:
        asked[clock.value] = _due_moments(Scope(clock=clock), at, LATE_TO)
    if not is_whole:
        lamps = {"open": Lamp.OPEN, "overdue": Lamp.OVERDUE, "due_today": Lamp.TODAY}
        asked |= {name: _due_moments(Scope(lamp=w), at, COUNT_TO) for name, w in lamps.items()}
    columns = [
        select(func.count()).select_from(query.subquery()).scalar_subquery().label(name)
        for name, query in asked.items()
    ]
    return dict(db.session.execute(select(*columns)).one()._mapping)  # noqa: SLF001 - its own way


def _due_moments(scope: Scope, at: datetime, most: int) -> Select[Any]:
    """The due moments of a scope, which the index alone holds."""
    return clocks(scope, at).with_only_columns(Deadline.due_at).limit(most)


def _units() -> dict[int | None, dict[str, str]]:
    rows = db.session.execute(select(Department.id, Department.code, Department.short_name))
    return {unit_id: {"code": code, "name": name} for unit_id, code, name in rows}


def _person_words(
    held: tuple[int | None, str], units: dict[int | None, dict[str, str]]
) -> dict[str, str] | None:
    unit_id, name = held
    unit = units.get(unit_id)
    if name == causes.NOBODY or unit is None:
        return None
    return {"code": name, "name": name, "unit_code": unit["code"], "note": unit["name"]}


def _cause_words(cause: str) -> dict[str, str]:
    word = LateCause(cause)
    return {"code": word.value, "name": word.label, "note": DEFINITIONS[word]}


def _shares(
    rows: Sequence[_Row],
    key: Callable[[_Row], Any],
    words: Callable[[Any], dict[str, str] | None],
    most: int = MOST_SHARES,
) -> list[Share]:
    """Those with the most late clocks first, then those with the most that soon will be."""
    found: dict[Any, list[_Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    shares = [_share(group, said) for what, group in found.items() if (said := words(what))]
    shares.sort(key=lambda share: (-share.overdue, -share.soon, -share.open, share.code))
    return shares[:most]


def _share(group: Iterable[_Row], said: dict[str, str]) -> Share:
    rows = list(group)
    late, soon = sum(row.is_late for row in rows), sum(row.is_soon for row in rows)
    return Share(open=len(rows), overdue=late, soon=soon, **said)
