"""Two crons, two workers, an emptied Redis, kills: each milestone fires and is told once.

The house's time runs ten times as fast, so that what waits for a minute waits six seconds.
"""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, func, select, update

import sla
from hotline.config import PACE_FILE, from_env
from hotline.db.engine import writing
from hotline.domain.events import Event
from hotline.domain.pace import Pace
from hotline.models import Deadline, Milestone, Notice, Outage, Ticket, TimelineEntry
from tests.conftest import local
from tests.processes.house import file_many, redis_of, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from tests.processes.house import RunningHouse

pytestmark = [pytest.mark.slow, pytest.mark.redis, pytest.mark.xdist_group("time")]
SPEED = 10
TICKETS = 100
SPAN = timedelta(seconds=20 * SPEED)
MORNING = local("2026-03-11 09:00")
TOLD = re.compile(
    r"e\d+-(?P<how>one|many)-(?P<rung>.+)"
    r"-(?P<kind>unit|supervisor|dispatcher|authority|callback|leader|parent_leader)-[^-]+"
)
clocks, fired, timeline, notices, outages, tickets = (
    model.__table__ for model in (Deadline, Milestone, TimelineEntry, Notice, Outage, Ticket)
)


@pytest.fixture
def database(request: pytest.FixtureRequest, database_url: str) -> dict[str, str]:
    """The database of the house: its own SQLite file, or an empty one on the server."""
    if database_url.startswith("sqlite"):
        return {}
    from tests.postgres import new_database

    return {"HOTLINE_DATABASE_URL": new_database(request.getfixturevalue("postgres_url"))}


def set_pace(folder: Path, told_from: datetime) -> Pace:
    """From now on it is that time, and it runs fast."""
    pace = Pace(datetime.now(UTC), told_from.astimezone(UTC), SPEED)
    (folder / PACE_FILE).write_text(pace.document(), "utf-8")
    return pace


@contextlib.contextmanager
def cron(house: RunningHouse) -> Iterator[subprocess.Popen[bytes]]:
    """A second cron process beside that of the house."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline", "jobs", "cron"],
        env=house.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def engine_of(house: RunningHouse) -> Engine:
    url = from_env(house.environment).database_url
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


@contextlib.contextmanager
def written(engine: Engine) -> Iterator[Connection]:
    """A transaction that has the write lock from its beginning."""
    token = writing.set(True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        writing.reset(token)


def bring_near(engine: Engine, begun: datetime, span: timedelta) -> set[tuple[int, str]]:
    """Let everything that is planned come within this span, warnings before the due moment.

    Gives what has to fire: clock and milestone.
    """
    planned = set()
    with written(engine) as connection:
        running_clocks = select(clocks).where(clocks.c.next_at.is_not(None))
        for row in connection.execute(running_clocks).all():
            late = [datetime.fromisoformat(at) > row.due_at for _name, at in row.plan]
            step = span / (len(row.plan) + 2)
            spread = timedelta(seconds=row.id % 10)
            moments = [
                begun + step * (number + 1 + is_late) + spread
                for number, is_late in enumerate(late)
            ]
            plan = [[name, at.isoformat()] for (name, _), at in zip(row.plan, moments, strict=True)]
            due = begun + step * (late.count(False) + 1) + spread
            values = {"plan": plan, "next_at": moments[0], "due_at": due}
            connection.execute(update(clocks).where(clocks.c.id == row.id).values(values))
            planned |= {(row.id, name) for name, _ in row.plan}
    return planned


def wait(question: str, engine: Engine, *asked: Any, seconds: int = 60) -> None:
    """Return when every figure asked for is zero."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with engine.connect() as connection:
            left = [connection.execute(query).scalar_one() for query in asked]
        if not any(left):
            return
        time.sleep(0.3)
    raise AssertionError(f"{question}: {left}")


def count(table: Any, *where: Any) -> Any:
    return select(func.count()).select_from(table).where(*where)


WAITING = count(clocks, clocks.c.next_at.is_not(None))
UNSETTLED = count(timeline, timeline.c.settled_at.is_(None))


def lines_told(connection: Connection) -> Counter[tuple[str, str]]:
    """Of how many tickets each rung told each kind of people, by the lines on their bells."""
    told: Counter[tuple[str, str]] = Counter()
    for key, text in connection.execute(select(notices.c.key, notices.c.text)):
        found = TOLD.fullmatch(key)
        if found:
            many = re.search(r"共 (\d+) 件", text)
            number = int(many[1]) if found["how"] == "many" and many else 1
            told[found["rung"], found["kind"]] += number
    return told


def lines_due(connection: Connection) -> Counter[tuple[str, str]]:
    """The same by what has happened and whom the ladder names."""
    ladder = sla.load_ladder()
    due: Counter[tuple[str, str]] = Counter()
    query = select(timeline.c.event, timeline.c.payload, tickets.c.lead_department_id).join(
        tickets, tickets.c.id == timeline.c.ticket_id
    )
    for event, payload, unit in connection.execute(query):
        name = payload.get("milestone" if event is Event.MILESTONE else "step")
        rung = (ladder.step(name) or ladder.trigger(name)) if name else None
        for kind in rung.tells if rung else ():
            if kind != "unit" or unit or payload.get("department_id"):
                due[rung.id, kind] += 1
    return due


def without_leaders(counted: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How many lead a unit differs from unit to unit; in the demo most have nobody."""
    return {key: number for key, number in counted.items() if "leader" not in key[1]}


def test_each_milestone_fires_and_is_told_once_whatever_dies(
    starter_folder: Path, tmp_path: Path, database: dict[str, str]
) -> None:
    pace = set_pace(tmp_path, MORNING)
    with running(tmp_path, starter_folder, **database) as house, cron(house) as second:
        engine = engine_of(house)
        file_many(house, TICKETS)
        wait("not settled", engine, UNSETTLED)
        planned = bring_near(engine, pace.at(datetime.now(UTC)), SPAN)
        assert len(planned) > 3 * TICKETS
        time.sleep(4)
        house.kill("jobs worker front")
        redis_of(house).flushall()
        time.sleep(3)
        second.kill()
        house.kill("jobs worker back")
        with cron(house):
            time.sleep(4)
            redis_of(house).flushall()
            house.kill("jobs cron")
            wait("not fired", engine, WAITING)
            wait("not told", engine, UNSETTLED)
        with engine.connect() as connection:
            rows = [tuple(r) for r in connection.execute(select(fired.c.deadline_id, fired.c.name))]
            assert sorted(rows) == sorted(planned)
            milestones = count(timeline, timeline.c.event == Event.MILESTONE)
            assert connection.execute(milestones).scalar_one() == len(planned)
            told, due = lines_told(connection), lines_due(connection)
            assert without_leaders(told) == without_leaders(due)
            assert connection.execute(count(fired, fired.c.is_late)).scalar_one() == 0
            assert connection.execute(count(outages)).scalar_one() == 0
        engine.dispose()


def test_hours_in_the_dark_are_told_in_one_line_for_each_unit(
    starter_folder: Path, tmp_path: Path, database: dict[str, str]
) -> None:
    pace = set_pace(tmp_path, MORNING)
    with running(tmp_path, starter_folder, **database) as house:
        engine = engine_of(house)
        file_many(house, 12)
        wait("not settled", engine, UNSETTLED)
        noon = pace.at(datetime.now(UTC)) + timedelta(hours=1)
        planned = bring_near(engine, noon, timedelta(hours=1))
        house.process.send_signal(signal.SIGINT)
        assert house.process.wait(30) == 0
    set_pace(tmp_path, noon + timedelta(hours=3))
    dark = count(outages, outages.c.digested_at.is_(None))
    with running(tmp_path, starter_folder, **database) as house, cron(house):
        wait("not fired", engine, WAITING, UNSETTLED, dark)
    with engine.connect() as connection:
        late = select(fired.c.deadline_id, fired.c.name).where(fired.c.is_late)
        assert sorted(tuple(row) for row in connection.execute(late)) == sorted(planned)
        outage = connection.execute(select(outages)).one()
        assert outage.ended_at - outage.began_at > timedelta(hours=3)
        assert outage.late == len(planned)
        units = select(clocks.c.department_id).where(clocks.c.id.in_({id_ for id_, _ in planned}))
        digests = connection.execute(
            select(notices.c.department_id, notices.c.role).where(notices.c.key.like("outage-%"))
        ).all()
        wanted = {unit for unit in connection.execute(units).scalars() if unit}
        assert Counter(d.department_id for d in digests) == Counter([*wanted, None])
        assert not lines_told(connection)
    engine.dispose()
