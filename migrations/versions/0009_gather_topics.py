"""Gather hot topics: topics, their words, their tickets, and how far the gathering has come.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_gather_topics"
down_revision = "0008_file_prints"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def column(name: str, kind: sa.types.TypeEngine, *, is_nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=is_nullable)


def reference(table: str, name: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}"))


def upgrade() -> None:
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        column("is_living", sa.Boolean()),
        column("merged_into_id", sa.Integer(), is_nullable=True),
        column("profile", sa.JSON()),
        column("areas", sa.JSON()),
        column("size", sa.Integer()),
        column("first_at", MOMENT),
        column("last_at", MOMENT),
        column("changed_at", MOMENT),
        column("counted_at", MOMENT, is_nullable=True),
        column("title", sa.String(length=120)),
        column("place", sa.String(length=40)),
        column("area_code", sa.String(length=12), is_nullable=True),
        column("category_code", sa.String(length=12), is_nullable=True),
        column("heat", sa.Double()),
        column("figures", sa.JSON()),
        column("level", sa.String(length=32), is_nullable=True),
        column("warned_at", MOMENT, is_nullable=True),
        reference("topic", "id", "ticket"),
        reference("topic", "merged_into_id", "topic"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    with op.batch_alter_table("topic") as table:
        table.create_index("ix_topic_is_living_heat", ["is_living", "heat", "id"])
        table.create_index("ix_topic_last_at", ["last_at"])
        table.create_index(table.f("ix_topic_merged_into_id"), ["merged_into_id"])
    op.create_table(
        "topic_key",
        column("key", sa.String(length=32)),
        column("topic_id", sa.Integer()),
        reference("topic_key", "topic_id", "topic"),
        sa.PrimaryKeyConstraint("key", "topic_id", name=op.f("pk_topic_key")),
    )
    with op.batch_alter_table("topic_key") as table:
        table.create_index(table.f("ix_topic_key_topic_id"), ["topic_id"])
    op.create_table(
        "topic_ticket",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        column("topic_id", sa.Integer()),
        column("at", MOMENT),
        column("likeness", sa.Double()),
        reference("topic_ticket", "ticket_id", "ticket"),
        reference("topic_ticket", "topic_id", "topic"),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_topic_ticket")),
    )
    with op.batch_alter_table("topic_ticket") as table:
        table.create_index("ix_topic_ticket_topic_id_at", ["topic_id", "at", "ticket_id"])
    op.create_table(
        "topic_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        column("ticket_id", sa.Integer()),
        column("on", sa.Date()),
        column("checked_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_progress")),
    )


def downgrade() -> None:
    for name in ("topic_progress", "topic_ticket", "topic_key", "topic"):
        op.drop_table(name)
