"""A scratch house to measure in: migrated, seeded, with servers of its own (试验场)."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg

from hotline.cli import embedded
from hotline.cli.supervisor import Child, Supervisor
from hotline.cli.up import processes
from hotline.config import from_env
from tests.postgres import new_database, server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apiflask import APIFlask

    from hotline.config import Settings

PATIENCE = 40


@dataclass(slots=True)
class BenchHouse:
    """The house a benchmark works in; its processes are these and no others."""

    settings: Settings
    app: APIFlask
    watch: Supervisor

    def start(self, *names: str) -> None:
        """Start processes of `hotline up` by name: web, worker-front, worker-back, cron."""
        wanted = {child.name: child for child in processes(self.settings)}
        for name in names:
            self.watch.start(wanted[name])
        if "web" in names:
            assert embedded.wait_for_web(self.settings, self.watch), "the web did not come up"

    def web_command(self, factory: str, port: int) -> list[str]:
        """The very command that serves the house, for another application on another port."""
        web = next(child for child in processes(self.settings) if child.name == "web")
        own = f"127.0.0.1:{self.settings.port}"
        swapped = {"hotline:create_app()": factory, own: f"127.0.0.1:{port}"}
        return [swapped.get(word, word) for word in web.command]

    def serve(self, name: str, factory: str, port: int) -> None:
        """Serve another application by that command and wait until it listens."""
        self.watch.start(Child(name, self.web_command(factory, port)))
        wait_for_port(port)

    def processes(self, name: str) -> list[psutil.Process]:
        """The process of that name and its children."""
        found = next(c.process for c in self.watch.children if c.name == name)
        assert found is not None, f"{name} does not run"
        parent = psutil.Process(found.pid)
        return [parent, *parent.children()]

    def running(self, name: str) -> list[psutil.Process]:
        """The same, of a process that may just have been killed: then none."""
        return self.processes(name) if self.watch.is_alive(name) else []

    def kill(self, name: str) -> bool:
        """SIGKILL; whether there was something to kill. The supervisor starts it again."""
        found = next(c.process for c in self.watch.children if c.name == name)
        if found is None or found.poll() is not None:
            return False
        found.kill()
        found.wait()
        return True

    def processor_seconds(self) -> float:
        """What all our processes and database connections have used up to now."""
        ours = [p for child in self.watch.children for p in self.processes(child.name)]
        return sum(sum(p.cpu_times()[:2]) for p in [*ours, *self._backends()])

    def _backends(self) -> list[psutil.Process]:
        """PostgreSQL's processes that serve this database, where it runs on this machine."""
        from hotline.db import db

        mine = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        with db.engine.connect() as connection:
            pids = connection.exec_driver_sql(mine).scalars().all()
        return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]


@contextmanager
def opened(
    *, database: str = "postgresql", with_model: bool = False, with_redis: bool = False
) -> Iterator[BenchHouse]:
    """A migrated and seeded city in a scratch folder, and its application with a context.

    ``database``: ``postgresql`` (TEST_POSTGRES_URL, else a server from a wheel) or ``sqlite``.
    Everything the house needs to know stands in the environment, so that children know it too.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="hb"))  # short: a socket's path has a limit
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        settings = _settings(stack, folder, database)
        watch = Supervisor()
        stack.callback(watch.stop_all)
        if with_redis:
            watch.start(Child("redis", embedded.redis_command(settings)))
        from hotline import create_app

        app = create_app()
        stack.enter_context(app.app_context())
        _furnish(with_model=with_model)
        if with_redis:
            embedded.wait_for_redis(settings, watch)
        stack.callback(_let_go)
        yield BenchHouse(settings, app, watch)


def _settings(stack: ExitStack, folder: Path, database: str) -> Settings:
    for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
        del os.environ[name]
    (folder / "data").mkdir()
    os.environ["HOTLINE_DATA_DIR"] = str(folder / "data")
    os.environ["HOTLINE_PORT"] = str(free_port())
    if database == "postgresql":
        os.environ["HOTLINE_DATABASE_URL"] = stack.enter_context(_scratch_database(folder))
    return from_env()


@contextmanager
def _scratch_database(folder: Path) -> Iterator[str]:
    """An empty database, dropped or thrown away with its server afterwards."""
    named = os.environ.get("TEST_POSTGRES_URL")
    if not named:
        with server(folder) as url:
            yield new_database(url)
        return
    url = new_database(named)
    yield url
    name = url.partition("?")[0].rsplit("/", 1)[1]
    with psycopg.connect(named, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _furnish(*, with_model: bool) -> None:
    from flask_migrate import upgrade

    from hotline.cli.workshop import ensure_starter
    from hotline.services import seeding

    upgrade()
    if with_model:
        ensure_starter(datetime.now(UTC))
    seeding.seed_city(at=datetime.now(UTC))


def _let_go() -> None:
    from hotline.db import db

    db.session.remove()
    db.engine.dispose()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Return when something listens there."""
    import time

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing listens on port {port}")
