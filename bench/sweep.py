"""Measures the sweep (时限巡检) when nothing is due among a million open clocks."""

from __future__ import annotations

from datetime import UTC, datetime

from bench import crowd
from bench.house import opened
from bench.measure import Figure, Report, milliseconds, percentile

OPEN, QUICK_OPEN = 1_000_000, 50_000
NOTHING_MS = 10
LOOKS = 30
DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def run(*, is_quick: bool) -> Report:
    """The empty look on both databases."""
    clocks = QUICK_OPEN if is_quick else OPEN
    figures = []
    for database, name in DATABASES.items():
        with opened(database=database):
            fill(clocks)
            median = empty_look()
        what = f"nothing due, {name}"
        figures.append(Figure(what=what, value=median, unit="ms", at_most=NOTHING_MS))
    return Report("sweep", figures, {"open": clocks})


def fill(clocks: int) -> None:
    """So many tickets in hand, each with its clock, none due within a year."""
    crowd.prepare()
    crowd.fill(1, clocks, stage=crowd.HANDLING, with_life=False)


def empty_look() -> float:
    """How long a sweep takes that finds nothing: the median of many."""
    from hotline.services.timing import sweeping

    now = datetime.now(UTC)
    return percentile([milliseconds(lambda: sweeping.sweep(now)) for _ in range(LOOKS)], 0.5)
