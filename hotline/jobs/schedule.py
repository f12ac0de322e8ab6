"""The periodic work as data, and the one process that asks for it (定时任务).

RQ's own cron pickles its jobs; ours enqueues by name with the JSON serializer. Every job here is
idempotent, so two cron processes only ask twice; the key holds the period's number, so within
one period the second asking is refused.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from hotline.domain.errors import Unavailable
from hotline.jobs import cataloguing, drifting, learning, recount, sweep, topics
from hotline.jobs.calling import enqueue, line, now
from hotline.services import pulse

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Periodic:
    """One job and how often it is asked for, in seconds."""

    job: Callable[[], None]
    seconds: int


PERIODIC: tuple[Periodic, ...] = (
    Periodic(sweep.sweep_clocks, 20),
    Periodic(sweep.sweep_entries, 15),
    Periodic(sweep.sweep_messages, 15),
    Periodic(recount.sweep_recounts, 5),
    Periodic(cataloguing.sweep_catalogue, 5),
    Periodic(sweep.sweep_prints, 300),
    Periodic(topics.gather_topics, 10),
    Periodic(topics.count_topics, 30),
    Periodic(learning.sweep_learning, 5),
    Periodic(learning.ask_nightly, 60),
    Periodic(sweep.keep_house, 3600),
    Periodic(drifting.look_at_words, 3600),
)


def ask(at_second: int, last: dict[str, int]) -> int:
    """Ask for what is due in this second; returns how many were asked for."""
    asked = 0
    for item in PERIODIC:
        name, turn = item.job.__name__, at_second // item.seconds
        if last.get(name) == turn:
            continue
        if enqueue(item.job, key=f"{name}-{turn}"):
            last[name] = turn
            asked += 1
    return asked


def run_for_ever(*, should_stop: Callable[[], bool], pause: float = 0.5) -> None:
    """The cron process: two turns a second, a heartbeat every ten, no crash when Redis is away.

    In a time lapse every turn may find a new period: then the sweeps come at each turn.
    """
    last: dict[str, int] = {}
    beat = 0
    while not should_stop():
        second = int(now().timestamp())
        ask(second, last)
        if second - beat >= 10:  # noqa: PLR2004 - seconds between heartbeats
            beat = second
            try:
                with line().app.app_context():
                    pulse.beat("cron", at=now())
            except Unavailable:
                log.warning("heartbeat_missed", process="cron")
        time.sleep(pause)
