"""Watch time: outages, indicators' exclusions, and the indexes they are counted by.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_watch_time"
down_revision = "0004_name_who_decides"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator_setting",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("exclusions", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_indicator_setting")),
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("digested_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
        sa.UniqueConstraint("began_at", name=op.f("uq_outage_began_at")),
    )
    for column in ("closed_at", "master_id"):
        is_known = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_ticket_{column}",
            "ticket",
            [column],
            unique=False,
            sqlite_where=is_known,
            postgresql_where=is_known,
        )


def downgrade() -> None:
    op.drop_index("ix_ticket_closed_at", table_name="ticket")
    op.drop_index("ix_ticket_master_id", table_name="ticket")
    op.drop_table("outage")
    op.drop_table("indicator_setting")
