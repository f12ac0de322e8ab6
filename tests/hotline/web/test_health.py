"""Probes and figures: what a watcher over the house is told, and when it is told no."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from hotline.db import db
from hotline.domain.errors import Unavailable
from hotline.models import Carrier, Message, MessageState
from hotline.queries import health as checks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from apiflask import APIFlask
    from flask.testing import FlaskClient


class Away:
    """A queue whose Redis does not answer."""

    def ping(self) -> bool:
        return False


def figure(client: FlaskClient, name: str) -> float:
    page = client.get("/metrics").text
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def test_alive_needs_nothing_else(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "is_database_there", _unavailable)
    assert client.get("/healthz").json == {"status": "ok"}


def _unavailable() -> bool:
    raise Unavailable("数据库暂时不可用")


def test_ready_when_database_migrations_and_redis_are(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "redis": "ok"},
    }


def test_not_ready_while_redis_is_away(
    client: FlaskClient, app: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "hotline.queue", Away())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.json is not None
    assert answer.json["checks"] == {"database": "ok", "migrations": "ok", "redis": "unreachable"}


def test_not_ready_on_tables_of_another_version(client: FlaskClient) -> None:
    before = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    db.session.commit()
    try:
        answer = client.get("/readyz")
    finally:
        update = text("UPDATE alembic_version SET version_num = :before")
        db.session.execute(update, {"before": before})
        db.session.commit()
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["migrations"] == "behind"


def test_a_database_that_is_away_is_told_and_metrics_go_on(tmp_path: Path, app: APIFlask) -> None:
    """A second application on a database file that cannot be opened."""
    from hotline.config import from_env
    from hotline.factory import build

    settings = from_env(
        {"HOTLINE_DATABASE_URL": f"sqlite:///{tmp_path / 'gone' / 'x.db'}"},
        data_dir=tmp_path,
        redis_url="memory://",
    )
    other = build(settings, is_sync=True)
    with other.app_context():
        answer = other.test_client().get("/readyz")
        page = other.test_client().get("/metrics")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["database"] == "unreachable"
    assert page.status_code == 200
    assert "hotline_database_up 0.0" in page.text


def test_requests_are_counted_by_endpoint_and_status(client: FlaskClient) -> None:
    name = 'hotline_http_requests_total{endpoint="health.healthz",method="GET",status="200"}'
    seconds = 'hotline_http_request_seconds_count{endpoint="health.healthz"}'
    before, timed = figure(client, name), figure(client, seconds)
    client.get("/healthz")
    client.get("/healthz")
    assert figure(client, name) == before + 2
    assert figure(client, seconds) == timed + 2


def test_addresses_and_methods_of_strangers_make_no_new_series(client: FlaskClient) -> None:
    client.get("/nowhere/13912345678")
    client.open("/healthz", method="BREW")
    page = client.get("/metrics").text
    assert "13912345678" not in page
    assert "BREW" not in page
    assert 'endpoint="none",method="GET",status="404"' in page


def test_refused_requests_are_timed_too(client: FlaskClient) -> None:
    name = 'hotline_http_request_seconds_count{endpoint="sign_in.enter"}'
    before = figure(client, name)
    client.post("/login", data={"login": "x", "password": "y"})
    assert figure(client, name) == before + 1


def test_what_waits_is_shown(client: FlaskClient, a_ticket: Callable[..., int]) -> None:
    assert figure(client, "hotline_timeline_unsettled") == 0
    a_ticket()
    for number, state in enumerate([MessageState.DEAD, MessageState.WAITING, MessageState.SENT]):
        db.session.add(
            Message(
                key=f"m{number}",
                carrier=Carrier.PUSH,
                topic="rating",
                state=state,
                created_at=datetime.now(UTC) - timedelta(minutes=1),
            )
        )
    db.session.commit()
    assert figure(client, "hotline_timeline_unsettled") == 1
    assert figure(client, 'hotline_messages{state="waiting"}') == 1
    assert figure(client, 'hotline_messages{state="dead"}') == 1


SCRIPT = """
import sys
from pathlib import Path
from hotline.config import from_env
from hotline.db import db
from hotline.factory import build
app = build(from_env({}, data_dir=Path(sys.argv[1]), redis_url="memory://"), is_sync=True)
client = app.test_client()
with app.app_context():
    db.create_all()
    for _ in range(3):
        client.get("/healthz")
    print(client.get("/metrics").text)
"""


def test_several_processes_add_up(tmp_path: Path) -> None:
    figures = tmp_path / "metrics"
    figures.mkdir()
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(figures)}
    pages = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path / "data")],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for _ in range(2)
    ]
    name = 'hotline_http_requests_total{endpoint="health.healthz",method="GET",status="200"}'
    assert f"{name} 3.0" in pages[0]
    assert f"{name} 6.0" in pages[1]


def test_the_handbook_has_no_inline_script(client: FlaskClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert 'data-openapi="/api/v1/openapi.json"' in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert client.get("/api/v1/openapi.json").status_code == 200
