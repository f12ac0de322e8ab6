"""The next migration, whoever writes it, finds a city at work: its tickets stay."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, text

from hotline.db import MIGRATIONS, db
from hotline.domain.identity import CITIZEN
from hotline.models import Deadline, Ticket, TimelineEntry
from hotline.services import intake, seeding

if TYPE_CHECKING:
    from pathlib import Path

    from apiflask import APIFlask

NEXT = '''"""{what}."""

import sqlalchemy as sa
from alembic import op

revision = "9999_change_ticket"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ticket") as table:
        {up}


def downgrade() -> None:
    with op.batch_alter_table("ticket") as table:
        {down}
'''
CHANGES = {
    "adds a column": (
        'table.add_column(sa.Column("note", sa.Text(), nullable=True))',
        'table.drop_column("note")',
    ),
    "rewrites the table": (
        'table.alter_column("title", existing_type=sa.String(200), type_=sa.String(250))',
        'table.alter_column("title", existing_type=sa.String(250), type_=sa.String(200))',
    ),
}


@pytest.fixture(params=CHANGES, ids=lambda what: what.replace(" ", "-"))
def with_next(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The migrations as they are, and one more."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    up, down = CHANGES[request.param]
    head = (MIGRATIONS / "HEAD").read_text("utf-8").strip()
    text = NEXT.format(what=request.param, head=head, up=up, down=down)
    (folder / "versions" / "9999_change_ticket.py").write_text(text, "utf-8")
    return folder


def figures() -> tuple[int, ...]:
    counted = tuple(
        db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Ticket, TimelineEntry, Deadline)
    )
    db.session.rollback()
    return counted


def test_tickets_survive_the_next_migration_up_and_down(empty: APIFlask, with_next: Path) -> None:
    upgrade()
    at = datetime(2026, 3, 11, 1, 30, tzinfo=UTC)
    seeding.seed_city(at=at)
    demand = intake.Demand(content="路灯坏了，晚上看不见路", phone="13912345678")
    numbers = {intake.register(demand, CITIZEN, at=at).ticket_no for _ in range(3)}
    before = figures()
    db.session.remove()
    upgrade(directory=str(with_next))
    assert figures() == before == (3, 3, 3)
    downgrade(directory=str(with_next), revision="-1")
    assert figures() == before
    assert set(db.session.scalars(select(Ticket.ticket_no))) == numbers
    db.session.rollback()
    indexes = {index["name"] for index in inspect(db.engine).get_indexes("ticket")}
    assert "ix_ticket_stage_id" in indexes
    assert {key["referred_table"] for key in inspect(db.engine).get_foreign_keys("timeline")} >= {
        "ticket"
    }
    intake.register(demand, CITIZEN, at=at)
    assert figures()[0] == 4
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
