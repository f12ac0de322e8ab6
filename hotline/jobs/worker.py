"""The worker process: no fork, the model stays warm; the sweep brings lost jobs back (执行进程)."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import structlog
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from hotline.domain.errors import Unavailable
from hotline.jobs.calling import line, now, rq_queue
from hotline.jobs.queues import APART, WORKER_GROUPS
from hotline.services import pulse

if TYPE_CHECKING:
    from hotline.services.house import House

log = structlog.get_logger()
WORKER_LIFE = 30
MAINTENANCE = 15


def run(group: str, *, burst: bool = False) -> None:
    """Work on the queues of a group until told to stop; SIGTERM ends after the running job."""
    here = line()
    if group not in APART:
        with here.app.app_context():
            _warm(here.app.extensions["hotline"])
    worker = SimpleWorker(
        [rq_queue(name) for name in WORKER_GROUPS[group]],
        connection=here.connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_LIFE,
        job_monitoring_interval=5,
        maintenance_interval=MAINTENANCE,
        default_result_ttl=0,
        log_job_description=False,
    )
    if not burst:
        threading.Thread(target=_beat, args=(f"worker-{group}",), daemon=True).start()
    worker.work(burst=burst, logging_level="WARNING")


def _warm(house: House) -> None:
    """Load the model before the first ticket waits for it."""
    try:
        active = house.shelf.classifier()
        if active is not None:
            active.suggest("", "预热")
    except Unavailable:
        log.warning("not_warm", reason="database away")


def _beat(name: str) -> None:
    while True:
        try:
            with line().app.app_context():
                pulse.beat(name, at=now())
        except Unavailable:
            log.warning("heartbeat_missed", process=name)
        time.sleep(10)
