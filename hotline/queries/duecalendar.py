"""What falls due on each day of a month, for the city or one unit (到期日历)."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

import sla
from hotline.db import db
from hotline.domain.terms import Clock
from hotline.models import Deadline, Department
from hotline.queries import office
from hotline.queries.supervision import Lamp, Scope
from hotline.queries.supervision.scope import clocks

if TYPE_CHECKING:
    from sqlalchemy import ScalarSelect, Select

    from hotline.queries.supervision.scope import Clocks

MOST = 1000
"""A day's count stops here; the index is read no further (ix_deadline_running_due)."""
_ORDINARY = frozenset({"工作日", "周末"})
_SATURDAY = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class DueDay:
    """One day: what is due on it, how much of that is late or yellow, and what day it is.

    ``name``: of a holiday, a make-up day or another day that was decided otherwise.
    """

    on: date
    due: int
    overdue: int
    soon: int
    is_workday: bool
    name: str
    is_provisional: bool

    @property
    def lamp(self) -> str:
        """Red, yellow or green by the worst that is due; nothing due has none."""
        if self.overdue:
            return str(sla.Lamp.RED)
        if self.soon:
            return str(sla.Lamp.YELLOW)
        return str(sla.Lamp.GREEN) if self.due else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """The weeks of a month, Monday first; days of its neighbours are left out (None)."""

    first: date
    weeks: list[list[DueDay | None]]

    @property
    def days(self) -> list[DueDay]:
        """The days of the month in order."""
        return [day for week in self.weeks for day in week if day is not None]


def month(
    first: date,
    *,
    at: datetime,
    department_id: int | None = None,
    clock: Clock = Clock.HANDLE,
) -> Month:
    """Count what falls due on each day of a month; what stands still is not due.

    Two questions whatever the month holds: capped counts by the index alone, and the yellow lamps
    among the first clocks that are due from now on.
    """
    weeks = Weeks().monthdatescalendar(first.year, first.month)
    days = [day for week in weeks for day in week if day.month == first.month]
    scope = Scope(lamp=Lamp.OPEN, clock=clock, department_id=department_id)
    counted, late_today = _counted(scope, days, at)
    soon = _soon(scope, at)
    calendar = office.calendar(None, _unit_code(department_id))
    today = at.astimezone(sla.LOCAL).date()

    def made(on: date) -> DueDay | None:
        if on.month != first.month:
            return None
        late = counted[on] if on < today else late_today if on == today else 0
        known = _known(calendar, on)
        return DueDay(
            on=on,
            due=counted[on],
            overdue=late,
            soon=soon[on],
            is_workday=known.is_workday,
            name="" if known.name in _ORDINARY else known.name,
            is_provisional=known.is_provisional,
        )

    return Month(first=first, weeks=[[made(day) for day in week] for week in weeks])


def _unit_code(department_id: int | None) -> str | None:
    unit = db.session.get(Department, department_id) if department_id is not None else None
    return unit.code if unit else None


def _known(calendar: sla.Calendar, on: date) -> sla.Day:
    """What the calendar knows of a day; beyond it, only that weekends are free."""
    if calendar.first_day <= on <= calendar.last_day:
        return calendar.day(on)
    is_workday = on.weekday() < _SATURDAY
    return sla.Day(is_workday=is_workday, name="工作日" if is_workday else "周末")


def _counted(scope: Scope, days: list[date], at: datetime) -> tuple[dict[date, int], int]:
    """How much is due on each day, and how much of today's is late; one statement."""
    query = clocks(scope, at)
    columns: list[Any] = [
        _count(_between(query, _midnight(day), _midnight(day, 1))) for day in days
    ]
    today = at.astimezone(sla.LOCAL).date()
    columns.append(_count(_between(query, _midnight(today), at)))
    *counts, late = db.session.execute(select(*columns)).one()
    return dict(zip(days, counts, strict=True)), late


def _count(query: Select[datetime]) -> ScalarSelect[int]:
    few = query.limit(MOST).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


def _between(query: Clocks, since: datetime, until: datetime) -> Select[datetime]:
    due = Deadline.due_at
    return query.with_only_columns(due).where(due >= since, due < until)


def _midnight(day: date, later: int = 0) -> datetime:
    return datetime.combine(day, time(), sla.LOCAL) + timedelta(days=later)


def _soon(scope: Scope, at: datetime) -> Counter[date]:
    """Yellow lamps by day, among the clocks that are due first from now on."""
    query = clocks(scope, at).where(Deadline.due_at >= at)
    first = query.order_by(Deadline.due_at, Deadline.id).limit(MOST).subquery()
    yellow = select(first.c.due_at).where(first.c.yellow_at <= at)
    return Counter(due.astimezone(sla.LOCAL).date() for due in db.session.scalars(yellow))
