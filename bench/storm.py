"""Measures a storm (时限风暴): many clocks due at once, two real workers, one killed every 10 s.

The house's own processes fire and tell: two workers and the cron that asks them, watched as by
`hotline up`. That each clock fired and was told exactly once is asked of the database.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import insert, select, text

from bench.house import opened
from bench.measure import Figure, Report
from bench.memory import WORKER_MB, WORKERS, megabytes
from bench.sweep import fill

if TYPE_CHECKING:
    from bench.house import BenchHouse

DUE, KILL_EVERY = 100_000, 10.0
QUICK_DUE, QUICK_KILL_EVERY = 5_000, 60.0
ALL_SECONDS = 120
MEMORY_GROWTH = 1.2
"""What counts as flat: at the end a fifth more than at the beginning, whatever has piled up."""
LOOK = 0.25
PATIENCE = 600
BARE_BATCH, BARE_BATCHES = 500, 20

DUE_AT_ONCE = (
    "UPDATE deadline SET next_at = :at, due_at = :due, plan = :plan, stopped_at = NULL"
    " WHERE ticket_id <= :count"
)
LEFT = "SELECT count(*) FROM deadline WHERE next_at <= :at"
UNTOLD = "SELECT count(*) FROM timeline WHERE settled_at IS NULL"
FIRED = "SELECT count(*) FROM milestone"
WRONG = {
    "clocks not fired exactly once": """SELECT count(*) FROM
 (SELECT d.id FROM deadline d LEFT JOIN milestone m ON m.deadline_id = d.id
  WHERE d.ticket_id <= :count GROUP BY d.id HAVING count(m.id) <> 1) AS wrong""",
    "tickets without exactly one entry": """SELECT count(*) FROM
 (SELECT d.id FROM deadline d LEFT JOIN timeline e ON e.ticket_id = d.ticket_id
  AND e.event = 'milestone' WHERE d.ticket_id <= :count
  GROUP BY d.id HAVING count(e.id) <> 1) AS wrong""",
    "tickets not supervised exactly once": """SELECT count(*) FROM
 (SELECT d.id FROM deadline d LEFT JOIN timeline e ON e.ticket_id = d.ticket_id
  AND e.event = 'supervised' WHERE d.ticket_id <= :count
  GROUP BY d.id HAVING count(e.id) <> 1) AS wrong""",
    "clocks fired that were not due": """SELECT count(*) FROM milestone m
 JOIN deadline d ON d.id = m.deadline_id WHERE d.ticket_id > :count""",
}
TOLD = r"""SELECT :count - :nobodys - coalesce(sum(CASE WHEN key LIKE '%-many-%'
 THEN CAST(substring(text FROM '共 ([0-9]+) 件') AS integer) ELSE 1 END), 0)
 FROM notice WHERE key LIKE :rung"""
"""How many tickets a step told too few of: a line for one, or a line that says for how many."""
NOBODYS = "SELECT count(*) FROM deadline WHERE ticket_id <= :count AND department_id IS NULL"
"""A ticket that lies with no unit has no unit to tell."""


@dataclass(slots=True)
class Watch:
    """What is seen while it storms: when all had fired, memory by process, how many were killed."""

    fired_for: float = 0.0
    told_for: float = 0.0
    killed: int = 0
    memory: dict[int, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def growth(self) -> float:
        """The most a worker held in the last third of the storm over the most in the first."""
        seen = sorted(look for looks in self.memory.values() for look in looks)
        begun, ended = seen[0][0], seen[-1][0]
        third = (ended - begun) / 3
        early = max(size for at, size in seen if at <= begun + third)
        return max(size for at, size in seen if at >= ended - third) / early

    @property
    def peak(self) -> float:
        """The most a worker ever held."""
        return max(size for seen in self.memory.values() for _, size in seen)


def run(*, is_quick: bool) -> Report:
    """Let it storm, then ask the database what came of it, then write the same rows barely."""
    due, every = (QUICK_DUE, QUICK_KILL_EVERY) if is_quick else (DUE, KILL_EVERY)
    with opened(with_redis=True) as house:
        fill(2 * due)
        seen = storm(house, due, every)
        wrong = {name: asked(words, count=due) for name, words in WRONG.items()}
        for rung, nobodys in (("red", asked(NOBODYS, count=due)), ("overdue", 0)):
            lacking = asked(TOLD, count=due, nobodys=nobodys, rung=f"%-{rung}-%")
            wrong[f"not told of exactly once: {rung}"] = abs(lacking)
        bare = bare_rate()
    rate = due / seen.fired_for
    return Report(
        "storm",
        [
            Figure(what="all fired", value=seen.fired_for, unit="s", at_most=ALL_SECONDS),
            Figure(what="all told", value=seen.told_for, unit="s"),
            *(Figure(what=name, value=count, at_most=0) for name, count in wrong.items()),
            Figure(what="worker memory, end / beginning", value=seen.growth, at_most=MEMORY_GROWTH),
            Figure(what="worker memory, peak", value=seen.peak, unit="MB", at_most=WORKER_MB),
            Figure(what="workers killed", value=seen.killed, at_least=1),
            Figure(what="clocks fired", value=rate, unit="/s"),
            Figure(what="clocks' rows barely inserted", value=bare, unit="/s"),
            Figure(what="fired / barely inserted", value=rate / bare),
        ],
        {"due": due, "open": 2 * due, "killed_every_s": every},
    )


def storm(house: BenchHouse, due: int, every: float) -> Watch:
    """Let so many clocks fall due in one moment, just now; return when all is fired and told."""
    at = datetime.now(UTC)
    plan = json.dumps([["red", at.isoformat()]])
    asked(DUE_AT_ONCE, at=at, due=at - timedelta(hours=1), plan=plan, count=due)
    seen, victims = Watch(), cycle(WORKERS)
    begun, killed_at = time.monotonic(), -every
    house.start(*WORKERS, "cron")
    while time.monotonic() < begun + PATIENCE:
        look(house, seen)
        now = time.monotonic()
        if not seen.fired_for and asked(FIRED) and not asked(LEFT, at=at):
            seen.fired_for = now - begun
        if seen.fired_for and not asked(UNTOLD):
            seen.told_for = now - begun
            break
        if asked(FIRED) and now > killed_at + every:
            seen.killed += house.kill(next(victims))
            killed_at = now
        house.watch.look_after_all()
        time.sleep(LOOK)
    house.watch.stop_all()
    return seen


def look(house: BenchHouse, seen: Watch) -> None:
    """Note what each worker holds in memory."""
    for name in WORKERS:
        for process in house.running(name):
            try:
                seen.memory[process.pid].append((time.monotonic(), megabytes(process)))
            except psutil.NoSuchProcess:
                continue  # killed since


def asked(words: str, **values: Any) -> int:  # noqa: ANN401 - parameters of a statement
    """The figure a statement gives, or the rows it changed."""
    from hotline.db import db

    with db.engine.begin() as connection:
        result = connection.execute(text(words), values)
        return int(result.scalar_one()) if result.returns_rows else result.rowcount


def bare_rate() -> float:
    """Clocks a second when their rows are written and nothing else: one milestone, two entries."""
    from hotline.db import db
    from hotline.models import Milestone, TimelineEntry

    milestone, timeline = Milestone.__table__, TimelineEntry.__table__
    with db.engine.begin() as connection:
        fired = connection.execute(select(milestone).limit(1)).mappings().one()
        entries = [
            connection.execute(select(timeline).where(timeline.c.event == event).limit(1))
            .mappings()
            .one()
            for event in ("milestone", "supervised")
        ]
    begun = time.monotonic()
    for number in range(BARE_BATCHES):
        clocks = range(number * BARE_BATCH, (number + 1) * BARE_BATCH)
        rows = [{**fired, "name": f"bare-{clock}"} for clock in clocks]
        written = [dict(entry) for _ in clocks for entry in entries]
        for row in (*rows, *written):
            del row["id"]
        with db.engine.begin() as connection:
            connection.execute(insert(milestone), rows)
            connection.execute(insert(timeline), written)
    return BARE_BATCH * BARE_BATCHES / (time.monotonic() - begun)
