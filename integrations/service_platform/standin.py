"""A stand-in for the service platform (平台替身): takes signed pushes, shows them, can fail."""

from __future__ import annotations

import json
import random
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from integrations.service_platform.page import render
from integrations.service_platform.store import ArrivalStore, Contradiction
from integrations.signatures import MESSAGE_ID_HEADER, push_valid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from socket import socket

MESSAGES_PATH = "/api/messages"
BODY_LIMIT_BYTES = 1024 * 1024
SHOWN_ON_PAGE = 200
SHOWN_AS_JSON = 1000
_IDLE_SECONDS = 15.0


class PlatformStandIn:
    """A real HTTP server; port 0 takes a free one (see `url`).

    `down` answers 503 to everything; `fail_rate` (0 to 1) is the share of pushes answered 500
    before anything is stored. Both may be changed while it runs.
    """

    def __init__(
        self,
        host: str,
        port: int,
        app_id: str,
        secret: str,
        *,
        store: Path,
        fail_rate: float = 0.0,
        down: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not app_id or not secret:
            raise ValueError("a platform without app id and secret would take pushes from anybody")
        self.app_id = app_id
        self.secret = secret
        self.fail_rate = fail_rate
        self.down = down
        self.clock = clock
        self.arrivals = ArrivalStore(store)
        self._server = _Server((host, port), _Desk)
        self._server.standin = self
        self._is_serving = False

    @property
    def url(self) -> str:
        """The address it listens on."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def serve_forever(self) -> None:
        """Serve until stop() is called from another thread, or Ctrl-C."""
        self._is_serving = True
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._server.server_close()

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._is_serving = True
        Thread(target=self.serve_forever, name="platform-stand-in", daemon=True).start()

    def stop(self) -> None:
        """End serving and free the port; harmless when it never served."""
        if self._is_serving:
            # Waits for a loop; without one it would wait for ever.
            self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    standin: PlatformStandIn

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Say nothing of a client that left early; everything else is told in full."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Desk(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server_version = "HotlinePlatformStandIn"
    sys_version = ""
    timeout = _IDLE_SECONDS

    def do_GET(self) -> None:
        """Show the page, or the messages as JSON."""
        standin = self._standin
        path = urlsplit(self.path).path
        if standin.down:
            self._json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "平台维护中"})
        elif path == "/":
            newest = standin.arrivals.newest(SHOWN_ON_PAGE)
            page = render(newest, standin.arrivals.count()).encode()
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page)
        elif path == MESSAGES_PATH:
            newest = standin.arrivals.newest(SHOWN_AS_JSON)
            listed = {
                "count": standin.arrivals.count(),
                "messages": [arrival.as_json() for arrival in newest],
            }
            self._json(HTTPStatus.OK, listed)
        else:
            self._json(HTTPStatus.NOT_FOUND, {"error": "没有这个地址"})

    def do_POST(self) -> None:
        """Take one signed push."""
        body = self._body()
        if body is None:
            self.close_connection = True
            self._json(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "消息过大或长度不明"})
        elif self._standin.down:
            self._json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "平台维护中"})
        elif urlsplit(self.path).path != MESSAGES_PATH:
            self._json(HTTPStatus.NOT_FOUND, {"error": "没有这个地址"})
        elif not self._is_signed(body):
            self._json(HTTPStatus.UNAUTHORIZED, {"error": "签名无效或已过期"})
        elif random.random() < self._standin.fail_rate:
            self._json(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "平台内部错误（演示）"})
        else:
            self._take(body)

    def _take(self, body: bytes) -> None:
        message = _message(body)
        if message is None or message[0] != self.headers.get(MESSAGE_ID_HEADER):
            self._json(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "消息格式不正确"})
            return
        standin = self._standin
        try:
            arrival, is_new = standin.arrivals.keep(*message, arrived_at=standin.clock())
        except Contradiction:
            self._json(HTTPStatus.CONFLICT, {"error": "同一消息编号的内容不一致"})
            return
        receipt = {"receipt": f"P{arrival.sequence:08d}", "duplicate": not is_new}
        self._json(HTTPStatus.OK, receipt)

    def _is_signed(self, body: bytes) -> bool:
        standin = self._standin
        headers = dict(self.headers.items())
        return push_valid(standin.secret, standin.app_id, headers, body, now=standin.clock())

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > BODY_LIMIT_BYTES:
            return None
        return self.rfile.read(int(length))

    def _json(self, status: HTTPStatus, value: object) -> None:
        self._answer(status, "application/json", json.dumps(value, ensure_ascii=False).encode())

    def _answer(self, status: HTTPStatus, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("X-Content-Type-Options", "nosniff")
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("Retry-After", "30")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Stay silent: what arrived is on the page."""

    @property
    def _standin(self) -> PlatformStandIn:
        return cast("_Server", self.server).standin


def _message(body: bytes) -> tuple[str, str, dict[str, object]] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    message_id, kind, payload = (said.get(name) for name in ("message_id", "kind", "payload"))
    if not (isinstance(message_id, str) and isinstance(kind, str) and isinstance(payload, dict)):
        return None
    return (message_id, kind, payload) if kind.isprintable() else None
