"""Queue names in one place; a queue is a promise of time (队列)."""

from __future__ import annotations

from enum import StrEnum


class Queue(StrEnum):
    """Danger in seconds, the line in seconds to minutes, other people's servers last."""

    URGENT = "urgent"
    DEFAULT = "default"
    OUTBOUND = "outbound"


WORKER_GROUPS: dict[str, tuple[Queue, ...]] = {
    "front": (Queue.URGENT, Queue.DEFAULT),
    "back": (Queue.URGENT, Queue.OUTBOUND, Queue.DEFAULT),
}
"""Which worker watches what, in order; a slow provider can hold up the back one alone."""
