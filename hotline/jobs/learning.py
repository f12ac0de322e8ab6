"""The learning queue (学习队列): trainings, comparisons, label checks, and the shadow run.

Its worker serves nothing else, so a training of minutes delays no ticket.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hotline.domain.errors import HotlineError, Unavailable
from hotline.jobs.calling import enqueue, job, line, now
from hotline.jobs.queues import Queue
from hotline.services.training import retraining, runs, shadowing, working

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.services.house import House

TOUCH_EVERY = 15.0
SHADOW_BATCHES = 20
SHADOW_EVERY = 10


@job(Queue.LEARNING)
def learn(run_id: int) -> None:
    """Take a run and go on with it to its end; nothing when somebody else has it."""
    attempt = runs.take(run_id, at=now())
    if attempt is None:
        return
    with _touching(run_id, attempt):
        working.work(run_id, _workshop(), attempt)
    _give_memory_back()


def _workshop() -> retraining.Workshop:
    house: House = line().app.extensions["hotline"]
    return retraining.Workshop(house.shelf, house.settings.data_dir / "training", now)


@contextmanager
def _touching(run_id: int, attempt: int) -> Iterator[None]:
    """Say from beside, while one step of a training takes minutes, that somebody works on it."""
    here, is_over = line(), threading.Event()

    def touch() -> None:
        while not is_over.wait(TOUCH_EVERY):
            with here.app.app_context():
                try:
                    runs.touch(run_id, attempt, at=now())
                except Unavailable:
                    continue
                except HotlineError:
                    return

    beside = threading.Thread(target=touch, daemon=True)
    beside.start()
    try:
        yield
    finally:
        is_over.set()
        beside.join()


def _give_memory_back() -> None:
    """A training takes a lot once a day; what it freed goes back to the system."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:  # glibc alone has it
            trim(0)


@job(Queue.LEARNING)
def look_in_shadow() -> None:
    """Let the candidate answer what the active version has answered since."""
    house: House = line().app.extensions["hotline"]
    for _ in range(SHADOW_BATCHES):
        if shadowing.look(house.shelf, at=now()) < shadowing.BATCH:
            return


@job(Queue.DEFAULT)
def sweep_learning() -> None:
    """Ask for runs that wait, for those somebody left in the middle, and for the shadow.

    The keys hold the minute: a learning worker that is away finds few jobs, not thousands.
    """
    at = now()
    minute = int(at.timestamp()) // 60
    for run_id in runs.unfinished(at):
        enqueue(learn, run_id, key=f"learn-{run_id}-{minute}")
    if shadowing.has_work(at):
        enqueue(look_in_shadow, key=f"shadow-{int(at.timestamp()) // SHADOW_EVERY}")


@job(Queue.DEFAULT)
def ask_nightly() -> None:
    """重训: once a night, where there is enough to learn from."""
    retraining.ask_nightly(now())
