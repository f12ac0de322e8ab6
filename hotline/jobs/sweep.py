"""What time itself asks for: due clocks, lost entries, waiting messages, archive (巡检)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hotline.jobs import deliver, reactions, relaying
from hotline.jobs.calling import enqueue, job, line, now, rq_queue, told
from hotline.jobs.queues import Queue
from hotline.services import archive, outbox, printing, relay, rulebooks
from hotline.services.timing import outages, sweeping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hotline.services.relay import Due

MOST_BATCHES = 40
STORM_BATCHES = 10
"""So many batches of due clocks are a job of a second or two."""
STALL = 5.0
"""Real seconds in which a sweep may have to wait: within them nothing is late in a time lapse."""


@job(Queue.URGENT)
def sweep_clocks() -> None:
    """Fire due milestones batch by batch, each batch its own transaction.

    In a storm the job asks for the next one as soon as it sees that there is more: a second worker
    helps, what is urgent comes in between, and no killed worker breaks the chain. After an
    outage, when all is fired, each unit gets one digest.
    """
    patience = told(STALL)
    outage = outages.watch(now(), gap=max(outages.GAP, patience))
    late_after = max(sweeping.LATE, patience)
    for number in range(STORM_BATCHES):
        fired = sweeping.sweep(now(), outage=outage, late_after=late_after)
        if not fired:
            if outage is not None and not sweeping.due_now(now()):
                outages.digest(outage.id, at=now())
            return
        if number == 0 and fired >= sweeping.BATCH:
            _ask_for_the_next()
    _ask_for_the_next()


def _ask_for_the_next() -> None:
    """One sweep waits beside those that run, never more: chains that meet become one."""
    if not any(name.startswith(sweep_clocks.__name__) for name in _waiting(Queue.URGENT)):
        enqueue(sweep_clocks, key=f"{sweep_clocks.__name__}-on-{time.time_ns()}")


@job(Queue.DEFAULT)
def sweep_entries() -> None:
    """Ask again for reactions that got lost; what still waits in its queue is left there.

    Only the queues' own lists count as waiting: a job whose worker was killed just after taking
    it says "queued" for minutes, though nobody will ever run it.
    """
    at = now()
    for _ in range(MOST_BATCHES):
        lost = relay.unsettled(at)
        if not lost:
            return
        relay.stamp([due.entry_id for due in lost], at=at)
        is_waiting = waits(_waiting(Queue.URGENT, Queue.DEFAULT))
        _ask_again([due for due in lost if not is_waiting(due.entry_id)], int(at.timestamp()))


def _ask_again(lost: Iterable[Due], second: int) -> None:
    """What the ladder tells is told together, everything else goes its own way."""
    rungs = []
    for due in lost:
        if due.is_rung:
            rungs.append(due.entry_id)
            continue
        queue = Queue.URGENT if due.is_critical else Queue.DEFAULT
        enqueue(reactions.react, due.entry_id, key=f"react-{due.entry_id}-{second}", queue=queue)
    relaying.tell(rungs, again=f"-{second}")


def _waiting(*queues: Queue) -> list[str]:
    """Names of the jobs that stand in these queues."""
    return [] if line().is_sync else [n for queue in queues for n in rq_queue(queue).job_ids]


def waits(names: Iterable[str]) -> Callable[[int], bool]:
    """Whether an entry's job is among these: react-<entry>, or tell-<first>-<last> around it."""
    single, spans = set(), []
    for kind, *numbers in (name.split("-") for name in names):
        if kind == "react":
            single.add(int(numbers[0]))
        elif kind == "tell":
            spans.append(range(int(numbers[0]), int(numbers[1]) + 1))
    return lambda entry_id: entry_id in single or any(entry_id in span for span in spans)


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
def sweep_prints() -> None:
    """File open tickets that have no print yet: old ones of before, and what got lost."""
    for _ in range(MOST_BATCHES):
        if printing.fill() < printing.BATCH:
            break


@job(Queue.DEFAULT)
def keep_house() -> None:
    """Archive what closed a month ago, forget what the doors no longer need, keep rules current.

    Rules published for a day that has come, and official days the system has learnt, are counted.
    """
    at = now()
    for _ in range(MOST_BATCHES):
        if not archive.archive_closed(at):
            break
    archive.clean_doors(at)
    rulebooks.begin(at)
    rulebooks.adopt_official(at)
