"""Asking for jobs and running them: by RQ with JSON and ids only, or inline in tests (任务调用)."""

from __future__ import annotations

import functools
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ParamSpec

import redis
import rq
import structlog
from flask import current_app, has_app_context
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from hotline.domain.errors import Conflict, HotlineError, Transient
from hotline.jobs.queues import Queue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from hotline.domain.pace import Pace
    from hotline.services.house import House

log = structlog.get_logger()
P = ParamSpec("P")
RESULT_LIFE = 0
FAILURE_LIFE = 3600
TIMEOUT = 60
LONG_TIMEOUT = 4 * 3600
"""A training of half a million rows; it says itself how far it is."""
TRIES = 3
QUEUE_OF: dict[str, Queue] = {}
"""The promise of time of every job, by the name of its function."""


@dataclass(slots=True)
class Line:
    """How this process reaches the queue; one per application."""

    app: Flask
    connection: redis.Redis | None
    is_sync: bool
    waiting: list[tuple[Callable[..., None], tuple[Any, ...]]] = field(default_factory=list)
    queues: dict[Queue, rq.Queue] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)

    def ping(self) -> bool:
        """Whether Redis answers."""
        if self.connection is None:
            return True
        try:
            return bool(self.connection.ping())
        except redis.RedisError:
            return False


_line: Line | None = None


def init_app(app: Flask, url: str, *, is_sync: bool = False) -> None:
    """Connect to Redis lazily: a house without Redis still takes tickets in."""
    global _line  # noqa: PLW0603 - jobs are found by name and need their application
    connection = None if is_sync else connect(url)
    _line = Line(app, connection, is_sync)
    app.extensions["hotline.queue"] = _line


def connect(url: str) -> redis.Redis:
    """A connection with short patience: the web must not wait for a Redis that is away."""
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2)


def line() -> Line:
    """The line of the application at work, or of the one built last in this process."""
    if has_app_context():
        here: Line = current_app.extensions["hotline.queue"]
        return here
    if _line is None:
        raise RuntimeError("jobs.init_app has not been called")
    return _line


def rq_queue(name: Queue) -> rq.Queue:
    """The RQ queue of that name with the JSON serializer."""
    here = line()
    if name not in here.queues:
        here.queues[name] = rq.Queue(
            name.value, connection=here.connection, serializer=JSONSerializer
        )
    return here.queues[name]


def job(queue: Queue) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make a function a job: application context, log words, retries of what may pass.

    The function takes ids, asks first whether it is still needed, and ends in one commit.
    """

    def wrap(function: Callable[P, None]) -> Callable[P, None]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            with line().app.app_context(), _log_words(function.__name__, args):
                _with_tries(function, *args, **kwargs)

        QUEUE_OF[function.__name__] = queue
        return run

    return wrap


def _log_words(name: str, args: tuple[object, ...]) -> Any:  # noqa: ANN401 - structlog's own
    return structlog.contextvars.bound_contextvars(job=name, args=list(args))


def _with_tries(function: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Try again at once what lost a race; a refusal by rule is logged and is the end of it."""
    for attempt in range(1, TRIES + 1):
        try:
            return function(*args, **kwargs)
        except (Conflict, Transient):
            if attempt == TRIES:
                raise
            time.sleep(0.05 * attempt)
        except HotlineError as error:
            log.warning("job_refused", code=error.code, reason=error.message)
            return None
    return None


def enqueue(
    function: Callable[..., None], *args: int | str, key: str, queue: Queue | None = None
) -> bool:
    """Ask for a job once under its key; False when Redis is away (the sweep will ask again)."""
    here = line()
    if here.is_sync:
        here.waiting.append((function, args))
        return True
    try:
        asked = rq_queue(queue or QUEUE_OF[function.__name__])
        # RQ lists the queue's name anew with every job, a round trip of its own; once is enough,
        # so that command goes into a pipeline that is never sent.
        if asked.name not in here.listed:
            asked.connection.sadd(asked.redis_queues_keys, asked.key)
            here.listed.add(asked.name)
        asked.enqueue_call(
            f"{function.__module__}.{function.__name__}",
            args=args,
            timeout=LONG_TIMEOUT if asked.name == Queue.LEARNING else TIMEOUT,
            result_ttl=RESULT_LIFE,
            failure_ttl=FAILURE_LIFE,
            job_id=key,
            unique=True,
            pipeline=asked.connection.pipeline(),
        )
    except DuplicateJobError:
        return True
    except redis.RedisError as error:
        log.warning("redis_away", error=type(error).__name__)
        return False
    return True


def drain() -> int:
    """Run every inline job until none is left; returns how many ran (tests and seeding only)."""
    ran = 0
    waiting = line().waiting
    while waiting:
        function, args = waiting.pop(0)
        function(*args)
        ran += 1
    return ran


def now() -> datetime:
    """The clock of the jobs' door."""
    return _pace().at(datetime.now(UTC))


def told(seconds: float) -> timedelta:
    """How much of the house's time goes by in so many real seconds."""
    return _pace().told(timedelta(seconds=seconds))


def _pace() -> Pace:
    house: House = line().app.extensions["hotline"]
    return house.settings.pace


@contextmanager
def quiet() -> Iterator[None]:
    """Ask for nothing while history is written: old events must not ring today's bells."""
    here = line()
    before, here.is_sync = here.is_sync, True
    kept = list(here.waiting)
    try:
        yield
    finally:
        here.waiting[:] = kept
        here.is_sync = before
