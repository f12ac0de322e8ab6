"""Counting open clocks anew, some batches a job, so that what is urgent comes in between (重算)."""

from __future__ import annotations

from hotline.jobs.calling import enqueue, job, now
from hotline.jobs.queues import Queue
from hotline.services.timing import recounts

MOST_BATCHES = 20


@job(Queue.DEFAULT)
def recount(recount_id: int) -> None:
    """Go on with one recount; asks for itself again until it is done."""
    for _ in range(MOST_BATCHES):
        if recounts.go_on(recount_id, at=now()):
            return
    enqueue(recount, recount_id, key=f"recount-{recount_id}-{int(now().timestamp() * 1000)}")


@job(Queue.DEFAULT)
def sweep_recounts() -> None:
    """Find recounts that were asked for, and those a killed worker left in the middle."""
    for recount_id in recounts.unfinished(now()):
        enqueue(recount, recount_id, key=f"recount-{recount_id}-{int(now().timestamp())}")
