"""Figures for Prometheus: requests by endpoint, and what still waits in the house (指标)."""

from __future__ import annotations

import os
from time import perf_counter
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request, request_started
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from hotline.domain.errors import Unavailable
from hotline.queries import health as checks
from hotline.web.health import health

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.blueprints import BlueprintSetupState

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Set by whoever starts several web processes; then each writes there and any of them sums up."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ENDPOINT = "none"

REQUESTS = Counter(
    "hotline_http_requests_total", "Requests answered", ["method", "endpoint", "status"]
)
SECONDS = Histogram(
    "hotline_http_request_seconds",
    "Time from the first byte read to the answer made",
    ["endpoint"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class _Waiting:
    """Asked at each scrape: what the database says still has to be done."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the gauges; with the database away only that it is away."""
        try:
            waiting = checks.waiting()
        except Unavailable:
            yield GaugeMetricFamily("hotline_database_up", "Whether the database answers", 0)
            return
        yield GaugeMetricFamily("hotline_database_up", "Whether the database answers", 1)
        yield GaugeMetricFamily(
            "hotline_timeline_unsettled",
            f"Timeline entries whose reactions are not done, counted up to {checks.MOST}",
            waiting.unsettled,
        )
        messages = GaugeMetricFamily(
            "hotline_messages",
            f"Messages out by state, counted up to {checks.MOST}",
            labels=["state"],
        )
        messages.add_metric(["waiting"], waiting.messages_waiting)
        messages.add_metric(["dead"], waiting.messages_dead)
        yield messages


@health.get("/metrics")
def metrics() -> Response:
    """Everything Prometheus wants in its text form."""
    requests: CollectorRegistry = REGISTRY
    if os.environ.get(MULTIPROCESS):
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    house = CollectorRegistry()
    house.register(_Waiting())
    text = generate_latest(requests) + generate_latest(house)
    return Response(text, content_type=CONTENT_TYPE_LATEST)


@health.record_once
def _watch(state: BlueprintSetupState) -> None:
    """Start the watch before any other hook, so that refused requests are measured too."""
    request_started.connect(_start, state.app)


def _start(app: Flask, **_more: object) -> None:
    del app
    g.started = perf_counter()


@health.after_app_request
def _count(response: Response) -> Response:
    endpoint = request.endpoint or NO_ENDPOINT
    method = request.method if request.method in METHODS else "OTHER"
    REQUESTS.labels(method, endpoint, response.status_code).inc()
    started = g.pop("started", None)
    if started is not None:
        SECONDS.labels(endpoint).observe(perf_counter() - started)
    return response
