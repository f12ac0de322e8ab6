"""kill -9, FLUSHALL, a dead Redis: every 201 is in the database and reaches its stage."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.processes.house import SHARED, file_many, redis_of

if TYPE_CHECKING:
    from tests.processes.house import RunningHouse

pytestmark = [pytest.mark.slow, pytest.mark.redis, pytest.mark.xdist_group("house")]


def stages(house: RunningHouse, numbers: list[str]) -> dict[str, str]:
    with contextlib.closing(sqlite3.connect(house.folder / "hotline.db")) as connection:
        rows = connection.execute("SELECT ticket_no, stage FROM ticket").fetchall()
    return {number: stage for number, stage in rows if number in set(numbers)}


def wait_until_moved(house: RunningHouse, numbers: list[str], seconds: int = 150) -> dict[str, str]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        now = stages(house, numbers)
        if "registered" not in now.values():
            return now
        time.sleep(0.5)
    return stages(house, numbers)


def assert_all_there(house: RunningHouse, numbers: list[str]) -> None:
    assert len(set(numbers)) == len(numbers)
    now = wait_until_moved(house, numbers)
    assert set(now) == set(numbers), "a ticket that was answered 201 is not in the database"
    assert "registered" not in now.values(), now


def test_web_and_workers_are_killed_while_tickets_come_in(house: RunningHouse) -> None:
    accepted: list[str] = []
    client = threading.Thread(target=lambda: accepted.extend(file_many(house, 60)))
    client.start()
    time.sleep(1)
    house.kill("jobs worker")
    time.sleep(1)
    house.kill("gunicorn")
    client.join(120)
    house.kill("jobs cron")
    assert len(accepted) == 60
    house.wait_until_up()
    assert_all_there(house, accepted)


def test_redis_is_emptied_while_tickets_wait(house: RunningHouse) -> None:
    house.wait_until_up()
    accepted: list[str] = []
    client = threading.Thread(target=lambda: accepted.extend(file_many(house, 60)))
    client.start()
    for _ in range(10):
        time.sleep(0.2)
        redis_of(house).flushall()
    client.join(120)
    redis_of(house).flushall()
    assert len(accepted) == 60
    assert_all_there(house, accepted)


def test_intake_goes_on_while_redis_is_dead(house: RunningHouse) -> None:
    house.wait_until_up()
    house.kill("redis.sock")
    accepted = file_many(house, 5)
    assert len(accepted) == 5
    house.wait_until_up()
    assert_all_there(house, accepted)


@pytest.mark.skipif(not SHARED.exists(), reason="no real messages beside this checkout")
def test_real_messages_are_replayed(house: RunningHouse) -> None:
    house.wait_until_up()
    file = SHARED / "messages_labelled_train.csv"
    words = ["replay", str(file), "--limit", "60", "--channel", "mix", "--truth", "category"]
    report = house.json(*words)
    assert report["posted"] == 60
    assert report["accepted"] == 60
    assert report["lost"] == 0
    assert report["stages"].get("registered", 0) == 0
    assert report["accuracy"] > 0.6
