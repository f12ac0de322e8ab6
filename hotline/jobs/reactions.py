"""What follows what: the story of the system on one screen (事件反应)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.domain.events import Event
from hotline.jobs import deliver
from hotline.jobs.calling import enqueue, job, line, now
from hotline.jobs.queues import Queue
from hotline.services import dispatching, exchange, learning, notices, relay, sorting

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.services.house import House
    from hotline.services.relay import Due


def _house() -> House:
    house: House = line().app.extensions["hotline"]
    return house


def classify_ticket(due: Due) -> None:
    """分类: the active model looks at the ticket."""
    sorting.suggest(due.ticket_id, _house().shelf, at=now())


def propose_unit(due: Due) -> None:
    """派单: the catalogue's unit, where the machine was sure."""
    dispatching.propose(due.ticket_id, at=now())


def tell(due: Due) -> None:
    """通知: compose messages and notices, then ask for their delivery."""
    at = now()
    public_url = _house().settings.public_url
    for message_id in notices.compose(due.entry_id, public_url=public_url, at=at):
        enqueue(deliver.deliver_message, message_id, key=f"deliver-{message_id}-0")


def push_rating(due: Due) -> None:
    """评价上报: the rating goes to the service platform."""
    rating_id = relay.payload_of(due.entry_id).get("rating_id")
    if isinstance(rating_id, int):
        message_id = exchange.queue_rating(rating_id, at=now())
        if message_id is not None:
            enqueue(deliver.deliver_message, message_id, key=f"deliver-{message_id}-0")


def harvest(due: Due) -> None:
    """反馈: confirmed categories of a finished ticket become training rows."""
    learning.harvest(due.ticket_id, at=now())


ON_EVENT: dict[Event, tuple[Callable[[Due], None], ...]] = {
    Event.REGISTERED: (classify_ticket, tell),
    Event.SUPPLIED: (classify_ticket,),
    Event.CLASSIFIED: (propose_unit,),
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
    Event.MILESTONE: (tell,),
    Event.URGED: (tell,),
    Event.SUPERVISED: (tell,),
    Event.CORRECTED: (),
    Event.MERGED: (),
    Event.WITHDRAWN: (),
    Event.NOTED: (),
    Event.SIGNED: (),
    Event.CONTACTED: (),
    Event.HELPER_ADDED: (),
    Event.REPLIED: (),
    Event.SENT_BACK: (),
    Event.CALLED_BACK: (),
    Event.ARCHIVED: (),
    Event.MOTION_FILED: (),
    Event.MOTION_REFUSED: (),
    Event.RETURN_GRANTED: (),
    Event.HANGING_GRANTED: (),
    Event.UNREASONABLE_GRANTED: (),
    Event.RESUMED: (),
    Event.UNMASKED: (),
    Event.IMPORTED: (),
}


@job(Queue.DEFAULT)
def react(entry_id: int) -> None:
    """Run what follows one timeline entry, then mark it settled; safe to run again."""
    due = relay.entry(entry_id)
    if due is None:
        return
    for reaction in ON_EVENT[due.event]:
        reaction(due)
    relay.settle([entry_id], at=now())
