"""What the tickets of topics say, counted (热点统计): by day, caller, unit, and how they ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from hotline.db import db
from hotline.domain.heat import HeatFacts
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Urgency
from hotline.domain.topic_rules import topic_rules
from hotline.models import Rating, Ticket, TopicRow, TopicTicket

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Result, Row

BAD = 2
"""Satisfaction of 1 and 2 is bad (国办发〔2019〕51号)."""
PRESSING = (Urgency.URGENT, Urgency.CRITICAL)
ENDED = (Stage.CLOSED, Stage.ARCHIVED)
NAMED_BY = 40
"""So many of the newest titles name a topic."""


@dataclass(kw_only=True, slots=True)
class Tally:
    """What was counted of one topic.

    ``days``: contacts of each day of the window, the oldest first. ``callers``: in the whole
    window. ``before``, ``recent``, ``recent_callers``: what a surge is judged by. ``solved``: of
    the ``ended`` ones, those whose citizen has what was asked for or an answer.
    """

    days: list[int]
    size: int
    callers: int
    facts: HeatFacts
    before: int
    recent: int
    recent_callers: int
    categories: Counter[str] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)
    units: Counter[int] = field(default_factory=Counter)
    titles: list[str] = field(default_factory=list)
    merged: int = 0
    ended: int = 0
    rated: int = 0
    bad: int = 0


def due(at: datetime, *, again_after: datetime, limit: int) -> list[int]:
    """Topics that changed since they were counted, or were counted long ago, held for the caller.

    Those another worker holds are left to it. What will never be listed is not counted.
    """
    rules = topic_rules()
    query = (
        select(TopicRow.id)
        .where(
            TopicRow.is_living,
            TopicRow.last_at >= at - rules.window,
            TopicRow.size >= rules.listed_contacts,
            or_(
                TopicRow.counted_at.is_(None),
                TopicRow.counted_at < TopicRow.changed_at,
                TopicRow.counted_at < again_after,
            ),
        )
        .order_by(TopicRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(db.session.scalars(query))


def tallies(topic_ids: Sequence[int], *, at: datetime) -> dict[int, Tally]:
    """Count some topics in two questions to the database; one without tickets is left out."""
    rows: dict[int, list[Row[Any]]] = defaultdict(list)
    query = (
        select(
            TopicTicket.topic_id,
            TopicTicket.at,
            Ticket.id,
            Ticket.citizen_id,
            Ticket.urgency,
            Ticket.stage,
            Ticket.outcome,
            Ticket.lead_department_id,
            Ticket.category_code,
            Ticket.area_code,
            Ticket.confidential,
            Ticket.title,
        )
        .join(Ticket, Ticket.id == TopicTicket.ticket_id)
        .where(TopicTicket.topic_id.in_(topic_ids), TopicTicket.at >= at - topic_rules().window)
        .order_by(TopicTicket.at, Ticket.id)
    )
    found: Result[Any] = db.session.execute(query)
    for row in found:
        rows[row.topic_id].append(row)
    grades = _grades(topic_ids, at)
    return {topic: _tally(found, grades.get(topic, []), at) for topic, found in rows.items()}


def _grades(topic_ids: Sequence[int], at: datetime) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    query = (
        select(TopicTicket.topic_id, Rating.satisfaction)
        .join(Rating, Rating.ticket_id == TopicTicket.ticket_id)
        .where(TopicTicket.topic_id.in_(topic_ids), TopicTicket.at >= at - topic_rules().window)
    )
    for topic_id, satisfaction in db.session.execute(query).all():
        found[topic_id].append(satisfaction)
    return found


def _tally(rows: Sequence[Row[Any]], grades: Sequence[int], at: datetime) -> Tally:
    rules = topic_rules()
    ages = [(at - row.at).total_seconds() / 86_400 for row in rows]
    hot = [row for row, age in zip(rows, ages, strict=True) if age <= rules.heat_days]
    recent = [row for row, age in zip(rows, ages, strict=True) if age <= rules.surge.days]
    ended = [row for row in rows if row.stage in ENDED and row.outcome is not Outcome.MERGED]
    bad = sum(grade <= BAD for grade in grades)
    tally = Tally(
        days=_by_day(ages, rules.window_days),
        size=len(rows),
        callers=_callers(rows),
        facts=_facts(rows, hot, bad / len(grades) if grades else 0.0, at),
        before=len(rows) - len(recent),
        recent=len(recent),
        recent_callers=_callers(recent),
        titles=[row.title for row in rows if not row.confidential][-NAMED_BY:],
        merged=sum(row.outcome is Outcome.MERGED for row in rows),
        ended=len(ended),
        rated=len(grades),
        bad=bad,
    )
    tally.categories.update(row.category_code for row in rows if row.category_code)
    tally.areas.update(row.area_code for row in rows if row.area_code)
    tally.units.update(row.lead_department_id for row in rows if row.lead_department_id)
    return tally


def _by_day(ages: Iterable[float], days: int) -> list[int]:
    """Contacts of each stretch of 24 hours up to now, the oldest first."""
    counted = Counter(int(age) for age in ages)
    return [counted[age] for age in range(days - 1, -1, -1)]


def _callers(rows: Iterable[Row[Any]]) -> int:
    """How many people; those who left no name or number count as one (as in services.gathering)."""
    return len({row.citizen_id for row in rows})


def _facts(
    rows: Sequence[Row[Any]], hot: Sequence[Row[Any]], bad: float, at: datetime
) -> HeatFacts:
    rules = topic_rules()
    days_before = rules.window_days - rules.heat_days
    known = [row.citizen_id for row in rows if row.citizen_id is not None]
    count = len(hot)
    return HeatFacts(
        contacts=count,
        callers=_callers(hot),
        expected=(len(rows) - count) * rules.heat_days / days_before,
        hours=(at - rows[-1].at).total_seconds() / 3600,
        urgent=sum(row.urgency in PRESSING for row in hot) / count if count else 0.0,
        bad=bad,
        repeated=(len(known) - len(set(known))) / len(rows),
    )
