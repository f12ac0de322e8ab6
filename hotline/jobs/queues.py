"""Queue names in one place; a queue is a promise of time (队列)."""

from __future__ import annotations

from enum import StrEnum


class Queue(StrEnum):
    """Danger in seconds, the line in seconds to minutes, other people's servers last.

    Learning takes minutes and waits for nobody's sake: it has a worker of its own.
    """

    URGENT = "urgent"
    DEFAULT = "default"
    OUTBOUND = "outbound"
    LEARNING = "learning"


WORKER_GROUPS: dict[str, tuple[Queue, ...]] = {
    "front": (Queue.URGENT, Queue.DEFAULT),
    "back": (Queue.URGENT, Queue.OUTBOUND, Queue.DEFAULT),
    "learning": (Queue.LEARNING,),
}
"""Which worker watches what, in order; a slow provider can hold up the back one alone."""
APART = frozenset({"learning"})
"""Groups away from the line: they take no ticket's job, and load a model only when they need it."""
