"""Gathering tickets into hot topics and counting them, some batches a job (热点聚合)."""

from __future__ import annotations

import time

from hotline.jobs.calling import enqueue, job, now
from hotline.jobs.queues import Queue
from hotline.services.topics import assigning, counting

MOST_BATCHES = 10
"""A job of a second or three: what is urgent comes in between."""


@job(Queue.DEFAULT)
def gather_topics() -> None:
    """Put tickets that have none into their topic; asks for itself again until none is left."""
    for _ in range(MOST_BATCHES):
        if not assigning.is_waiting(now()) or assigning.go_on(at=now()):
            return
    enqueue(gather_topics, key=f"gather_topics-on-{time.time_ns()}")


@job(Queue.DEFAULT)
def count_topics() -> None:
    """Heat, names and warnings of the topics that have changed, or cooled for an hour."""
    for _ in range(MOST_BATCHES):
        if counting.count_some(at=now()):
            return
    enqueue(count_topics, key=f"count_topics-on-{time.time_ns()}")
