"""File open tickets by their prints, to find reports of one matter.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).

Tickets that are open already get their prints by the periodic job ``sweep_prints``, batch by batch.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_file_prints"
down_revision = "0007_time_catalogue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_print",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_print_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_print")),
    )
    op.create_table(
        "print_key",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "ticket_id", name=op.f("pk_print_key")),
    )
    op.create_index("ix_print_key_ticket_id", "print_key", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("print_key")
    op.drop_table("ticket_print")
