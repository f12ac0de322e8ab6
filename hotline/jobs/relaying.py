"""After a commit: ask for the reactions to what has just happened (提交后中继)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.domain.events import Event
from hotline.jobs.calling import enqueue
from hotline.jobs.queues import Queue
from hotline.jobs.reactions import following, react, tell_rungs

if TYPE_CHECKING:
    from collections.abc import Sequence

TOGETHER = 2000
"""Milestones told by one job, all of a sweep's batch: the more, the fewer lines for one unit."""


def relay(fresh: list[tuple[int, str, bool]]) -> None:
    """Ask for the reactions to fresh entries; never raises, for the commit is already done.

    What a reaction itself writes is taken along by the job that runs it.
    """
    chain = following.get()
    if chain is not None:
        chain.extend(entry_id for entry_id, _event, _is_critical in fresh)
        return
    if any(event == Event.MILESTONE for _, event, _ in fresh):
        tell([entry_id for entry_id, _event, _is_critical in fresh])
        return
    for entry_id, _event, is_critical in fresh:
        queue = Queue.URGENT if is_critical else Queue.DEFAULT
        if not enqueue(react, entry_id, key=f"react-{entry_id}", queue=queue):
            return  # Redis is away: the sweep asks again for what is unsettled


def tell(entry_ids: Sequence[int], *, again: str = "") -> None:
    """Ask for the telling of milestones and of what the ladder did; ``again`` marks a new asking.

    The key holds the first and the last entry, by which the sweep knows that they wait.
    """
    for first in range(0, len(entry_ids), TOGETHER):
        some = entry_ids[first : first + TOGETHER]
        if not enqueue(tell_rungs, *some, key=f"tell-{min(some)}-{max(some)}{again}"):
            return  # Redis is away: the sweep asks again
