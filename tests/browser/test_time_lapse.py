"""时间推演: a supervisor watches a lamp turn from green to yellow to red, and nobody reloads."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_whole_line import enter
from tests.processes.house import RunningHouse, free_port
from tests.processes.test_up import gone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
SPEED = 400
"""What danger to life leaves a unit, two hours, are 18 seconds; the last fifth is yellow."""
ROWS = """() => [...document.querySelectorAll('table.worklist tbody tr')].map(row => [
  row.querySelector('a[href]').getAttribute('href').split('?')[0],
  (row.className.match(/row-(\\w+)/) || [])[1] || ''])"""


@pytest.fixture
def lapse(starter_folder: Path, tmp_path: Path) -> Iterator[RunningHouse]:
    shutil.copytree(starter_folder, tmp_path / "models" / "starter")
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
    environment = {**kept, "HOTLINE_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    words = ("--speed", str(SPEED), "--tickets", "40", "--port", str(port))
    with (tmp_path / "lapse.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hotline", "simulate", "day", *words],
            env=environment,
            stdout=log,
            stderr=log,
        )
        house = RunningHouse(process, port, tmp_path, environment)
        try:
            house.wait_until_up()
            yield house
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def watched(page: Page, seconds: float) -> dict[str, list[str]]:
    """The lamps each ticket has shown, in order, until one has shown all three."""
    seen: dict[str, list[str]] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for ticket, lamp in page.evaluate(ROWS):
            shown = seen.setdefault(ticket, [])
            if lamp and shown[-1:] != [lamp]:
                shown.append(lamp)
        if ["green", "yellow", "red"] in seen.values():
            break
        page.wait_for_timeout(200)
    return seen


def test_a_lamp_turns_yellow_and_red_before_ones_eyes(
    browser: Browser, lapse: RunningHouse
) -> None:
    page = enter(browser, lapse, "supervisor")
    page.goto(f"{lapse.url}/supervision/tickets?lamp=open")
    page.evaluate("window.isNeverReloaded = true")
    seen = watched(page, 45)
    assert ["green", "yellow", "red"] in seen.values(), seen
    assert page.evaluate("window.isNeverReloaded") is True
    assert "停止运行" not in page.content()  # fast time is no outage
    page.close()
    pids = [lapse.process.pid, *lapse.children()]
    assert len(pids) >= 7
    lapse.process.send_signal(signal.SIGINT)
    assert lapse.process.wait(30) == 0
    assert gone(pids) == []
