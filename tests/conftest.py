"""Fixtures of the house: a seeded city per worker process, emptied of tickets after each test."""

from __future__ import annotations

import hashlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from fasteners import InterProcessLock
from flask import g

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apiflask import APIFlask
    from flask.testing import FlaskClient

LOCAL = ZoneInfo("Asia/Shanghai")
KEPT = {
    *("area", "category", "department", "staff", "catalogue_rule", "street_duty"),
    *("knowledge", "trust_line"),
}
PASSWORD = "hotline-demo"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches the database runs again."""
    if config.getoption("--database") == "postgres":
        kept = [item for item in items if "database_url" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def local(text: str) -> datetime:
    """2026-09-30 10:00 as people in the city read it."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def _digest(folder: Path) -> str:
    """What the code and the texts below a folder are at this moment."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture
def at() -> datetime:
    """A Wednesday morning in office hours."""
    return local("2026-03-11 09:30")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all worker processes of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def starter_folder(request: pytest.FixtureRequest) -> Path:
    """The starter model, trained once for this state of the classifier's code and texts."""
    import classifier

    cache = request.config.cache
    assert cache is not None
    folder = cache.mkdir(f"starter-{_digest(Path(classifier.__file__).parent)}")
    with InterProcessLock(str(folder) + ".lock"):
        if not (folder / "SHA256SUMS").exists():
            classifier.train_starter(datetime(2026, 1, 1, tzinfo=UTC)).save(folder)
    return folder


@pytest.fixture(scope="session")
def postgres_url(shared_folder: Path) -> Iterator[str]:
    """A PostgreSQL server: the one named by TEST_POSTGRES_URL, else one from a wheel."""
    named = os.environ.get("TEST_POSTGRES_URL")
    if named:
        yield named
        return
    from tests.postgres import server

    with server(shared_folder) as url:
        yield url


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of this worker process."""
    if request.config.getoption("--database") == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('db') / 'hotline.db'}"
    from tests.postgres import new_database

    return new_database(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def city(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    """The application on a migrated, seeded city; jobs run inline when a test drains them."""
    from argon2 import PasswordHasher
    from flask_migrate import upgrade

    from hotline.config import from_env
    from hotline.db import db
    from hotline.factory import build
    from hotline.services import seeding, staffing
    from hotline.web import limits
    from integrations import MemorySms

    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    staffing.hasher = lambda: cheap  # type: ignore[assignment] - the same algorithm, made cheap
    folder = tmp_path_factory.mktemp("data")
    settings = from_env(
        {"HOTLINE_DATABASE_URL": database_url},
        data_dir=folder,
        redis_url="memory://",
        public_url="http://127.0.0.1:12345",
        secret_key="test-secret",
        data_key="test-data-key",
        twilio_auth_token="test-twilio",
        cti_token="test-cti",
        platform_secret="test-platform",
    )
    app = build(settings, sms=MemorySms(), is_sync=True)
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    limits.limiter.enabled = False
    app.teardown_request(forget_request)
    with app.app_context():
        upgrade()
        seeding.seed_city(at=datetime(2026, 1, 1, tzinfo=UTC))
        yield app
        db.session.remove()
        db.engine.dispose()


def forget_request(_error: BaseException | None) -> None:
    """Tests share one application context; who signed in must not outlive the request."""
    for name in list(g):
        g.pop(name)


@pytest.fixture
def app(city: APIFlask) -> Iterator[APIFlask]:
    """The city with no ticket in it; whatever a test wrote is deleted afterwards."""
    from hotline.db import db
    from hotline.jobs.calling import line
    from hotline.queries import office

    yield city
    db.session.rollback()
    line().waiting.clear()
    with db.engine.begin() as connection:
        for table in reversed(db.metadata.sorted_tables):
            if table.name == "ticket":
                connection.execute(table.update().values(master_id=None))
            if table.name not in KEPT:
                connection.execute(table.delete())
        staff = db.metadata.tables["staff"]
        connection.execute(staff.update().values(failed_sign_ins=0, locked_until=None))
    db.session.remove()
    office.open_with("通用默认")  # forgets rules that a test published
    city.extensions["hotline"].sms.sent.clear()


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, str], FlaskClient]:
    """Sign a demo account in: ``sign_in(client, "agent")``."""

    def enter(client: FlaskClient, login: str) -> FlaskClient:
        answer = client.post("/login", data={"login": login, "password": PASSWORD})
        assert answer.status_code in (302, 303), answer.get_data(as_text=True)[:500]
        return client

    return enter


@pytest.fixture
def a_ticket(app: APIFlask, at: datetime) -> Callable[..., int]:
    """Register a ticket through the service and return its id: ``a_ticket(kind=Kind.HELP)``."""
    from hotline.domain.identity import CITIZEN
    from hotline.domain.terms import Channel, Kind
    from hotline.services import intake

    def make(**changes: object) -> int:
        moment = changes.pop("at", at)
        given: dict[str, object] = {
            "kind": Kind.COMPLAINT,
            "title": "夜间施工噪声扰民",
            "content": "东湖区湖滨路工地夜里十二点还在施工，机器声音很大，无法入睡",
            "channel": Channel.WEB,
            "name": "张女士",
            "phone": "13912345678",
            "area_code": "990101001",
            "address": "湖滨路 18 号",
        }
        demand = intake.Demand(**{**given, **changes})  # type: ignore[arg-type]
        return intake.register(demand, CITIZEN, at=moment).ticket_id  # type: ignore[arg-type]

    return make


@pytest.fixture
def model(app: APIFlask, starter_folder: Path) -> str:
    """The starter model registered and active in this city."""
    import classifier
    from hotline.services import learning

    place = app.extensions["hotline"].settings.models / "starter"
    if not place.exists():
        shutil.copytree(starter_folder, place)
    learning.register_model(classifier.load(place), at=datetime(2026, 1, 1, tzinfo=UTC))
    return "starter"


@pytest.fixture
def run_jobs(app: APIFlask) -> Callable[[], int]:
    """Run the reactions that wait, until none is left."""
    from hotline.jobs.calling import drain

    return drain


@pytest.fixture
def restored(app: APIFlask) -> Iterator[None]:
    """The city's own books as they were: catalogue, units, accounts, the streets' duties."""
    from hotline.db import db

    tables = [
        db.metadata.tables[name]
        for name in ("department", "staff", "catalogue_rule", "street_duty")
    ]
    with db.engine.connect() as connection:
        kept = {table: connection.execute(table.select()).mappings().all() for table in tables}
    yield
    db.session.rollback()
    with db.engine.begin() as connection:
        for name in ("catalogue_rule", "street_duty"):
            connection.execute(db.metadata.tables[name].delete())
            connection.execute(db.metadata.tables[name].insert(), kept[db.metadata.tables[name]])
        for table, names in (
            (db.metadata.tables["department"], ("is_active", "successor_id", "parent_id", "duty")),
            (db.metadata.tables["staff"], ("department_id",)),
        ):
            for row in kept[table]:
                values = {name: row[name] for name in names}
                connection.execute(table.update().where(table.c.id == row["id"]).values(values))
    db.session.remove()
