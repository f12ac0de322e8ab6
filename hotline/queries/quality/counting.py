"""Figures of dispatch quality: by category, unit and day from one look at the facts (派单质量)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, case, cast, func, literal, select, union_all

from hotline.db import db
from hotline.queries.quality.first_dispatch import Judged, Narrow, Sender, facts
from hotline.queries.quality.settled import settled_until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy import CTE, ColumnElement, Select

    from hotline.queries.indicators import Period

BUCKETS = 14
"""At most so many points make a line that can be read."""


@dataclass(slots=True)
class Tally:
    """First dispatches of one group, by sender and by what became of them."""

    counts: Counter[tuple[Sender, Judged]] = field(default_factory=Counter)

    def count(self, judged: Judged | None = None, sender: Sender | None = None) -> int:
        """How many there are of one kind, by one sender or both."""
        return sum(
            number
            for (by, what), number in self.counts.items()
            if (judged is None or what is judged) and (sender is None or by is sender)
        )

    def decided(self, sender: Sender | None = None) -> int:
        """How many were right or wrong: the denominator."""
        return self.count(Judged.RIGHT, sender) + self.count(Judged.WRONG, sender)

    def accuracy(self, sender: Sender | None = None) -> float | None:
        """一次派单准确率: right ÷ (right + wrong); None of nothing."""
        decided = self.decided(sender)
        return self.count(Judged.RIGHT, sender) / decided if decided else None


@dataclass(frozen=True, slots=True)
class Counted:
    """A period's figures: in all, by category and by unit, and day by day or week by week.

    ``span``: how many days one point of ``course`` holds.
    """

    total: Tally
    categories: dict[str, Tally]
    units: dict[int, Tally]
    course: list[tuple[date, Tally]]
    span: int


@dataclass(frozen=True, slots=True)
class Way:
    """How many tickets of a category went from one unit to another; ``to_id``: None where none."""

    code: str
    from_id: int
    to_id: int | None
    count: int


def span_of(period: Period) -> int:
    """Days to a point: single days, weeks, or four weeks."""
    return next(
        (span for span in (1, 7) if period.days <= span * BUCKETS), -(-period.days // BUCKETS)
    )


def counted(period: Period, narrow: Narrow, *, at: datetime) -> Counted:
    """Count everything of a period from one scan of its first dispatches."""
    base = facts(period, settled_until(at), narrow).cte("facts")
    digits = min(len(narrow.category) + 2, 6)
    span = span_of(period)
    parts = {
        "category": func.substr(base.c.code, 1, digits),
        "unit": cast(base.c.unit_id, String),
        "day": _point(base, period, span),
    }
    query = union_all(*(_grouped(name, key, base) for name, key in parts.items()))
    tallies: dict[str, dict[str, Tally]] = {name: {} for name in parts}
    for name, key, sender, judged, number in db.session.execute(query):
        tally = tallies[name].setdefault(str(key), Tally())
        tally.counts[Sender(sender), Judged(judged)] += number
    days = {int(key): tally for key, tally in tallies["day"].items()}
    course = [
        (period.first + timedelta(days=span * number), days.get(number, Tally()))
        for number in range(-(-period.days // span))
    ]
    return Counted(
        _summed(days.values()),
        tallies["category"],
        {int(key): tally for key, tally in tallies["unit"].items()},
        course,
        span,
    )


def _grouped(name: str, key: ColumnElement[Any], base: CTE) -> Select[*tuple[Any, ...]]:
    return select(
        literal(name), key.label("part"), base.c.sender, base.c.judged, func.count()
    ).group_by(key, base.c.sender, base.c.judged)


def _point(base: CTE, period: Period, span: int) -> ColumnElement[str]:
    """Which point of the course a dispatch belongs to, as a word like the other keys."""
    last = -(-period.days // span) - 1
    ends = [
        (base.c.sent_at < period.since + timedelta(days=span * (number + 1)), literal(str(number)))
        for number in range(last)
    ]
    return case(*ends, else_=literal(str(last))) if ends else literal(str(last))


def _summed(tallies: Iterable[Tally]) -> Tally:
    return Tally(sum((tally.counts for tally in tallies), Counter()))


def totals(period: Period, narrow: Narrow, *, at: datetime) -> Tally:
    """Only the sums of a period, to be compared with another."""
    base = facts(period, settled_until(at), narrow).cte("facts")
    query = select(base.c.sender, base.c.judged, func.count()).group_by(
        base.c.sender, base.c.judged
    )
    rows = db.session.execute(query)
    return Tally(Counter({(Sender(by), Judged(what)): number for by, what, number in rows}))


def ways(period: Period, narrow: Narrow, *, at: datetime, most: int = 20) -> list[Way]:
    """移出: from which unit to which tickets were moved, by second-level category, most first.

    These are counted as soon as the return is agreed to.
    """
    base = facts(period, settled_until(at), narrow).cte("facts")
    code = func.substr(base.c.code, 1, 4)
    number = func.count()
    query = (
        select(code, base.c.unit_id, base.c.to_id, number)
        .where(base.c.is_moved == 1)
        .group_by(code, base.c.unit_id, base.c.to_id)
        .order_by(number.desc(), base.c.to_id.is_(None), code, base.c.unit_id, base.c.to_id)
        .limit(most)
    )
    return [Way(*row) for row in db.session.execute(query)]
