"""Resident memory after real work (内存); design 5: web worker ≤ 200 MB, RQ worker ≤ 250 MB."""

from __future__ import annotations

import time

import requests

import classifier
from bench.house import opened
from bench.measure import Figure, Report
from hotline.services import relay

WEB_MB, WORKER_MB = 200, 250


def run(*, is_quick: bool) -> Report:
    """Take tickets in, let the workers classify and dispatch them, then look."""
    rows = classifier.starter_corpus()[: 40 if is_quick else 300]
    with opened(with_model=True, with_redis=True) as house:
        house.start("web", "worker-front", "worker-back", "cron")
        url = f"http://127.0.0.1:{house.settings.port}"
        for row in rows:
            body = {"title": row.title, "content": row.text, "area_code": "990101001"}
            answer = requests.post(f"{url}/api/v1/tickets", json=body, timeout=30)
            assert answer.status_code == 201, answer.text
            requests.get(url, timeout=30)
        _wait(house)
        web = [_mb(p) for p in house.processes("web")]
        workers = [_mb(p) for n in ("front", "back") for p in house.processes(f"worker-{n}")]
    return Report(
        "memory",
        [
            Figure(what="web worker", value=max(web), unit="MB", at_most=WEB_MB),
            Figure(what="RQ worker", value=max(workers), unit="MB", at_most=WORKER_MB),
        ],
        {"tickets": len(rows)},
    )


def _wait(house: object) -> None:
    del house  # its context is the one in force
    from hotline.db import db

    until = time.monotonic() + 300
    while time.monotonic() < until:
        db.session.rollback()
        if relay.lag() == 0:
            return
        time.sleep(0.5)
    raise AssertionError("the workers did not finish")


def _mb(process: object) -> float:
    return float(process.memory_info().rss) / 2**20  # type: ignore[attr-defined]
