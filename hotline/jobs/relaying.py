"""After a commit: ask for the reactions to what has just happened (提交后中继)."""

from __future__ import annotations

from hotline.jobs.calling import enqueue
from hotline.jobs.queues import Queue
from hotline.jobs.reactions import following, react


def relay(fresh: list[tuple[int, str, bool]]) -> None:
    """Ask for the reactions to fresh entries; never raises, for the commit is already done.

    What a reaction itself writes is taken along by the job that runs it.
    """
    chain = following.get()
    if chain is not None:
        chain.extend(entry_id for entry_id, _event, _is_critical in fresh)
        return
    for entry_id, _event, is_critical in fresh:
        queue = Queue.URGENT if is_critical else Queue.DEFAULT
        if not enqueue(react, entry_id, key=f"react-{entry_id}", queue=queue):
            return  # Redis is away: the sweep asks again for what is unsettled
