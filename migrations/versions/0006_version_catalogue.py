"""Version the dispatch catalogue, try it on tickets, and merge units.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_version_catalogue"
down_revision = "0005_watch_time"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def column(name: str, kind: sa.types.TypeEngine, *, is_nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=is_nullable)


def reference(table: str, name: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}"))


def create_editions() -> None:
    op.create_table(
        "street_duty",
        column("category", sa.String(length=12)),
        column("basis", sa.Text()),
        column("is_active", sa.Boolean()),
        column("changed_at", MOMENT),
        sa.PrimaryKeyConstraint("category", name=op.f("pk_street_duty")),
    )
    op.create_table(
        "catalogue_edition",
        column("id", sa.Integer()),
        column("version", sa.Integer(), is_nullable=True),
        column("base_version", sa.Integer()),
        column("rows", sa.JSON()),
        column("duties", sa.JSON()),
        column("rows_before", sa.JSON()),
        column("duties_before", sa.JSON()),
        column("merging_id", sa.Integer(), is_nullable=True),
        column("successor_id", sa.Integer(), is_nullable=True),
        column("reason", sa.Text()),
        column("drafted_at", MOMENT),
        column("drafted_by", sa.String(length=64)),
        column("published_at", MOMENT, is_nullable=True),
        column("published_by", sa.String(length=64), is_nullable=True),
        reference("catalogue_edition", "merging_id", "department"),
        reference("catalogue_edition", "successor_id", "department"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_edition")),
        sa.UniqueConstraint("version", name=op.f("uq_catalogue_edition_version")),
    )


def create_trials() -> None:
    op.create_table(
        "routing_trial",
        column("id", sa.Integer()),
        column("edition_id", sa.Integer()),
        column("state", sa.String(length=32)),
        column("wanted", sa.Integer()),
        column("on", sa.Date()),
        column("cursor", sa.Integer(), is_nullable=True),
        column("total", sa.Integer()),
        column("examined", sa.Integer()),
        column("ruled_otherwise", sa.Integer()),
        column("asked_at", MOMENT),
        column("touched_at", MOMENT, is_nullable=True),
        column("finished_at", MOMENT, is_nullable=True),
        reference("routing_trial", "edition_id", "catalogue_edition"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_trial")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_routing_trial_edition_id")),
    )
    op.create_table(
        "routing_trial_line",
        column("id", sa.Integer()),
        column("trial_id", sa.Integer()),
        column("ticket_id", sa.Integer()),
        column("unit_before", sa.String(length=32), is_nullable=True),
        column("unit_after", sa.String(length=32), is_nullable=True),
        column("rule_before", sa.String(length=64), is_nullable=True),
        column("rule_after", sa.String(length=64), is_nullable=True),
        column("reason", sa.Text()),
        reference("routing_trial_line", "trial_id", "routing_trial"),
        reference("routing_trial_line", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_trial_line")),
        sa.UniqueConstraint(
            "trial_id", "ticket_id", name=op.f("uq_routing_trial_line_trial_id_ticket_id")
        ),
    )


def create_mergers() -> None:
    op.create_table(
        "unit_merger",
        column("id", sa.Integer()),
        column("edition_id", sa.Integer()),
        column("department_id", sa.Integer()),
        column("successor_id", sa.Integer()),
        column("reason", sa.Text()),
        column("state", sa.String(length=32)),
        column("total", sa.Integer()),
        column("moved", sa.Integer()),
        column("asked_at", MOMENT),
        column("asked_by", sa.String(length=64)),
        column("touched_at", MOMENT, is_nullable=True),
        column("finished_at", MOMENT, is_nullable=True),
        reference("unit_merger", "department_id", "department"),
        reference("unit_merger", "edition_id", "catalogue_edition"),
        reference("unit_merger", "successor_id", "department"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_merger")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_unit_merger_edition_id")),
    )
    with op.batch_alter_table("unit_merger") as table:
        table.create_index(table.f("ix_unit_merger_department_id"), ["department_id"])


def upgrade() -> None:
    create_editions()
    create_trials()
    create_mergers()
    with op.batch_alter_table("department") as table:
        table.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            table.f("fk_department_successor_id"), "department", ["successor_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("department") as table:
        table.drop_constraint(table.f("fk_department_successor_id"), type_="foreignkey")
        table.drop_column("successor_id")
    for name in ("unit_merger", "routing_trial_line", "routing_trial"):
        op.drop_table(name)
    for name in ("catalogue_edition", "street_duty"):
        op.drop_table(name)
