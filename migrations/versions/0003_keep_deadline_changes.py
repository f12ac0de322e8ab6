"""Keep what changes a deadline: pauses, extensions and counts, each with its reason.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_keep_deadline_changes"
down_revision = "0002_version_rules"
branch_labels = None
depends_on = None


def rename_milestones(old: str, new: str) -> None:
    """A step's name stands in what has fired and in what is still planned."""
    op.execute(
        sa.text("UPDATE milestone SET name = :new WHERE name = :old").bindparams(old=old, new=new)
    )
    quoted = {"old": f'"{old}"', "new": f'"{new}"'}
    plan = "CAST(replace(CAST(plan AS TEXT), :old, :new) AS JSON)"
    if op.get_bind().dialect.name == "sqlite":
        plan = "replace(plan, :old, :new)"
    runs_on = (
        "next_at IS NOT NULL OR ticket_id IN (SELECT id FROM ticket WHERE stage = 'reviewing')"
    )
    op.execute(sa.text(f"UPDATE deadline SET plan = {plan} WHERE {runs_on}").bindparams(**quoted))


STANDING = """
stopped_at IS NOT NULL AND EXISTS (
  SELECT 1 FROM ticket WHERE ticket.id = deadline.ticket_id AND ticket.round = deadline.round AND (
    (ticket.stage = 'hung' AND deadline.clock = 'handle')
    OR (ticket.stage = 'supplementing' AND deadline.clock = 'dispatch')))
"""


def remember_old_pauses() -> None:
    """What hung and went on was due later, and nothing said why: a new count would take it back."""
    op.execute(
        "INSERT INTO deadline_change "
        "(deadline_id, kind, at, by, reason, since, until, due_before, due_after, is_held) "
        "SELECT d.id, 'pause', hung.at, hung.actor_name, COALESCE(hung.reason, '挂账'), hung.at, "
        "MIN(back.at), d.first_due_at, d.due_at, false "
        "FROM deadline d "
        "JOIN timeline hung ON hung.ticket_id = d.ticket_id AND hung.event = 'hanging_granted' "
        "AND hung.at >= d.started_at AND (d.stopped_at IS NULL OR hung.at < d.stopped_at) "
        "JOIN timeline back ON back.ticket_id = d.ticket_id AND back.event = 'resumed' "
        "AND back.id > hung.id "
        "WHERE d.clock = 'handle' AND d.due_at <> d.first_due_at "
        "GROUP BY d.id, hung.id, hung.at, hung.actor_name, hung.reason, d.first_due_at, d.due_at "
        "ORDER BY hung.id"
    )


def let_pauses_be_pauses() -> None:
    """Clocks of hung and supplementing tickets were stopped; from now on they stand paused."""
    op.execute(
        "INSERT INTO deadline_change (deadline_id, kind, at, by, reason, since, due_before, is_held) "
        "SELECT id, 'pause', stopped_at, '系统', '升级前已暂停', stopped_at, due_at, false "
        f"FROM deadline WHERE {STANDING}"
    )
    op.execute(f"UPDATE deadline SET paused_at = stopped_at, stopped_at = NULL WHERE {STANDING}")


def end_pauses() -> None:
    """The other way round, as it was before."""
    op.execute(
        "UPDATE deadline SET stopped_at = paused_at, next_at = NULL WHERE paused_at IS NOT NULL"
    )


PAUSED = "stopped_at IS NULL AND paused_at IS NOT NULL"


def index_due(batch_op, name: str, where: str) -> None:
    """An index on the due moments of some of the clocks."""
    batch_op.create_index(
        name,
        ["clock", "due_at"],
        unique=False,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def upgrade() -> None:
    op.create_table(
        "deadline_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=24), nullable=True),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("motion_id", sa.Integer(), nullable=True),
        sa.Column("recount_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_change_deadline_id")
        ),
        sa.ForeignKeyConstraint(
            ["motion_id"], ["motion.id"], name=op.f("fk_deadline_change_motion_id")
        ),
        sa.ForeignKeyConstraint(
            ["recount_id"], ["recount.id"], name=op.f("fk_deadline_change_recount_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_change")),
    )
    with op.batch_alter_table("deadline_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deadline_change_deadline_id"), ["deadline_id"], unique=False
        )
    op.create_table(
        "recount_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recount_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_recount_line_deadline_id")
        ),
        sa.ForeignKeyConstraint(
            ["recount_id"], ["recount.id"], name=op.f("fk_recount_line_recount_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recount_line")),
        sa.UniqueConstraint(
            "recount_id", "deadline_id", name=op.f("uq_recount_line_recount_id_deadline_id")
        ),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.add_column(sa.Column("statutory_amount", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("statutory_unit", sa.String(length=24), nullable=True))
        batch_op.add_column(
            sa.Column("policy_version", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("calendar_version", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("hours_version", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("ladder_version", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("statutory_due_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_deadline_clock_started", ["clock", "started_at"], unique=False)
        batch_op.create_index("ix_deadline_clock_due", ["clock", "due_at"], unique=False)
        batch_op.drop_index("ix_deadline_running_due")
        index_due(batch_op, "ix_deadline_running_due", "stopped_at IS NULL AND paused_at IS NULL")
        index_due(batch_op, "ix_deadline_paused_due", PAUSED)
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_late", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("is_stale", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(
            "ix_milestone_late",
            ["planned_at"],
            unique=False,
            sqlite_where=sa.text("is_late"),
            postgresql_where=sa.text("is_late"),
        )
    rename_milestones("urge_80", "urge-80")
    remember_old_pauses()
    let_pauses_be_pauses()


def downgrade() -> None:
    rename_milestones("urge-80", "urge_80")
    end_pauses()
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_milestone_late",
            sqlite_where=sa.text("is_late"),
            postgresql_where=sa.text("is_late"),
        )
        batch_op.drop_column("is_stale")
        batch_op.drop_column("is_late")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index("ix_deadline_clock_started")
        batch_op.drop_index("ix_deadline_clock_due")
        batch_op.drop_index("ix_deadline_paused_due")
        batch_op.drop_index("ix_deadline_running_due")
        index_due(batch_op, "ix_deadline_running_due", "stopped_at IS NULL")
        batch_op.drop_column("counted_at")
        batch_op.drop_column("paused_at")
        batch_op.drop_column("statutory_due_at")
        batch_op.drop_column("ladder_version")
        batch_op.drop_column("hours_version")
        batch_op.drop_column("calendar_version")
        batch_op.drop_column("policy_version")
        batch_op.drop_column("statutory_unit")
        batch_op.drop_column("statutory_amount")
    op.drop_table("recount_line")
    with op.batch_alter_table("deadline_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadline_change_deadline_id"))
    op.drop_table("deadline_change")
