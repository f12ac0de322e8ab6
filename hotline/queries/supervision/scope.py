"""Which open clocks a list or a figure is about, found by an index alone (督办范围)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

import sla
from hotline.domain.terms import Clock, Mark, Term
from hotline.models import Deadline, Department

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import ColumnElement, Select, Subquery

    from hotline.queries.supervision.causes import LateCause

    Clocks = Select[int, int, int | None, datetime, datetime]

COUNT_TO = 10_000
"""Counts that the index alone answers stop here."""
SCANNED = 1000
"""So many open clocks, the earliest due first, are looked at for units, people, causes and marks:
what is most late is always among them, and the page costs the same among a million tickets."""
WATCHED = (
    Clock.HANDLE,
    Clock.DISPATCH,
    Clock.SIGN,
    Clock.CONTACT,
    Clock.CALLBACK,
    Clock.REVIEW_RETURN,
    Clock.REVIEW_EXTENSION,
    Clock.REVIEW_HANGING,
    Clock.REVIEW_UNREASONABLE,
    Clock.REVIEW_APPEAL,
    Clock.ADJUDICATE,
    Clock.HANG_REVIEW,
    Clock.VERIFY,
    Clock.CORRECT,
)
"""The clocks a list can be about; without a word it is about handling (办理时限)."""


class Lamp(Term):
    """Which open clocks a list shows; one that stands still is only among the paused."""

    OVERDUE = "overdue", "已超期"
    SOON = "soon", "将到期"
    TODAY = "today", "今日到期"
    PAUSED = "paused", "已暂停"
    SUPERVISED = "supervised", "督办中"
    OPEN = "open", "全部在办"


BY_INDEX = (Lamp.OVERDUE, Lamp.TODAY, Lamp.PAUSED, Lamp.OPEN)
"""What the index knows; yellow lamps and marks it does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What the list shows; every field left out does not filter.

    ``category_code``: of any level. ``on``: the local day on which a clock is due.
    """

    lamp: Lamp = Lamp.OVERDUE
    clock: Clock = Clock.HANDLE
    unit_code: str | None = None
    department_id: int | None = None
    person: str | None = None
    cause: LateCause | None = None
    category_code: str | None = None
    mark: Mark | None = None
    on: date | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the index alone finds the lines, so that no more are read than are shown."""
        others = (self.person, self.cause, self.category_code, self.mark)
        return self.lamp in BY_INDEX and not any(others)


def day_of(at: datetime) -> datetime:
    """Midnight of the local day."""
    return at.astimezone(sla.LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)


def tonight(at: datetime) -> datetime:
    """Midnight at which the local day ends."""
    return day_of(at) + timedelta(days=1)


def clocks(scope: Scope, at: datetime) -> Clocks:
    """Select the clocks of a scope by what the index knows: clock, pause, unit and due moment."""
    query = select(
        Deadline.id, Deadline.ticket_id, Deadline.department_id, Deadline.due_at, Deadline.yellow_at
    ).where(Deadline.clock == scope.clock, Deadline.stopped_at.is_(None))
    paused = Deadline.paused_at
    query = query.where(paused.is_not(None) if scope.lamp is Lamp.PAUSED else paused.is_(None))
    query = query.where(*_when(scope.lamp, at))
    if scope.on is not None:
        first = datetime.combine(scope.on, time(), sla.LOCAL)
        query = query.where(Deadline.due_at >= first, Deadline.due_at < first + timedelta(days=1))
    if scope.department_id is not None:
        query = query.where(Deadline.department_id == scope.department_id)
    if scope.unit_code:
        unit = select(Department.id).where(Department.code == scope.unit_code)
        query = query.where(Deadline.department_id == unit.scalar_subquery())
    return query


def _when(lamp: Lamp, at: datetime) -> list[ColumnElement[bool]]:
    due = Deadline.due_at
    match lamp:
        case Lamp.OVERDUE:
            return [due < at]
        case Lamp.TODAY:
            return [due >= at, due < tonight(at)]
        case Lamp.SOON:
            return [due >= at]
        case _:
            return []


def first_due(query: Clocks, count: int = SCANNED) -> Subquery:
    """Take the clocks that are due first (ix_deadline_running_due)."""
    return query.order_by(Deadline.due_at, Deadline.id).limit(count).subquery("first")
