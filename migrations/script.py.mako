"""${message}

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
