"""The command line as people use it: words in; exit code, output and complaints out."""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from apiflask import APIFlask


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@pytest.fixture
def hotline(
    app: APIFlask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Run ``hotline WORDS…`` through its real entry, inside the city of the tests."""
    from hotline.cli import main

    monkeypatch.setattr("hotline.create_app", lambda: app)
    monkeypatch.setenv("FLASK_SKIP_DOTENV", "1")
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["hotline", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file: ``write("a.csv", "题,文\\n", encoding="gbk")``."""

    def make(name: str, text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return make


@pytest.fixture
def open_house(app: APIFlask, model: str) -> Iterator[str]:
    """The city behind a real HTTP port, with a worker that does the jobs; gives its address."""
    from hotline.jobs.calling import drain

    server = make_server("127.0.0.1", 0, app, threaded=True)
    closed = threading.Event()

    def work() -> None:
        while not closed.is_set():
            drain()
            time.sleep(0.01)

    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    closed.set()
    for thread in threads:
        thread.join()
    server.server_close()
