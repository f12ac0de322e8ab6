"""Measures intake over HTTP against the bare insert of the same rows in the same run (受理)."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bench.house import free_port, opened
from bench.measure import Figure, Report, percentile

if TYPE_CHECKING:
    from bench.house import BenchHouse

TEXTS = Path(__file__).parents[1] / "hotline" / "demo_city" / "tickets.csv"
CONNECTIONS = 8
RATE_SHARE = 0.5
TAIL = 10
MORE_PATIENCE = 120


@dataclass(slots=True)
class Side:
    """One of the two that are compared, and what all its rounds gave."""

    name: str
    url: str
    rates: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    answered: int = 0
    processor_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second: the median round, for a neighbour may spoil one."""
        return percentile(self.rates, 0.5)

    @property
    def cost(self) -> float:
        """Milliseconds of processor time a request, of web, database and queue together."""
        return 1_000 * self.processor_seconds / self.answered


def run(*, is_quick: bool) -> Report:
    """Alternate rounds against the two servers and compare."""
    rounds, seconds = (4, 1.5) if is_quick else (20, 1.5)
    with opened(with_redis=True) as house:
        house.start("web")
        other = free_port()
        intake = Side("intake", f"http://127.0.0.1:{house.settings.port}/api/v1/tickets")
        bare = Side("bare insert", f"http://127.0.0.1:{other}/")
        warm_up(intake)
        house.serve("bare", "bench.bare_insert:serve()", other)
        warm_up(bare)
        before = stored(house)
        for number in range(rounds):
            for side in (intake, bare) if number % 2 == 0 else (bare, intake):
                before_round = house.processor_seconds()
                loaded(side, seconds)
                side.processor_seconds += house.processor_seconds() - before_round
        assert stored(house) - before == intake.answered + bare.answered, "an answer without a row"
    return reported(intake, bare)


def warm_up(side: Side) -> None:
    """Let both workers load what they load once, and let the callers become known."""
    loaded(Side(side.name, side.url), 2.0)


def loaded(side: Side, seconds: float) -> None:
    """One round of load from a process of its own; anything but 201 is an error."""
    words = [sys.executable, "-m", "bench.load", side.url]
    words += ["--seconds", str(seconds), "--connections", str(CONNECTIONS)]
    done = subprocess.run(
        words,
        input=json.dumps(contents()),
        capture_output=True,
        text=True,
        timeout=seconds + MORE_PATIENCE,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    assert set(told["statuses"]) == {"201"}, told["statuses"]
    answered = told["statuses"]["201"]
    side.answered += answered
    side.rates.append(answered / told["seconds"])
    side.milliseconds += told["milliseconds"]


def contents() -> list[str]:
    """What citizens of the demo city say."""
    with TEXTS.open(encoding="utf-8", newline="") as lines:
        return [row["content"] for row in csv.DictReader(lines)]


def stored(house: BenchHouse) -> int:
    """Tickets in the database, each with its three rows beside it."""
    from hotline.db import db
    from hotline.models import Deadline, IdempotencyKey, Ticket, TimelineEntry

    del house  # its application context is the one in force
    counts = {
        db.session.scalar(select(func.count()).select_from(model))
        for model in (Ticket, Deadline, IdempotencyKey, TimelineEntry)
    }
    db.session.rollback()
    assert len(counts) == 1, f"rows are missing: {counts}"
    return counts.pop() or 0


def reported(intake: Side, bare: Side) -> Report:
    """The tail, and the median ratio of neighbouring rounds, for the machine may be shared."""
    p50, p99 = (percentile(intake.milliseconds, share) for share in (0.50, 0.99))
    pairs = zip(intake.rates, bare.rates, strict=True)
    share = percentile((mine / limit for mine, limit in pairs), 0.5)
    return Report(
        "intake",
        [
            Figure(what="intake / bare insert", value=share, at_least=RATE_SHARE),
            Figure(what="intake p99 / p50", value=p99 / p50, at_most=TAIL),
            Figure(what="intake", value=intake.rate, unit="/s"),
            Figure(what="bare insert", value=bare.rate, unit="/s"),
            Figure(what="bare insert / intake, processor time", value=bare.cost / intake.cost),
            Figure(what="intake, processor time", value=intake.cost, unit="ms"),
            Figure(what="intake p50", value=p50, unit="ms"),
            Figure(what="intake p99", value=p99, unit="ms"),
        ],
        {
            "connections": CONNECTIONS,
            "answered": {side.name: side.answered for side in (intake, bare)},
            "rates": {side.name: [round(x, 1) for x in side.rates] for side in (intake, bare)},
        },
    )
