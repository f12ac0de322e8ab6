"""Keep beside each look of the model what else was read from the text, with its words.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_keep_understanding"
down_revision = "0011_register_models"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("understood", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.drop_column("understood")
