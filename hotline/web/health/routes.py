"""Probes of whoever watches over the house, and the API handbook (探针与接口手册)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app, jsonify, render_template, url_for

from hotline.domain.errors import Unavailable
from hotline.queries import health as checks
from hotline.web.health import health

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response


class _Queue(Protocol):
    """What jobs put at ``app.extensions["hotline.queue"]``; the web knows no Redis."""

    def ping(self) -> bool:
        """Whether Redis answers; does not raise."""


@health.get("/healthz")
def healthz() -> Response:
    """Alive: this process answers, whatever else is away."""
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Able to serve: database reachable, migrations at head, Redis reachable; 503 else."""
    found = {
        "database": _said(checks.is_database_there),
        "migrations": _said(checks.are_migrations_at_head),
        "redis": "ok" if _queue().ping() else "unreachable",
    }
    is_ready = all(answer == "ok" for answer in found.values())
    body = jsonify(status="ok" if is_ready else "unavailable", checks=found)
    if not is_ready:
        body.headers["Retry-After"] = "5"
    return body, 200 if is_ready else 503


@health.get("/api/docs")
def docs() -> str:
    """Show the handbook of the API to people."""
    return render_template("_layout/api_docs.html", openapi_url=url_for("openapi.spec"))


def _said(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "behind"
    except Unavailable:
        return "unreachable"


def _queue() -> _Queue:
    return cast("_Queue", current_app.extensions["hotline.queue"])
