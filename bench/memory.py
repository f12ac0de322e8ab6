"""Measures resident memory after real work (内存): tickets taken in, classified, dispatched."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import requests

import classifier
from bench.house import opened
from bench.measure import Figure, Report
from hotline.db import db
from hotline.services import relay

if TYPE_CHECKING:
    import psutil

WEB_MB, WORKER_MB = 200, 250
WORKERS = ("worker-front", "worker-back")
PATIENCE = 300


def run(*, is_quick: bool) -> Report:
    """File tickets and open pages, let the workers finish, then look."""
    rows = classifier.starter_corpus()[: 40 if is_quick else 300]
    with opened(with_model=True, with_redis=True) as house:
        house.start("web", *WORKERS, "cron")
        url = f"http://127.0.0.1:{house.settings.port}"
        for row in rows:
            body = {"title": row.title, "content": row.text, "area_code": "990101001"}
            answer = requests.post(f"{url}/api/v1/tickets", json=body, timeout=30)
            assert answer.status_code == 201, answer.text
            requests.get(url, timeout=30).raise_for_status()
        wait_until_settled()
        web = [megabytes(process) for process in house.processes("web")]
        workers = [megabytes(p) for name in WORKERS for p in house.processes(name)]
    return Report(
        "memory",
        [
            Figure(what="web worker", value=max(web), unit="MB", at_most=WEB_MB),
            Figure(what="RQ worker", value=max(workers), unit="MB", at_most=WORKER_MB),
        ],
        {"tickets": len(rows)},
    )


def wait_until_settled() -> None:
    """Return when every entry has had its reactions."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        db.session.rollback()
        if relay.lag() == 0:
            return
        time.sleep(0.5)
    raise AssertionError("the workers did not finish")


def megabytes(process: psutil.Process) -> float:
    """What the process holds in memory, shared pages included."""
    return float(process.memory_info().rss) / 2**20
