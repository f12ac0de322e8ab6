"""The load client (压测客户端): a process of its own that files demands as fast as it is answered.

    python -m bench.load URL --seconds 5 --connections 8 < texts.json

Standard input holds a JSON list of contents and standard output gets one JSON object. Raw sockets
and one thread, so that the client takes as little as possible of the machine it measures.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import selectors
import socket
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLERS = 500
"""So many different citizens call again and again."""
ANSWER_SIZE = 65_536
STALLED = 30.0


@dataclass(slots=True)
class Tally:
    """What came back."""

    statuses: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class Exchange:
    """One request under way; the server closes the connection when it has answered."""

    begun: float
    heard: bytearray = field(default_factory=bytearray)


def requests_to(url: str, texts: list[str]) -> Iterator[bytes]:
    """Endless demands of returning callers, each with a key of its own."""
    place = urlsplit(url)
    dice = random.Random(12345)
    phones = [f"139{number:08d}" for number in dice.sample(range(10**8), CALLERS)]
    bodies = [
        json.dumps(
            {
                "content": text,
                "channel": "phone",
                "caller": {"name": "张女士", "phone": phones[number % CALLERS]},
                "area_code": "990101",
                "address": "湖滨路 18 号",
            },
            ensure_ascii=False,
        ).encode()
        for number, text in enumerate(dice.choices(texts, k=CALLERS))
    ]
    run = secrets.token_hex(6)
    for number in count():
        body = bodies[number % CALLERS]
        head = (
            f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Idempotency-Key: {run}-{number}\r\n\r\n"
        )
        yield head.encode() + body


def load(url: str, texts: list[str], *, seconds: float, connections: int) -> Tally:
    """Keep ``connections`` requests under way for so long, then wait for the last answers."""
    place = urlsplit(url)
    address = (place.hostname or "127.0.0.1", place.port or 80)
    demands, tally, watch = requests_to(url, texts), Tally(), selectors.DefaultSelector()
    begun = perf_counter()
    until = begun + seconds
    for _ in range(connections):
        _send(watch, address, next(demands))
    while watch.get_map():
        ready = watch.select(timeout=STALLED)
        assert ready, f"no answer for {STALLED:.0f} s"
        for key, _ in ready:
            if not _is_answered(watch, key, tally):
                continue
            if perf_counter() < until:
                _send(watch, address, next(demands))
    tally.seconds = perf_counter() - begun
    return tally


def _send(watch: selectors.BaseSelector, address: tuple[str, int], demand: bytes) -> None:
    begun = perf_counter()
    line = socket.create_connection(address, timeout=STALLED)
    line.sendall(demand)
    line.settimeout(0)
    watch.register(line, selectors.EVENT_READ, Exchange(begun))


def _is_answered(watch: selectors.BaseSelector, key: selectors.SelectorKey, tally: Tally) -> bool:
    line, exchange = key.fileobj, key.data
    assert isinstance(line, socket.socket)
    chunk = line.recv(ANSWER_SIZE)
    if chunk:
        exchange.heard += chunk
        return False
    watch.unregister(line)
    line.close()
    tally.milliseconds.append(1_000 * (perf_counter() - exchange.begun))
    tally.statuses[bytes(exchange.heard[9:12]).decode() or "none"] += 1
    return True


def main() -> int:
    """Load one address and tell what came back."""
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    texts = json.load(sys.stdin)
    tally = load(options.url, texts, seconds=options.seconds, connections=options.connections)
    told = {
        "statuses": dict(tally.statuses),
        "seconds": tally.seconds,
        "milliseconds": [round(value, 3) for value in tally.milliseconds],
    }
    json.dump(told, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
