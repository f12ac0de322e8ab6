"""Keep calendar, hours, policy and ladder as versioned rules, and the counts they cause.

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


def upgrade() -> None:
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
    keep_local_days()
    op.drop_table("calendar_day")


def downgrade() -> None:
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
    with op.batch_alter_table("recount", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recount_book_id"))
    op.drop_table("recount")
    op.drop_table("rule_book")
