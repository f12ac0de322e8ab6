"""Measures the sweep (时限巡检): nothing due among a million clocks, and many due at once.

The storm is fired by the house's own processes: two workers and the cron that asks them.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bench import crowd
from bench.house import opened
from bench.measure import Figure, Report, milliseconds, percentile
from bench.memory import WORKERS, megabytes

if TYPE_CHECKING:
    from bench.house import BenchHouse

OPEN, DUE = 1_000_000, 100_000
QUICK_OPEN, QUICK_DUE = 50_000, 5_000
NOTHING_MS, ALL_SECONDS = 10, 120
MEMORY_GROWTH = 1.2
"""What counts as flat: a fifth more at the end than when the first thousand had fired."""
LOOKS = 30
PATIENCE = 600

DUE_AT_ONCE = "UPDATE deadline SET next_at = :past, plan = :plan WHERE id <= :count"
LEFT = "SELECT count(*) FROM deadline WHERE next_at <= :past"
FIRED = "SELECT count(*) FROM milestone"
CLOCKS = "SELECT count(DISTINCT deadline_id) FROM milestone"
ENTRIES = "SELECT count(*) FROM timeline WHERE event = 'milestone'"


@dataclass(slots=True)
class Storm:
    """How the firing of many clocks at once went."""

    seconds: float
    fired: int
    clocks: int
    entries: int
    growth: float


def run(*, is_quick: bool) -> Report:
    """The empty look on both databases, the storm on PostgreSQL."""
    clocks, due = (QUICK_OPEN, QUICK_DUE) if is_quick else (OPEN, DUE)
    with opened(with_redis=True) as house:
        fill(clocks)
        idle = empty_look()
        storm = burst(house, due)
    with opened(database="sqlite"):
        fill(clocks)
        lite = empty_look()
    spared = due - storm.clocks + abs(storm.entries - storm.fired) + abs(storm.fired - due)
    return Report(
        "sweep",
        [
            Figure(what="nothing due, PostgreSQL", value=idle, unit="ms", at_most=NOTHING_MS),
            Figure(what="nothing due, SQLite", value=lite, unit="ms", at_most=NOTHING_MS),
            Figure(what="all due fired", value=storm.seconds, unit="s", at_most=ALL_SECONDS),
            Figure(what="not fired exactly once", value=spared, at_most=0),
            Figure(what="memory at the end / early", value=storm.growth, at_most=MEMORY_GROWTH),
            Figure(what="fired", value=storm.fired / storm.seconds, unit="/s"),
        ],
        {"open": clocks, "due": due},
    )


def fill(clocks: int) -> None:
    """So many tickets in hand, each with its clock, none due within a year."""
    crowd.prepare()
    crowd.fill(1, clocks, stage=crowd.HANDLING, with_life=False)


def empty_look() -> float:
    """How long a sweep takes that finds nothing: the median of many."""
    from hotline.services import clocks

    now = datetime.now(UTC)
    return percentile([milliseconds(lambda: clocks.sweep(now)) for _ in range(LOOKS)], 0.5)


def burst(house: BenchHouse, due: int) -> Storm:
    """Let so many clocks fall due in one moment and wait until the workers have fired them."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    plan = json.dumps([["red", past.isoformat()]])
    asked(DUE_AT_ONCE, past=past, plan=plan, count=due)
    begun = time.monotonic()
    house.start(*WORKERS, "cron")
    early = 0.0
    while asked(LEFT, past=past) and time.monotonic() - begun < PATIENCE:
        early = early or (memory(house) if asked(FIRED) else 0.0)
        time.sleep(0.5)
    seconds, late = time.monotonic() - begun, memory(house)
    house.watch.stop_all()
    return Storm(seconds, asked(FIRED), asked(CLOCKS), asked(ENTRIES), late / (early or late))


def asked(words: str, **values: Any) -> int:  # noqa: ANN401 - parameters of a statement
    """The figure a statement gives, or the rows it changed."""
    from hotline.db import db

    with db.engine.begin() as connection:
        result = connection.execute(text(words), values)
        return int(result.scalar_one()) if result.returns_rows else result.rowcount


def memory(house: BenchHouse) -> float:
    """Resident megabytes of the larger worker."""
    processes = [process for name in WORKERS for process in house.processes(name)]
    return max(megabytes(process) for process in processes)
