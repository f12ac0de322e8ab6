"""Migrations: equal to the models, up, down and up again, with data, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select

from hotline.db import MIGRATIONS, db
from hotline.domain.identity import CITIZEN
from hotline.models import Ticket
from hotline.services import intake, seeding

if TYPE_CHECKING:
    from apiflask import APIFlask


# The index of pairs is PostgreSQL's own; Alembic says on SQLite that it does not look at it.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_the_tables_are_the_models(empty: APIFlask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_up_down_and_up_again_leaves_nothing_behind(empty: APIFlask) -> None:
    upgrade()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert "ticket" in inspect(db.engine).get_table_names()


def test_an_upgrade_of_a_database_in_use_keeps_its_tickets(empty: APIFlask) -> None:
    upgrade()
    at = datetime(2026, 3, 11, 1, 30, tzinfo=UTC)
    seeding.seed_city(at=at)
    demand = intake.Demand(content="路灯坏了，晚上看不见路", phone="13912345678", name="张女士")
    receipt = intake.register(demand, CITIZEN, at=at)
    db.session.remove()
    upgrade()
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.ticket_no == receipt.ticket_no
    assert ticket.query_code == receipt.query_code
    assert ticket.registered_at == at
    assert ticket.citizen is not None
    assert ticket.citizen.phone == "13912345678"


def test_names_and_numbers_are_not_readable_in_the_database(empty: APIFlask) -> None:
    upgrade()
    at = datetime(2026, 3, 11, 1, 30, tzinfo=UTC)
    seeding.seed_city(at=at)
    demand = intake.Demand(content="路灯坏了", phone="13912345678", name="张女士")
    intake.register(demand, CITIZEN, at=at)
    with db.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT name, phone, phone_hash FROM citizen").one()
    assert "13912345678" not in "".join(row)
    assert "张" not in "".join(row)


def test_there_is_one_head_and_it_is_written_down() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    head = (Path(str(MIGRATIONS)) / "HEAD").read_text("utf-8").strip()
    assert script.get_heads() == [head]
