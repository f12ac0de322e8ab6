"""Dry runs of the catalogue and moves of abolished units' tickets, batch by batch (派单目录)."""

from __future__ import annotations

from hotline.jobs.calling import enqueue, job, now
from hotline.jobs.queues import Queue
from hotline.services import merging, routing_trials

MOST_BATCHES = 20


@job(Queue.DEFAULT)
def try_routes(trial_id: int) -> None:
    """Go on with one dry run; asks for itself again until it is done."""
    for _ in range(MOST_BATCHES):
        if routing_trials.go_on(trial_id, at=now()):
            return
    enqueue(try_routes, trial_id, key=f"trial-{trial_id}-{_moment()}")


@job(Queue.DEFAULT)
def move_tickets(merger_id: int) -> None:
    """Move an abolished unit's open tickets; asks for itself again until none is left."""
    for _ in range(MOST_BATCHES):
        if merging.go_on(merger_id, at=now()):
            return
    enqueue(move_tickets, merger_id, key=f"merger-{merger_id}-{_moment()}")


@job(Queue.DEFAULT)
def sweep_catalogue() -> None:
    """Find dry runs and moves that were asked for, and those somebody left in the middle."""
    for trial_id in routing_trials.unfinished(now()):
        enqueue(try_routes, trial_id, key=f"trial-{trial_id}-{_moment()}")
    for merger_id in merging.unfinished(now()):
        enqueue(move_tickets, merger_id, key=f"merger-{merger_id}-{_moment()}")


def _moment() -> int:
    return int(now().timestamp() * 1000)
