"""After a commit: ask for the reactions to what has just happened (提交后中继)."""

from __future__ import annotations

from hotline.jobs.calling import enqueue
from hotline.jobs.queues import Queue
from hotline.jobs.reactions import react


def relay(fresh: list[tuple[int, str, bool]]) -> None:
    """Ask for the reactions to fresh entries; never raises, for the commit is already done."""
    for entry_id, _event, is_critical in fresh:
        queue = Queue.URGENT if is_critical else Queue.DEFAULT
        if not enqueue(react, entry_id, key=f"react-{entry_id}", queue=queue):
            return  # Redis is away: the sweep asks again for what is unsettled
