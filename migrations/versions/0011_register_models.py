"""Register models with their origin, compare them, let one run in the shadow, learn at night.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_register_models"
down_revision = "0010_keep_trust_changes"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def column(name: str, kind: sa.types.TypeEngine, *, is_nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=is_nullable)


def reference(table: str, name: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}"))


def widen_registry() -> None:
    with op.batch_alter_table("model_version") as table:
        table.add_column(
            sa.Column("origin", sa.String(length=32), server_default="command", nullable=False)
        )
        for name, kind in (
            ("libraries", sa.JSON()),
            ("seen", sa.JSON()),
            ("evaluation", sa.JSON()),
            ("verdict", sa.Text()),
        ):
            table.add_column(column(name, kind, is_nullable=True))
    op.execute("UPDATE model_version SET origin = 'starter' WHERE id = 'starter'")
    op.create_table(
        "model_activation",
        column("id", sa.Integer()),
        column("model_id", sa.String(length=64)),
        column("previous_id", sa.String(length=64), is_nullable=True),
        column("is_way_back", sa.Boolean()),
        column("reason", sa.Text()),
        column("by", sa.String(length=64)),
        column("at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_activation")),
    )


def widen_corrections() -> None:
    with op.batch_alter_table("correction") as table:
        for name, kind in (
            ("suggestion_id", sa.Integer()),
            ("unit_code", sa.String(length=32)),
            ("excluded_at", MOMENT),
            ("excluded_by", sa.String(length=64)),
            ("excluded_because", sa.Text()),
            ("checked_at", MOMENT),
            ("checked_by", sa.String(length=64)),
        ):
            table.add_column(column(name, kind, is_nullable=True))
        table.create_foreign_key(
            table.f("fk_correction_suggestion_id"), "suggestion", ["suggestion_id"], ["id"]
        )


def create_runs() -> None:
    op.create_table(
        "learning_run",
        column("id", sa.Integer()),
        column("kind", sa.String(length=32)),
        column("state", sa.String(length=32)),
        column("step", sa.String(length=64)),
        column("share", sa.Double()),
        column("attempt", sa.Integer()),
        column("first_id", sa.String(length=64), is_nullable=True),
        column("second_id", sa.String(length=64), is_nullable=True),
        column("comparison_id", sa.Integer(), is_nullable=True),
        column("spec", sa.JSON()),
        column("result", sa.JSON(), is_nullable=True),
        column("verdict", sa.Text(), is_nullable=True),
        column("trouble", sa.Text(), is_nullable=True),
        column("night", sa.Date(), is_nullable=True),
        column("asked_at", MOMENT),
        column("asked_by", sa.String(length=64)),
        column("touched_at", MOMENT, is_nullable=True),
        column("finished_at", MOMENT, is_nullable=True),
        reference("learning_run", "comparison_id", "learning_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_run")),
        sa.UniqueConstraint("night", name=op.f("uq_learning_run_night")),
    )
    op.create_index("ix_learning_run_kind_id", "learning_run", ["kind", "id"])
    op.create_table(
        "learning_line",
        column("id", sa.Integer()),
        column("run_id", sa.Integer()),
        column("number", sa.Integer()),
        column("ticket_id", sa.Integer(), is_nullable=True),
        column("title", sa.Text(), is_nullable=True),
        column("content", sa.Text(), is_nullable=True),
        column("truth", sa.String(length=64)),
        column("first_code", sa.String(length=64), is_nullable=True),
        column("first_odds", sa.Double(), is_nullable=True),
        column("second_code", sa.String(length=64), is_nullable=True),
        column("second_odds", sa.Double(), is_nullable=True),
        reference("learning_line", "run_id", "learning_run"),
        reference("learning_line", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_line")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_learning_line_run_id_number")),
    )


def create_shadow() -> None:
    op.create_table(
        "shadow_run",
        column("id", sa.Integer()),
        column("model_id", sa.String(length=64)),
        column("cursor", sa.Integer()),
        column("trouble", sa.Text(), is_nullable=True),
        column("started_at", MOMENT),
        column("started_by", sa.String(length=64)),
        column("touched_at", MOMENT, is_nullable=True),
        column("ended_at", MOMENT, is_nullable=True),
        column("ended_by", sa.String(length=64), is_nullable=True),
        column("is_promoted", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_run")),
    )
    op.create_table(
        "shadow_answer",
        column("id", sa.Integer()),
        column("run_id", sa.Integer()),
        column("suggestion_id", sa.Integer()),
        column("ticket_id", sa.Integer()),
        column("code", sa.String(length=12), is_nullable=True),
        column("probability", sa.Double()),
        column("active_code", sa.String(length=12), is_nullable=True),
        column("at", MOMENT),
        reference("shadow_answer", "run_id", "shadow_run"),
        reference("shadow_answer", "suggestion_id", "suggestion"),
        reference("shadow_answer", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_answer")),
        sa.UniqueConstraint(
            "run_id", "suggestion_id", name=op.f("uq_shadow_answer_run_id_suggestion_id")
        ),
    )
    op.create_index("ix_shadow_answer_ticket_id", "shadow_answer", ["ticket_id"])


def create_rule() -> None:
    op.create_table(
        "learning_rule",
        column("id", sa.Integer()),
        column("is_nightly", sa.Boolean()),
        column("hour", sa.Integer()),
        column("least_rows", sa.Integer()),
        column("is_automatic", sa.Boolean()),
        column("most_drop", sa.Double()),
        column("changed_at", MOMENT),
        column("changed_by", sa.String(length=64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_rule")),
    )


def upgrade() -> None:
    widen_registry()
    widen_corrections()
    create_runs()
    create_shadow()
    create_rule()


def downgrade() -> None:
    for name in ("learning_rule", "shadow_answer", "shadow_run", "learning_line", "learning_run"):
        op.drop_table(name)
    with op.batch_alter_table("correction") as table:
        table.drop_constraint(table.f("fk_correction_suggestion_id"), type_="foreignkey")
        for name in ("suggestion_id", "unit_code", "excluded_at", "excluded_by"):
            table.drop_column(name)
        for name in ("excluded_because", "checked_at", "checked_by"):
            table.drop_column(name)
    op.drop_table("model_activation")
    with op.batch_alter_table("model_version") as table:
        for name in ("verdict", "evaluation", "seen", "libraries", "origin"):
            table.drop_column(name)
