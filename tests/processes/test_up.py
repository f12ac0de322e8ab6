"""`hotline up` as a person uses it: it starts, answers, and Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import requests

from tests.processes.house import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.processes.house import RunningHouse

pytestmark = [pytest.mark.slow, pytest.mark.redis, pytest.mark.xdist_group("up")]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return bool(state.stdout.strip()) and not state.stdout.startswith(b"Z")


def gone(pids: list[int], seconds: float = 20) -> list[int]:
    until = time.monotonic() + seconds
    left = [pid for pid in pids if is_running(pid)]
    while left and time.monotonic() < until:
        time.sleep(0.2)
        left = [pid for pid in pids if is_running(pid)]
    return left


def test_ctrl_c_stops_every_child(starter_folder: Path, tmp_path: Path) -> None:
    with running(tmp_path, starter_folder) as house:
        pids = [house.process.pid, *house.children()]
        assert len(pids) >= 7  # supervisor, redis, web with two workers, two workers, cron
        house.process.send_signal(signal.SIGINT)
        assert house.process.wait(30) == 0
        assert gone(pids) == []


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_killed_supervisor_takes_its_children_along(starter_folder: Path, tmp_path: Path) -> None:
    with running(tmp_path, starter_folder) as house:
        pids = list(house.children())
        house.process.kill()
        house.process.wait(10)
        assert gone(pids) == []


def test_a_taken_port_is_told_in_one_line(starter_folder: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = {**os.environ, "HOTLINE_DATA_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", "hotline", "up", "--port", str(port)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    words = f"错误：端口 {port} 已被占用：请先停止占用它的程序，或用 --port 换一个端口"
    assert done.stderr.strip() == words


def test_doctor_finds_a_healthy_house(house: RunningHouse) -> None:
    house.wait_until_up()
    time.sleep(2)
    done = house.hotline("doctor")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_spoken_call_becomes_a_ticket_on_the_dispatch_list(house: RunningHouse) -> None:
    house.wait_until_up()
    say = "湖滨路工地晚上还在施工，噪音很大"
    done = house.hotline("simulate", "call", "--from", "13900001111", "--say", say, "--key", "3")
    assert done.returncode == 0, done.stderr
    page = requests.Session()
    page.get(f"{house.url}/login", timeout=10)
    assert say[:6] in house.hotline("tickets", "list").stdout
