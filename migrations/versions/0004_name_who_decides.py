"""Name who decides: deputies, steps of a motion, persons told, verified ratings.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_name_who_decides"
down_revision = "0003_keep_deadline_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["deputy_id"], ["staff.id"], name=op.f("fk_absence_deputy_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_absence_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_staff_id"), ["staff_id"], unique=False)
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signed_by", sa.String(length=64), nullable=True))
    with op.batch_alter_table("motion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ordinal", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(
            sa.Column("step", sa.String(length=32), server_default="hotline", nullable=False)
        )
        batch_op.add_column(sa.Column("evidence", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("reply_text", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("until_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("unit_decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("unit_decided_by", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("unit_decision", sa.Text(), nullable=True))
        batch_op.create_index("ix_motion_kind_filed", ["kind", "filed_at"], unique=False)
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("staff_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("link", sa.String(length=200), nullable=True))
        batch_op.create_index("ix_notice_staff", ["staff_id", "id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_notice_staff_id"), "staff", ["staff_id"], ["id"])
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.add_column(sa.Column("finding", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("finding_code", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("verified_by", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("verification", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("mended_by", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("mending", sa.Text(), nullable=True))
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("phone")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_column("mending")
        batch_op.drop_column("mended_by")
        batch_op.drop_column("mended_at")
        batch_op.drop_column("verification")
        batch_op.drop_column("verified_by")
        batch_op.drop_column("verified_at")
        batch_op.drop_column("finding_code")
        batch_op.drop_column("finding")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_notice_staff_id"), type_="foreignkey")
        batch_op.drop_index("ix_notice_staff")
        batch_op.drop_column("link")
        batch_op.drop_column("staff_id")
    with op.batch_alter_table("motion", schema=None) as batch_op:
        batch_op.drop_index("ix_motion_kind_filed")
        batch_op.drop_column("unit_decision")
        batch_op.drop_column("unit_decided_by")
        batch_op.drop_column("unit_decided_at")
        batch_op.drop_column("until_on")
        batch_op.drop_column("reply_text")
        batch_op.drop_column("evidence")
        batch_op.drop_column("step")
        batch_op.drop_column("ordinal")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("signed_by")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_staff_id"))
    op.drop_table("absence")
