"""A whole running house for tests: `hotline up` in its own folder, on its own port, truly ended."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import redis
import requests

from hotline.config import from_env

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 120
TEXTS = (
    "湖滨路小区停水两天了，没有人来修，老人孩子没水喝",
    "工地夜里十二点还在打桩，噪声太大，孩子睡不着",
    "公司拖欠三个月工资，老板电话不接，请帮忙讨薪",
    "小区物业不作为，垃圾堆成山没人清理，夏天臭气熏天",
    "请问新生儿怎么上医保，需要带什么材料",
)
SHARED = Path(__file__).parents[3] / "shared" / "data"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningHouse:
    """One supervisor and its children."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def hotline(self, *words: str, timeout: int = 300) -> subprocess.CompletedProcess[str]:
        """Run a `hotline` command against this house."""
        return subprocess.run(
            [sys.executable, "-m", "hotline", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def json(self, *words: str, timeout: int = 300) -> dict[str, Any]:
        done = self.hotline(*words, "--json", timeout=timeout)
        assert done.returncode == 0, done.stderr[-3000:]
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def children(self) -> dict[int, str]:
        """Process ids and command lines of everything this house started, grandchildren too."""
        found: dict[int, str] = {}
        parents = {self.process.pid}
        rows = [
            (int(pid), int(ppid), command)
            for pid, ppid, command in (
                line.split(None, 2)
                for line in subprocess.check_output(
                    ["ps", "-eo", "pid=,ppid=,args="], text=True
                ).splitlines()
                if len(line.split(None, 2)) == 3
            )
        ]
        grew = True
        while grew:
            grew = False
            for pid, ppid, command in rows:
                if ppid in parents and pid not in found:
                    found[pid] = command
                    parents.add(pid)
                    grew = True
        return found

    def kill(self, words: str) -> None:
        """kill -9 every child whose command line holds these words."""
        for pid, command in self.children().items():
            if words in command:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def post(self, content: str, **more: Any) -> requests.Response:
        return requests.post(
            f"{self.url}/api/v1/tickets", json={"content": content, **more}, timeout=10
        )

    def wait_until_up(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/readyz", timeout=2).ok:
                    return
            assert self.process.poll() is None, "hotline up ended"
            time.sleep(0.2)
        raise AssertionError("the house did not come up")


@contextlib.contextmanager
def running(folder: Path, starter: Path, tickets: int = 0, **more: str) -> Iterator[RunningHouse]:
    """Start a house, with the starter model of this test run in place, and end it."""
    models = folder / "models" / "starter"
    if not models.exists():
        shutil.copytree(starter, models)
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
    environment = {
        **kept,
        "HOTLINE_DATA_DIR": str(folder),
        "HOTLINE_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        **more,
    }
    log = (folder / "house.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline", "up", "--tickets", str(tickets)],
        env=environment,
        stdout=log,
        stderr=log,
    )
    house = RunningHouse(process, port, folder, environment)
    try:
        house.wait_until_up()
        yield house
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        log.close()


def file_many(house: RunningHouse, count: int) -> list[str]:
    """Post tickets as a stubborn client does: the same key again until there is an answer."""
    accepted: list[str] = []
    for number in range(count):
        key = uuid4().hex
        for _ in range(120):
            with contextlib.suppress(requests.RequestException):
                answer = requests.post(
                    f"{house.url}/api/v1/tickets",
                    json={"content": f"{TEXTS[number % len(TEXTS)]}（{key[:6]}）"},
                    headers={"Idempotency-Key": key},
                    timeout=10,
                )
                if answer.status_code == 201:
                    accepted.append(answer.json()["ticket_no"])
                    break
            time.sleep(0.25)
        else:
            raise AssertionError("no answer for 30 s")
    return accepted


def redis_of(house: RunningHouse) -> redis.Redis:
    settings = from_env(house.environment)
    return redis.Redis.from_url(settings.redis_url)
