"""What time itself asks for: due clocks, lost entries, waiting messages, archive (巡检)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from hotline.jobs import deliver, reactions
from hotline.jobs.calling import enqueue, job, line, now
from hotline.jobs.queues import Queue
from hotline.services import archive, clocks, outbox, relay

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BATCHES = 40


@job(Queue.URGENT)
def sweep_clocks() -> None:
    """Fire due milestones batch by batch, each batch its own transaction."""
    for _ in range(MOST_BATCHES):
        if not clocks.sweep(now()):
            return


@job(Queue.DEFAULT)
def sweep_entries() -> None:
    """Ask again for reactions that got lost; what still waits in its queue is left there."""
    at = now()
    lost = relay.unsettled(at)
    if not lost:
        return
    relay.stamp([due.entry_id for due in lost], at=at)
    waiting = _still_queued([f"react-{due.entry_id}" for due in lost])
    for due in lost:
        if f"react-{due.entry_id}" in waiting:
            continue
        queue = Queue.URGENT if due.is_critical else Queue.DEFAULT
        key = f"react-{due.entry_id}-{int(at.timestamp())}"
        enqueue(reactions.react, due.entry_id, key=key, queue=queue)


def _still_queued(keys: Sequence[str]) -> set[str]:
    connection = line().connection
    if connection is None:
        return set()
    found = Job.fetch_many(keys, connection=connection, serializer=JSONSerializer)
    return {j.id for j in found if j is not None and j.get_status() == JobStatus.QUEUED}


@job(Queue.OUTBOUND)
def sweep_messages() -> None:
    """Try messages whose pause is over."""
    at = now()
    for message_id in outbox.due(at):
        enqueue(
            deliver.deliver_message,
            message_id,
            key=f"deliver-{message_id}-{int(at.timestamp())}",
        )


@job(Queue.DEFAULT)
def keep_house() -> None:
    """Archive what closed a month ago and forget what the doors no longer need."""
    at = now()
    for _ in range(MOST_BATCHES):
        if not archive.archive_closed(at):
            break
    archive.clean_doors(at)
