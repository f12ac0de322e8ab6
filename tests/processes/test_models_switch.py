"""Another model works in every process within five seconds; the learning worker learns alone."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests

import classifier
from tests.processes.house import PATIENCE, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.processes.house import RunningHouse

pytestmark = [pytest.mark.slow, pytest.mark.redis, pytest.mark.xdist_group("house")]

AT_ONCE = 5.0


def asked(house: RunningHouse, question: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(house.folder / "hotline.db")) as connection:
        return connection.execute(question).fetchall()


def wait_for(what: Callable[[], object], seconds: float = PATIENCE) -> float:
    """How long it took until something was there."""
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        if what():
            return time.monotonic() - begun
        time.sleep(0.1)
    raise AssertionError("it did not come")


def put_beside(house: RunningHouse, model_id: str) -> None:
    """The starter once more under another name: what matters here is who answers."""
    first = classifier.load(house.folder / "models" / "starter")
    said = {**first.metadata, "id": model_id}
    replace(first, metadata=said).save(house.folder / "models" / model_id)


def test_web_and_worker_switch_and_go_back(house: RunningHouse) -> None:
    house.wait_until_up()
    put_beside(house, "m-2")
    token = house.json("token", "create", "--role", "agent")["token"]

    def web_says() -> str:
        answer = requests.post(
            f"{house.url}/api/v1/suggestions",
            json={"text": TEXTS[0]},
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["model"])

    def worker_says(number: str) -> str | None:
        question = (
            "SELECT model_id FROM suggestion JOIN ticket ON ticket.id = ticket_id "  # noqa: S608 - ours
            f"WHERE ticket_no = '{number}'"
        )
        found = asked(house, question)
        return found[0][0] if found else None

    for model_id in ("m-2", "starter"):
        house.json("model", "activate", model_id)
        begun = time.monotonic()
        assert {web_says() for _ in range(6)} == {model_id}  # whichever web process answers
        assert time.monotonic() - begun < AT_ONCE
        number = house.post(TEXTS[1]).json()["ticket_no"]
        wait_for(lambda number=number: worker_says(number), 60)
        assert worker_says(number) == model_id
    history = asked(house, "SELECT model_id, previous_id FROM model_activation ORDER BY id")
    assert history[-2:] == [("m-2", "starter"), ("starter", "m-2")]


def test_the_learning_worker_serves_its_queue(house: RunningHouse) -> None:
    house.wait_until_up()
    assert any("jobs worker learning" in command for command in house.children().values())
    wait_for(lambda: asked(house, "SELECT 1 FROM heartbeat WHERE name = 'worker-learning'"), 60)
    found = {each["check"]: each["state"] for each in checks(house)}
    assert found["worker-learning"] == "ok"


def checks(house: RunningHouse) -> list[dict[str, str]]:
    import json

    said = house.hotline("doctor", "--json")
    found: list[dict[str, str]] = json.loads(said.stdout)["checks"]
    return found
