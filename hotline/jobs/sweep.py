"""What time itself asks for: due clocks, lost entries, waiting messages, archive (巡检)."""

from __future__ import annotations

from hotline.jobs import deliver, reactions
from hotline.jobs.calling import enqueue, job, line, now, rq_queue
from hotline.jobs.queues import Queue
from hotline.services import archive, clocks, outbox, relay

MOST_BATCHES = 40


@job(Queue.URGENT)
def sweep_clocks() -> None:
    """Fire due milestones batch by batch, each batch its own transaction.

    In a storm the job ends after some batches and asks for itself again, so that what is urgent
    comes in between and the rest need not wait for the cron.
    """
    for _ in range(MOST_BATCHES):
        if not clocks.sweep(now()):
            return
    enqueue(sweep_clocks, key=f"sweep_clocks-on-{int(now().timestamp())}")


@job(Queue.DEFAULT)
def sweep_entries() -> None:
    """Ask again for reactions that got lost; what still waits in its queue is left there.

    Only the queues' own lists count as waiting: a job whose worker was killed just after taking
    it says "queued" for minutes, though nobody will ever run it.
    """
    at = now()
    lost = relay.unsettled(at)
    if not lost:
        return
    relay.stamp([due.entry_id for due in lost], at=at)
    waiting = _waiting_entries()
    for due in lost:
        if due.entry_id in waiting:
            continue
        queue = Queue.URGENT if due.is_critical else Queue.DEFAULT
        key = f"react-{due.entry_id}-{int(at.timestamp())}"
        enqueue(reactions.react, due.entry_id, key=key, queue=queue)


def _waiting_entries() -> set[int]:
    """Entries whose job stands in a queue, by the jobs' names (react-<entry>[-<asked again>])."""
    if line().is_sync:
        return set()
    names = [name for queue in (Queue.URGENT, Queue.DEFAULT) for name in rq_queue(queue).job_ids]
    parts = [name.split("-") for name in names if name.startswith("react-")]
    return {int(part[1]) for part in parts}


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
