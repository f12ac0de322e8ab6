"""Keep changes of trust lines and looks at the words, and index what their figures are counted by.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_keep_trust_changes"
down_revision = "0009_gather_topics"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LEADS = sa.text("is_lead")


def column(name: str, kind: sa.types.TypeEngine, *, is_nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=is_nullable)


def create_changes() -> None:
    op.create_table(
        "trust_change",
        column("id", sa.Integer()),
        column("category_code", sa.String(length=12)),
        column("before", sa.Double(), is_nullable=True),
        column("after", sa.Double(), is_nullable=True),
        column("wished_error", sa.Double(), is_nullable=True),
        column("reason", sa.Text()),
        column("model_id", sa.String(length=64), is_nullable=True),
        column("source", sa.String(length=16), is_nullable=True),
        column("taken", sa.Integer(), is_nullable=True),
        column("wrong", sa.Integer(), is_nullable=True),
        column("total", sa.Integer(), is_nullable=True),
        column("at", MOMENT),
        column("by", sa.String(length=64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_change")),
    )
    op.create_index("ix_trust_change_category", "trust_change", ["category_code", "id"])
    with op.batch_alter_table("trust_line") as table:
        table.add_column(column("model_id", sa.String(length=64), is_nullable=True))
        table.add_column(column("wished_error", sa.Double(), is_nullable=True))


def create_looks() -> None:
    op.create_table(
        "vocabulary_look",
        column("id", sa.Integer()),
        column("on", sa.Date()),
        column("model_id", sa.String(length=64)),
        column("days", sa.Integer()),
        column("tickets", sa.Integer()),
        column("words", sa.Integer()),
        column("unknown", sa.Integer()),
        column("tickets_before", sa.Integer()),
        column("words_before", sa.Integer()),
        column("unknown_before", sa.Integer()),
        column("new_words", sa.JSON()),
        column("looked_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_look")),
        sa.UniqueConstraint("on", "model_id", name=op.f("uq_vocabulary_look_on_model_id")),
    )


def upgrade() -> None:
    create_changes()
    create_looks()
    op.create_index("ix_suggestion_model_at", "suggestion", ["model_id", "at"])
    op.create_index(
        "ix_assignment_lead_dispatched",
        "assignment",
        ["dispatched_at"],
        sqlite_where=LEADS,
        postgresql_where=LEADS,
    )


def downgrade() -> None:
    op.drop_index("ix_assignment_lead_dispatched", table_name="assignment")
    op.drop_index("ix_suggestion_model_at", table_name="suggestion")
    op.drop_table("vocabulary_look")
    with op.batch_alter_table("trust_line") as table:
        table.drop_column("wished_error")
        table.drop_column("model_id")
    op.drop_index("ix_trust_change_category", table_name="trust_change")
    op.drop_table("trust_change")
