"""Loopback servers for the tests of the outside world (本机测试服务器)."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from integrations import PlatformStandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

APP_ID, SECRET = "hotline-test", "a secret of the test"


@dataclass
class Asked:
    """One request as a server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class LocalServer:
    """A real HTTP server whose answers the test writes."""

    answer: Callable[[Asked], tuple[int, str]]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""


def _handler(local: LocalServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            asked = Asked("POST", self.path, dict(self.headers.items()), self.rfile.read(length))
            local.asked.append(asked)
            status, text = local.answer(asked)
            with suppress(ConnectionError):  # a client may have had enough
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Asked], tuple[int, str]]], LocalServer]]:
    with ExitStack() as stack:

        def start(answer: Callable[[Asked], tuple[int, str]]) -> LocalServer:
            local = LocalServer(answer)
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), _handler(local)))
            local.url = f"http://127.0.0.1:{server.server_address[1]}"
            Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            stack.callback(server.shutdown)
            return local

        yield start


@pytest.fixture
def nowhere() -> str:
    """An address at which nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[PlatformStandIn]:
    platform = PlatformStandIn("127.0.0.1", 0, APP_ID, SECRET, store=tmp_path / "in" / "box.db")
    platform.start()
    yield platform
    platform.stop()
