"""Measures deadline arithmetic (期限计算) against a naive day loop in the same run.

    python -m bench deadlines [--quick]

Budget: 200,000 deadlines a second on one core in every unit, about as fast for 60 days as for 5.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from functools import partial
from time import process_time
from typing import TYPE_CHECKING

from bench.measure import Figure, Report
from sla import LOCAL, Calendar, Due, Limit, Unit, due_at, official_calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BUDGET = 200_000
NAIVE_SHARE = 50
"""The naive loop is slow: it gets one start in so many."""


def due_from(calendar: Calendar, limit: Limit, start: datetime) -> Due:
    return due_at(calendar, start, limit)


def naive_due(calendar: Calendar, days: int, start: datetime) -> datetime:
    day, left = start.astimezone(LOCAL).date(), days
    while left:
        day += timedelta(days=1)
        left -= calendar.is_workday(day)
    return datetime.combine(day, time(17, 30), LOCAL).astimezone(UTC)


def rate(count: Callable[[datetime], object], starts: Sequence[datetime]) -> float:
    """Count calls per second of processor time, best of three: others may use the machine."""
    best = 0.0
    for _ in range(3):
        begun = process_time()
        for start in starts:
            count(start)
        best = max(best, len(starts) / (process_time() - begun))
    return best


def measure(count: int) -> dict[str, object]:
    calendar = official_calendar()
    dice = random.Random(12345)
    first = datetime(2023, 1, 2, tzinfo=UTC)
    starts = [first + timedelta(seconds=dice.randrange(11 * 365 * 86_400)) for _ in range(count)]
    few = starts[: max(1, count // NAIVE_SHARE)]
    rows, reached_rates = [], []
    for amount, unit in (
        (5, Unit.WORKING_DAYS),
        (60, Unit.WORKING_DAYS),
        (2, Unit.WORKING_HOURS),
        (2, Unit.NATURAL_HOURS),
    ):
        limit = Limit(amount, unit)
        fast = rate(partial(due_from, calendar, limit), starts)
        reached_rates.append(fast)
        row: dict[str, object] = {"limit": f"{amount} {unit.value}", "per_second": round(fast)}
        if unit is Unit.WORKING_DAYS:
            for start in few:
                assert due_at(calendar, start, limit).at == naive_due(calendar, amount, start)
            slow = rate(partial(naive_due, calendar, amount), few)
            row |= {"naive_per_second": round(slow), "ratio": round(fast / slow, 1)}
        rows.append(row)
    reached = min(reached_rates)
    return {
        "bench": "deadlines",
        "budget_per_second": BUDGET,
        "per_second": round(reached),
        "within_budget": reached >= BUDGET,
        "rows": rows,
    }


def run(*, is_quick: bool) -> Report:
    """The same figures in the form of all benches."""
    result = measure(10_000 if is_quick else 100_000)
    rows = result["rows"]
    assert isinstance(rows, list)
    figures = [
        Figure(what=row["limit"], value=row["per_second"], unit="/s", at_least=BUDGET)
        for row in rows
    ]
    return Report("deadlines", figures, {"rows": rows})
