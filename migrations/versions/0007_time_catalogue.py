"""Let a rule of the dispatch catalogue hold at certain times only.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007_time_catalogue"
down_revision = "0006_version_catalogue"
branch_labels = None
depends_on = None

EDITIONS = sa.table(
    "catalogue_edition",
    sa.column("id", sa.Integer()),
    sa.column("rows", sa.JSON()),
    sa.column("rows_before", sa.JSON()),
)


def rewrite(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Give each rule that a draft or an edition keeps as a whole row its new form."""
    connection = op.get_bind()
    for number, rows, before in connection.execute(sa.select(EDITIONS)).all():
        kept = {
            name: {key: row and change(row) for key, row in found.items()}
            for name, found in (("rows", rows), ("rows_before", before))
        }
        connection.execute(sa.update(EDITIONS).where(EDITIONS.c.id == number).values(kept))


def upgrade() -> None:
    times = sa.Column("times", sa.String(length=64), server_default="", nullable=False)
    op.add_column("catalogue_rule", times)
    rewrite(lambda row: {**row, "times": ""})


def downgrade() -> None:
    rewrite(lambda row: {key: value for key, value in row.items() if key != "times"})
    with op.batch_alter_table("catalogue_rule") as table:
        table.drop_column("times")
