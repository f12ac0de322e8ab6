"""`hotline simulate …` and `hotline platform serve` as real processes speak."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
import time_machine
from sqlalchemy import func, select

from tests.conftest import local

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from apiflask import APIFlask

    from tests.hotline.cli.conftest import Said


@pytest.fixture
def listen_at(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Let the settings of the house name this port."""

    def change(port: int | None) -> None:
        house = app.extensions["hotline"]
        settings = replace(house.settings, port=port)
        monkeypatch.setitem(app.extensions, "hotline", replace(house, settings=settings))

    return change


@pytest.fixture
def at_port(open_house: str, listen_at: Callable[[int | None], None]) -> None:
    listen_at(urlsplit(open_house).port)


def count_tickets() -> int:
    from hotline.db import db
    from hotline.models import Ticket

    db.session.rollback()
    return db.session.scalar(select(func.count(Ticket.id))) or 0


@pytest.mark.usefixtures("at_port")
def test_a_call_becomes_one_ticket_however_often_it_is_delivered(
    hotline: Callable[..., Said],
) -> None:
    said = hotline(
        *("simulate", "call", "--say", "小区停水三天了", "--key", 2, "--repeat", 5, "--json")
    )
    assert said.code == 0, said.err
    assert count_tickets() == 1
    shown = hotline("tickets", "show", said.json["ticket_no"], "--json").json
    assert (shown["channel"], shown["kind"]) == ("phone", "help")
    assert shown["content"] == "小区停水三天了"
    silent = hotline("simulate", "call", "--say", "")
    assert (silent.code, count_tickets()) == (1, 1)


def test_a_call_to_nobody_says_so(
    hotline: Callable[..., Said], listen_at: Callable[[int | None], None]
) -> None:
    listen_at(9)
    said = hotline("simulate", "call")
    assert said.code == 1
    assert "make run" in said.err


@pytest.mark.usefixtures("at_port")
def test_a_day_goes_from_report_to_rating(
    hotline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hotline.cli import working_day

    monkeypatch.setattr(working_day, "UNHAPPY", 0)
    random.seed(1)
    said = hotline("simulate", "day", "--tickets", 4, "--minutes", 0.1, "--json")
    assert said.code == 0, said.err
    found = said.json
    assert (found["accepted"], found["closed"]) == (4, 4)
    assert found["actions"]["sign"] == found["actions"]["reply"] == 4
    assert found["actions"].get("rate", 0) + found["actions"].get("conclude", 0) == 4


def test_time_never_lapses_where_it_matters(
    hotline: Callable[..., Said], app: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = app.extensions["hotline"]
    settings = replace(house.settings, env="production")
    monkeypatch.setitem(app.extensions, "hotline", replace(house, settings=settings))
    said = hotline("simulate", "day", "--speed", 600)
    assert said.code == 1
    assert "只能在演示环境" in said.err


@pytest.mark.parametrize("speed", [1, 0, 3601, "fast"])
def test_a_speed_that_cannot_be_watched_is_wrong_usage(
    hotline: Callable[..., Said], speed: object
) -> None:
    assert hotline("simulate", "day", "--speed", speed).code == 2


def test_a_time_lapse_needs_a_free_port(hotline: Callable[..., Said]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = hotline("simulate", "day", "--speed", 600, "--port", port)
    assert said.code == 1
    assert f"端口 {port} 已被占用" in said.err


def test_a_lapse_begins_on_a_working_morning_and_people_go_home(app: APIFlask) -> None:
    """In the National Day holiday of 2026 the next working day is 8 October."""
    from hotline.cli.time_lapse import Plan

    plan = Plan(speed=600, days=1, tickets=1, port=1)
    with time_machine.travel(local("2026-10-01 21:00"), tick=False):
        assert plan.begins_at == local("2026-10-08 08:00")
    for moment, is_open in (
        ("2026-09-30 07:59", False),
        ("2026-09-30 08:00", True),
        ("2026-09-30 17:59", True),
        ("2026-09-30 18:00", False),
        ("2026-10-01 10:00", False),
        ("2026-10-10 10:00", True),  # a Saturday that is worked
    ):
        assert plan.is_open(local(moment)) is is_open, moment


def test_the_platform_stand_in_serves_until_told_to_stop(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline", "platform", "serve", "--port", "0", "--down"],
        env={**os.environ, "HOTLINE_DATA_DIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        greeting = process.stderr.readline()
        address = re.search(r"http:\S+:\d+", greeting)
        assert address, greeting
        assert requests.get(address[0], timeout=5).status_code == 503
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()
