"""What follows what: the story of the system on one screen (事件反应)."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

import structlog

from hotline.domain.errors import Conflict, HotlineError, Transient
from hotline.domain.events import Event
from hotline.jobs import deliver
from hotline.jobs.calling import enqueue, job, line, now
from hotline.jobs.queues import Queue
from hotline.services import (
    dispatching,
    exchange,
    gathering,
    learning,
    notices,
    printing,
    relay,
    sorting,
    spreading,
)
from hotline.services.timing import telling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hotline.services.house import House
    from hotline.services.relay import Due

log = structlog.get_logger()


def _house() -> House:
    house: House = line().app.extensions["hotline"]
    return house


def classify_ticket(due: Due) -> None:
    """分类: the active model looks at the ticket."""
    sorting.suggest(due.ticket_id, _house().shelf, at=now())


def print_ticket(due: Due) -> None:
    """指纹: filed by what it says, so that the next report of the same matter finds it."""
    printing.print_ticket(due.ticket_id)


def propose_unit(due: Due) -> None:
    """派单: the catalogue's unit, where the machine was sure."""
    dispatching.propose(due.ticket_id, at=now())


def tell(due: Due) -> None:
    """通知: compose messages and notices, then ask for their delivery."""
    at = now()
    public_url = _house().settings.public_url
    to_own = notices.compose(due.entry_id, public_url=public_url, at=at)
    to_all = spreading.compose(due.entry_id, public_url=public_url, at=at)
    for message_id in dict.fromkeys((*to_own, *to_all)):
        enqueue(deliver.deliver_message, message_id, key=f"deliver-{message_id}-0")


def tell_rung(due: Due) -> None:
    """升级: whom the ladder tells of a step that was reached or a trigger that was pulled."""
    _tell_rungs([due.entry_id])


def _tell_rungs(entry_ids: Sequence[int]) -> None:
    public_url = _house().settings.public_url
    for message_id in telling.compose(entry_ids, public_url=public_url, at=now()):
        enqueue(deliver.deliver_message, message_id, key=f"deliver-{message_id}-0")


@job(Queue.DEFAULT)
def tell_rungs(*entry_ids: int) -> None:
    """Tell of many milestones that fired together; those told already are left alone."""
    _tell_rungs(entry_ids)


def push_rating(due: Due) -> None:
    """评价上报: the rating goes to the service platform."""
    rating_id = relay.payload_of(due.entry_id).get("rating_id")
    if isinstance(rating_id, int):
        message_id = exchange.queue_rating(rating_id, at=now())
        if message_id is not None:
            enqueue(deliver.deliver_message, message_id, key=f"deliver-{message_id}-0")


def gather(due: Due) -> None:
    """多次、多人诉求: counted again when the merge is committed."""
    gathering.count_again(due.ticket_id, at=now())


def harvest(due: Due) -> None:
    """反馈: confirmed categories of a finished ticket become training rows."""
    learning.harvest(due.ticket_id, at=now())


ON_EVENT: dict[Event, tuple[Callable[[Due], None], ...]] = {
    Event.REGISTERED: (classify_ticket, tell, print_ticket),
    Event.SUPPLIED: (classify_ticket, print_ticket),
    Event.CLASSIFIED: (propose_unit,),
    Event.ALARMED: (tell,),
    Event.DISPATCHED: (tell,),
    Event.DELEGATED: (tell,),
    Event.APPROVED: (tell,),
    Event.RATED: (push_rating,),
    Event.REDO_OPENED: (tell,),
    Event.CONCLUDED: (harvest, tell),
    Event.ANSWERED: (harvest, tell),
    Event.DECLINED: (harvest, tell),
    Event.TRANSFERRED: (harvest, tell),
    Event.ASKED_INFO: (tell,),
    Event.MILESTONE: (tell_rung,),
    Event.URGED: (tell, tell_rung),
    Event.SUPERVISED: (tell, tell_rung),
    Event.RAISED: (tell, tell_rung),
    Event.ORDERED: (tell_rung,),
    Event.RELEASED: (tell_rung,),
    Event.RECTIFIED: (),
    Event.RECOUNTED: (),
    Event.CORRECTED: (),
    Event.MERGED: (gather, tell),
    Event.UNMERGED: (classify_ticket, tell),
    Event.WITHDRAWN: (),
    Event.NOTED: (),
    Event.SIGNED: (),
    Event.CONTACTED: (),
    Event.HELPER_ADDED: (),
    Event.REPLIED: (),
    Event.SENT_BACK: (),
    Event.CALLED_BACK: (),
    Event.ARCHIVED: (),
    Event.MOTION_FILED: (tell,),
    Event.MOTION_PASSED_ON: (tell,),
    Event.MOTION_REFUSED: (tell,),
    Event.MOTION_WITHDRAWN: (),
    Event.RETURN_GRANTED: (),
    Event.ADJUDICATED: (tell,),
    Event.EXTENSION_GRANTED: (tell,),
    Event.HANGING_GRANTED: (tell,),
    Event.HANG_REVIEWED: (),
    Event.UNREASONABLE_GRANTED: (),
    Event.APPEAL_GRANTED: (),
    Event.RESUMED: (tell,),
    Event.RATING_VERIFIED: (),
    Event.RATING_MENDED: (),
    Event.UNIT_MERGED: (),
    Event.UNMASKED: (),
    Event.IMPORTED: (),
}


following: ContextVar[list[int] | None] = ContextVar("following", default=None)
"""Entries written while reacting: the same job goes on with them, which saves a job for each."""


@job(Queue.DEFAULT)
def react(entry_id: int) -> None:
    """Run what follows one timeline entry and what follows from that, then settle them all.

    Safe to run again: each reaction asks first whether it is still needed. A worker killed in
    between leaves the entries unsettled, and the sweep asks again.
    """
    chain = [entry_id]
    token = following.set(chain)
    try:
        for number in chain:  # grows while we walk it
            due = relay.entry(number)
            if due is None:
                continue
            for reaction in ON_EVENT[due.event]:
                _run(reaction, due)
    finally:
        following.reset(token)
    relay.settle(chain, at=now())


def _run(reaction: Callable[[Due], None], due: Due) -> None:
    """A refusal by rule ends this reaction alone: asking again would only refuse again."""
    try:
        reaction(due)
    except (Conflict, Transient):
        raise
    except HotlineError as error:
        log.warning("reaction_refused", entry_id=due.entry_id, reason=error.message)
