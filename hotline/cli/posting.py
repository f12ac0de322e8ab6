"""Files demands at the real HTTP door from several threads (批量提交).

A row is not given up when the house is restarted in between: the same key goes with every try.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from hotline.cli.entry import fail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

THREADS = 4
PATIENCE = 180.0
"""Seconds without any answer after which the house counts as gone."""
TIMEOUT = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
BROKEN_TRIES = 3
BUSY = (
    requests.codes.too_many_requests,
    requests.codes.bad_gateway,
    requests.codes.unavailable,
    requests.codes.gateway_timeout,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One demand to file: where it comes from, what is sent, under which key."""

    line: int
    body: dict[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a piece: a ticket number, a refusal in words, or neither (no answer)."""

    line: int
    ticket_no: str = ""
    milliseconds: float = 0.0
    refusal: str = ""
    tries: int = 1


@dataclass(slots=True)
class Poster:
    """Files pieces at one house; ``patience`` in seconds."""

    url: str
    patience: float = PATIENCE
    threads: int = THREADS
    _gone: threading.Event = field(default_factory=threading.Event)

    def must_answer(self) -> None:
        """One clear line when there is no house at that address."""
        try:
            with session_for(self.url) as session:
                session.get(f"{self.url}/healthz", timeout=5)
        except requests.RequestException:
            fail(f"{self.url} 没有应答：请先运行 make run（或 hotline up），或用 --url 指明地址")

    def post_all(self, pieces: Iterable[Piece]) -> Iterator[Answer]:
        """File every piece and yield the answers as they come; holds no more than it must."""
        answers: queue.Queue[Answer | None] = queue.Queue(maxsize=1000)
        source = _Source(iter(pieces))
        for _ in range(self.threads):
            threading.Thread(target=self._work, args=(source, answers), daemon=True).start()
        working = self.threads
        while working:
            answer = answers.get()
            if answer is None:
                working -= 1
            else:
                yield answer
        if source.trouble is not None:
            raise source.trouble

    def _work(self, source: _Source, answers: queue.Queue[Answer | None]) -> None:
        try:
            with session_for(self.url) as session:
                while (piece := source.take()) is not None:
                    answers.put(self._file(session, piece))
        finally:
            answers.put(None)

    def _file(self, session: requests.Session, piece: Piece) -> Answer:
        """Try until there is a clear answer: 201 or a refusal, not silence and not 503."""
        until = time.monotonic() + self.patience
        pause, broken, tries = FIRST_PAUSE, 0, 0
        while not self._gone.is_set():
            tries += 1
            begun = time.perf_counter()
            answer = self._try(session, piece)
            took = (time.perf_counter() - begun) * 1000
            if answer is not None:
                broken += answer.status_code == requests.codes.server_error
                if answer.status_code == requests.codes.created:
                    number = str(answer.json()["ticket_no"])
                    return Answer(piece.line, number, milliseconds=took, tries=tries)
                if _is_final(answer, broken):
                    return Answer(piece.line, refusal=_why(answer), tries=tries)
            if time.monotonic() > until:
                self._gone.set()
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
        return Answer(piece.line, tries=tries)

    def _try(self, session: requests.Session, piece: Piece) -> requests.Response | None:
        try:
            return session.post(
                f"{self.url}/api/v1/tickets",
                json=piece.body,
                headers={"Idempotency-Key": piece.key},
                timeout=TIMEOUT,
            )
        except requests.RequestException:
            return None


class _Source:
    """One iterator shared by the threads; what goes wrong in reading ends the work for all."""

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces = pieces
        self._lock = threading.Lock()
        self.trouble: Exception | None = None

    def take(self) -> Piece | None:
        with self._lock:
            try:
                return None if self.trouble else next(self._pieces, None)
            except Exception as error:  # noqa: BLE001 - carried over to the main thread
                self.trouble = error
                return None


def session_for(url: str) -> requests.Session:
    """A session that keeps the environment's proxies out of calls to this very machine."""
    session = requests.Session()
    session.trust_env = urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1")
    return session


def _is_final(answer: requests.Response, broken: int) -> bool:
    """Whether asking again would only bring the same answer."""
    if answer.status_code == requests.codes.server_error:
        return broken >= BROKEN_TRIES
    return answer.status_code not in BUSY


def _why(answer: requests.Response) -> str:
    try:
        problem = answer.json()
        said = "；".join(problem.get("errors", {}).values()) or str(problem.get("detail", ""))
    except (ValueError, AttributeError):
        said = ""
    return f"HTTP {answer.status_code} {said}".strip()
