"""The day's look at the words of the newest tickets (词汇漂移)."""

from __future__ import annotations

from hotline.jobs.calling import job, line, now
from hotline.jobs.queues import Queue
from hotline.services import drifting


@job(Queue.DEFAULT)
def look_at_words() -> None:
    """Look once a day; asked for every hour, so that a night without power is made up for."""
    drifting.look(line().app.extensions["hotline"].shelf, at=now())
