"""Judge by versioned rules, and keep what changes a deadline.

Before you write: a migration runs while old processes still serve. Add columns as nullable or
with a server default; build indexes on big tables concurrently on PostgreSQL; never rename in one
step. Test it up, down and with data on both databases (tests/migrations).
"""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0002_version_rules"
down_revision = "0001_create_tables"
branch_labels = None
depends_on = None


BOOK = sa.table(
    "rule_book",
    *(
        sa.column(name, kind)
        for name, kind in {
            "subject": sa.String,
            "version": sa.Integer,
            "base_version": sa.Integer,
            "effective_from": sa.Date,
            "applies_to_open": sa.Boolean,
            "document": sa.JSON,
            "summary": sa.Text,
            "reason": sa.Text,
            "drafted_at": sa.DateTime(timezone=True),
            "drafted_by": sa.String,
            "published_at": sa.DateTime(timezone=True),
            "published_by": sa.String,
        }.items()
    ),
)
DAY = sa.table(
    "calendar_day",
    sa.column("on", sa.Date),
    sa.column("is_workday", sa.Boolean),
    sa.column("name", sa.String),
    sa.column("source", sa.String),
    sa.column("changed_at", sa.DateTime(timezone=True)),
)


def keep_local_days() -> None:
    """The days an office decided otherwise become version 1 of its calendar."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(DAY).order_by(DAY.c.on)).all()
    if not rows:
        return
    days = [
        {"on": r.on.isoformat(), "is_workday": r.is_workday, "name": r.name, "source": r.source}
        for r in rows
    ]
    last = max(row.changed_at for row in rows)
    book = {
        "subject": "calendar",
        "version": 1,
        "base_version": 0,
        "effective_from": min(row.on for row in rows),
        "applies_to_open": True,
        "document": {"days": days, "confirmed_years": []},
        "summary": f"本市另行规定的 {len(days)} 天",
        "reason": "升级时由原工作日历转入",
        "drafted_at": last,
        "drafted_by": "系统",
        "published_at": last,
        "published_by": "系统",
    }
    connection.execute(sa.insert(BOOK).values(book))


def give_local_days_back() -> None:
    """The days of the newest calendar that hold for the whole city."""
    connection = op.get_bind()
    newest = (
        sa.select(BOOK.c.document, BOOK.c.published_at)
        .where(BOOK.c.subject == "calendar", BOOK.c.version.is_not(None))
        .order_by(BOOK.c.version.desc())
        .limit(1)
    )
    for document, published_at in connection.execute(newest):
        for day in document.get("days", []):
            if not day.get("area"):
                said = {
                    "on": date.fromisoformat(day["on"]),
                    "is_workday": day["is_workday"],
                    "name": day["name"],
                    "source": day.get("source", ""),
                    "changed_at": published_at,
                }
                connection.execute(sa.insert(DAY).values(said))


def rename_milestones(old: str, new: str) -> None:
    """A step's name stands in what has fired and in what is still planned."""
    op.execute(
        sa.text("UPDATE milestone SET name = :new WHERE name = :old").bindparams(old=old, new=new)
    )
    quoted = {"old": f'"{old}"', "new": f'"{new}"'}
    plan = "CAST(replace(CAST(plan AS TEXT), :old, :new) AS JSON)"
    if op.get_bind().dialect.name == "sqlite":
        plan = "replace(plan, :old, :new)"
    runs_on = "next_at IS NOT NULL OR ticket_id IN (SELECT id FROM ticket WHERE stage = 'reviewing')"
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
    op.create_table(
        "rule_book",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("applies_to_open", sa.Boolean(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_book")),
        sa.UniqueConstraint("subject", "version", name=op.f("uq_rule_book_subject_version")),
        sqlite_autoincrement=True,  # the number of a draft thrown away is never given again
    )
    op.create_table(
        "recount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("book_id", sa.Integer(), nullable=True),
        sa.Column("is_dry", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("examined", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name=op.f("fk_recount_book_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recount")),
        sqlite_autoincrement=True,  # the number of a draft thrown away is never given again
    )
    with op.batch_alter_table("recount", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recount_book_id"), ["book_id"], unique=False)

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
    keep_local_days()
    op.drop_table("calendar_day")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signed_by", sa.String(length=64), nullable=True))

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

    rename_milestones("urge_80", "urge-80")
    remember_old_pauses()
    let_pauses_be_pauses()


def downgrade() -> None:
    rename_milestones("urge-80", "urge_80")
    end_pauses()
    op.drop_index("ix_ticket_closed_at", table_name="ticket")
    op.drop_index("ix_ticket_master_id", table_name="ticket")
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

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("signed_by")

    op.create_table(
        "calendar_day",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_calendar_day")),
    )
    give_local_days_back()
    op.drop_table("recount_line")
    with op.batch_alter_table("deadline_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadline_change_deadline_id"))

    op.drop_table("deadline_change")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_staff_id"))

    op.drop_table("absence")
    with op.batch_alter_table("recount", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recount_book_id"))

    op.drop_table("recount")
    op.drop_table("rule_book")
    op.drop_table("outage")
    op.drop_table("indicator_setting")
