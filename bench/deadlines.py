"""Measures deadline arithmetic (期限计算) on a city's own calendar, and the choices around it.

    python -m bench deadlines [--quick]

Budget: 200,000 deadlines a second on one core in every unit, with summer and winter hours and the
closures of an area; as fast over twelve years as over one, and for 60 days as for 5. A naive loop
over the days checks every answer it has time for.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from functools import partial
from time import process_time
from typing import TYPE_CHECKING

import sla
from bench.measure import Figure, Report
from hotline.domain.rules import Book, read_rules
from hotline.domain.timing import RuleSubject
from sla import LOCAL, Calendar, Due, Limit, Unit, due_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hotline.domain.rules import Rules

BUDGET = 200_000
FLAT = 1.25
"""What counts as O(log n): twelve times the days may cost a quarter more, not twelve times."""
NAIVE_SHARE = 50
"""The naive loop is slow: it gets one start in so many."""
ROUNDS = 5
AREA, UNIT = "990101001", "D0101"
LIMITS = (
    Limit(5, Unit.WORKING_DAYS),
    Limit(60, Unit.WORKING_DAYS),
    Limit(1, Unit.NEXT_WORKDAY_END),
    Limit(2, Unit.WORKING_HOURS),
    Limit(30, Unit.WORKING_MINUTES),
    Limit(15, Unit.NATURAL_DAYS),
    Limit(2, Unit.NATURAL_HOURS),
)

DAYS = {
    "days": [
        {"on": "2025-07-09", "is_workday": False, "name": "台风停课停工", "area": "990101"},
        {
            "on": "2026-08-20",
            "is_workday": True,
            "name": "台风，下午停工",
            "area": "990101001",
            "windows": [["08:30", "12:00"]],
        },
        {"on": "2026-05-12", "is_workday": False, "name": "建市纪念日"},
    ],
    "confirmed_years": [],
}
HOURS = {
    "hours": [
        {"unit": "", "windows": [["08:30", "12:00"], ["14:00", "17:30"]]},
        {
            "unit": UNIT,
            "windows": [["08:30", "12:00"], ["13:30", "17:00"]],
            "seasons": [
                {
                    "first": "06-01",
                    "last": "09-30",
                    "windows": [["08:00", "12:00"], ["15:00", "18:00"]],
                }
            ],
        },
    ]
}


def city_rules() -> Rules:
    """A city with closures of an area, and a unit with summer hours."""
    books = {
        RuleSubject.CALENDAR: [Book(1, date(2025, 1, 1), DAYS)],
        RuleSubject.HOURS: [Book(1, date(2025, 1, 1), HOURS)],
    }
    return read_rules(books, profile=sla.load_profile(sla.DEFAULT_PROFILE))


def years(calendar: Calendar, first: int, last: int) -> Calendar:
    """Some years of a calendar, with the same hours."""
    begun, ended = date(first, 1, 1), date(last, 12, 31)
    span = (begun + timedelta(days=offset) for offset in range((ended - begun).days + 1))
    return Calendar.from_days({day: calendar.day(day) for day in span}, calendar.plan)


def due_from(calendar: Calendar, limit: Limit, start: datetime) -> Due:
    return due_at(calendar, start, limit)


def naive_due(calendar: Calendar, days: int, start: datetime) -> datetime:
    """One day after the other, until so many were worked."""
    day, left = start.astimezone(LOCAL).date(), days
    while left:
        day += timedelta(days=1)
        left -= calendar.is_workday(day)
    closing = calendar.office_on(day).windows[-1][1]
    return datetime.combine(day, closing, LOCAL).astimezone(UTC)


def rate(count: Callable[[datetime], object], starts: Sequence[datetime]) -> float:
    """Count calls per second of processor time, the best of some: others may use the machine."""
    best = 0.0
    for _ in range(ROUNDS):
        begun = process_time()
        for start in starts:
            count(start)
        best = max(best, len(starts) / (process_time() - begun))
    return best


def moments(count: int, first: int, last: int) -> list[datetime]:
    """Starts at any time of day between two years."""
    dice, begun = random.Random(12345), datetime(first, 1, 2, tzinfo=UTC)
    seconds = (last - first) * 365 * 86_400
    return [begun + timedelta(seconds=dice.randrange(seconds)) for _ in range(count)]


def arithmetic(calendar: Calendar, starts: Sequence[datetime]) -> list[Figure]:
    """Deadlines a second in every unit; those in working days also against the naive loop."""
    few, figures = starts[: max(1, len(starts) // NAIVE_SHARE)], []
    for limit in LIMITS:
        fast = rate(partial(due_from, calendar, limit), starts)
        name = f"{limit.amount} {limit.unit.value}"
        figures.append(Figure(what=name, value=fast, unit="/s", at_least=BUDGET))
        if limit.unit is Unit.WORKING_DAYS:
            for start in few:
                assert due_at(calendar, start, limit).at == naive_due(calendar, limit.amount, start)
            slow = rate(partial(naive_due, calendar, limit.amount), few)
            figures.append(Figure(what=f"{name}: times the naive loop", value=fast / slow))
    return figures


def growth(calendar: Calendar, count: int) -> Figure:
    """Twelve years of days against one, the same starts and limits: how much longer it takes."""
    limit, starts = Limit(5, Unit.WORKING_HOURS), moments(count, 2026, 2027)
    starts = [start for start in starts if start.year == 2026 and start.month < 12]
    one, twelve = years(calendar, 2026, 2026), years(calendar, 2024, 2035)
    assert all(due_at(one, s, limit).at == due_at(twelve, s, limit).at for s in starts)
    ratio = rate(partial(due_from, one, limit), starts) / rate(
        partial(due_from, twelve, limit), starts
    )
    return Figure(what="12 years of days / 1 year", value=ratio, at_most=FLAT)


def choices(rules: Rules, starts: Sequence[datetime]) -> list[Figure]:
    """What comes before and after the arithmetic, each by itself, then a whole clock."""
    calendar, limit, on = rules.calendar(AREA, UNIT), Limit(5, Unit.WORKING_DAYS), date(2026, 9, 30)
    profile, ladder = rules.profile(on), rules.ladder(on)
    case = sla.Case(
        kind="complaint",
        urgency="normal",
        category="020203",
        area=AREA,
        department=UNIT,
        channel="phone",
    )
    steps = ladder.steps_for("handle", urgency="normal", kind="complaint")
    due = {start: due_at(calendar, start, limit).at for start in starts}

    def on_the_way(start: datetime) -> object:
        return sla.milestones(steps, calendar, start=start, due=due[start], limit=limit)

    def whole(start: datetime) -> object:
        rule = profile.rule("handle", case, on=on)
        found = rules.calendar(AREA, UNIT)
        course = sla.course(found, start, rule.limit, ())
        held = ladder.steps_for("handle", urgency="normal", kind="complaint")
        return sla.milestones(held, found, start=start, due=course.due.at, limit=rule.limit)

    measured = {
        "calendar of area and unit": lambda _start: rules.calendar(AREA, UNIT),
        "policy choice": lambda _start: profile.rule("handle", case, on=on),
        f"milestones ({len(steps)} steps)": on_the_way,
        "whole clock: policy, due, milestones": whole,
    }
    return [
        Figure(what=name, value=rate(count, starts), unit="/s") for name, count in measured.items()
    ]


def run(*, is_quick: bool) -> Report:
    """The arithmetic by unit, its growth, and the choices around it."""
    count = 10_000 if is_quick else 100_000
    rules = city_rules()
    calendar, starts = rules.calendar(AREA, UNIT), moments(count, 2023, 2034)
    figures = arithmetic(calendar, starts)
    figures.append(growth(calendar, count))
    few = starts[: count // 10]
    figures += choices(rules, few)
    return Report("deadlines", figures, {"starts": count, "seasons": len(calendar.plan.seasons)})
