"""Working hours from a beginning to an end, in the office hours of each unit (工作用时)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.timing import ChangeKind
from hotline.models import DeadlineChange, Department, Ticket
from hotline.queries import office
from hotline.queries.indicators.leaving_out import COUNTED, reason

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Subquery

    import sla
    from hotline.queries.indicators.definitions import Exclusion

MOST = 100_000
"""An average is taken over so many matters, the newest: a year of a big city counts in a second."""
AT_ONCE = 5000
"""Rows fetched together: memory stays flat however long the period is."""
_HOUR = timedelta(hours=1) // timedelta(microseconds=1)


@dataclass(slots=True)
class Span:
    """Working hours of so many matters."""

    hours: float = 0.0
    count: int = 0


def by_unit(
    matters: Subquery, exclusions: Collection[Exclusion], unit_id: int | None
) -> dict[int | None, Span]:
    """Working hours of the matters that are counted, by unit, without the time they stood still."""
    query = (
        select(
            matters.c.key,
            matters.c.unit_id,
            Department.code,
            Ticket.area_code,
            matters.c.began_at,
            matters.c.done_at,
        )
        .join(Ticket, Ticket.id == matters.c.ticket_id)
        .outerjoin(Department, Department.id == matters.c.unit_id)
        .where(reason(matters, exclusions) == COUNTED)
    )
    if unit_id is not None:
        query = query.where(matters.c.unit_id == unit_id)
    query = query.order_by(matters.c.key.desc()).limit(MOST)
    calendar_of = _Calendars()
    pauses = _pauses(matters)
    found: dict[int | None, Span] = defaultdict(Span)
    rows = db.session.execute(query.execution_options(yield_per=AT_ONCE))
    for key, unit, code, area, began, done in rows:
        calendar = calendar_of[area, code]
        worked = _worked(calendar, began, done)
        worked -= sum(_worked(calendar, *pause) for pause in pauses.get(key, ()))
        span = found[unit]
        span.hours += max(0, worked) / _HOUR
        span.count += 1
    return found


class _Calendars(dict[tuple[str | None, str | None], "sla.Calendar"]):
    """The calendar of each place and unit, looked up once."""

    def __missing__(self, key: tuple[str | None, str | None]) -> sla.Calendar:
        calendar = self[key] = office.calendar(*key)
        return calendar


def _pauses(matters: Subquery) -> dict[int, list[tuple[datetime, datetime]]]:
    """Pauses of the clocks that are over: few clocks have any."""
    query = (
        select(DeadlineChange.deadline_id, DeadlineChange.since, DeadlineChange.until)
        .join(matters, matters.c.key == DeadlineChange.deadline_id)
        .where(
            DeadlineChange.kind == ChangeKind.PAUSE,
            DeadlineChange.until.is_not(None),
        )
    )
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for deadline_id, since, until in db.session.execute(query):
        if since and until:
            found[deadline_id].append((since, until))
    return found


def _worked(calendar: sla.Calendar, since: datetime, until: datetime) -> int:
    """Office microseconds between two moments."""
    index = calendar.index
    return max(0, index.position(until) - index.position(since))
