"""Deadlines, what fired, and what changed them, as rows (期限、节点、期限变动)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.terms import Clock
from hotline.domain.timing import Cause, ChangeKind


class Deadline(Base):
    """One clock of one ticket in one round; ``next_at`` is the next milestone not yet fired.

    ``turn`` counts dispatches within a round: the sign clock starts anew when a returned ticket
    goes to another unit, the handle clock does not; the review clock of a motion has the motion's
    id. ``plan`` is [[milestone, ISO time], …], made at ``counted_at``. The versions say by which
    rules it was counted.
    """

    __tablename__ = "deadline"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    clock: Mapped[Clock] = mapped_column(Word(Clock))
    round: Mapped[int] = mapped_column(default=1)
    turn: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(24))
    rule_id: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(64))
    statutory_amount: Mapped[int | None]
    statutory_unit: Mapped[str | None] = mapped_column(String(24))
    policy_version: Mapped[int] = mapped_column(default=0)
    calendar_version: Mapped[int] = mapped_column(default=0)
    hours_version: Mapped[int] = mapped_column(default=0)
    ladder_version: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    statutory_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    yellow_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_provisional: Mapped[bool] = mapped_column(default=False)
    plan: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))

    __table_args__ = (
        UniqueConstraint("ticket_id", "clock", "round", "turn"),
        Index(
            "ix_deadline_next_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
        Index("ix_deadline_ticket_id", "ticket_id"),
        Index(
            "ix_deadline_running_department",
            "department_id",
            "clock",
            "due_at",
            sqlite_where=text("stopped_at IS NULL"),
            postgresql_where=text("stopped_at IS NULL"),
        ),
        Index(
            "ix_deadline_running_due",
            "clock",
            "due_at",
            sqlite_where=text("stopped_at IS NULL AND paused_at IS NULL"),
            postgresql_where=text("stopped_at IS NULL AND paused_at IS NULL"),
        ),
        Index(
            "ix_deadline_paused_due",
            "clock",
            "due_at",
            sqlite_where=text("stopped_at IS NULL AND paused_at IS NOT NULL"),
            postgresql_where=text("stopped_at IS NULL AND paused_at IS NOT NULL"),
        ),
        Index("ix_deadline_clock_started", "clock", "started_at"),
        Index("ix_deadline_clock_due", "clock", "due_at"),
    )


class Milestone(Base):
    """A milestone that has fired; unique per clock, so it can fire only once.

    ``is_late``: the system was away when it was planned. ``is_stale``: it came when it no longer
    meant anything (an urge after the deadline), so it was noted and nobody was told.
    """

    __tablename__ = "milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    name: Mapped[str] = mapped_column(String(32))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_late: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_stale: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    __table_args__ = (
        UniqueConstraint("deadline_id", "name"),
        Index(
            "ix_milestone_late",
            "planned_at",
            sqlite_where=text("is_late"),
            postgresql_where=text("is_late"),
        ),
    )


class DeadlineChange(Base):
    """One change of a due moment: pause, extension or recount; the old one stays (期限变动).

    ``until`` is empty while a pause goes on. ``is_held``: the new rules would have put the due
    moment into the past, so the old one was kept.
    """

    __tablename__ = "deadline_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(Word(ChangeKind))
    cause: Mapped[Cause | None] = mapped_column(Word(Cause))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    amount: Mapped[int | None]
    unit: Mapped[str | None] = mapped_column(String(24))
    due_before: Mapped[datetime] = mapped_column(UtcDateTime)
    due_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_held: Mapped[bool] = mapped_column(default=False)
    motion_id: Mapped[int | None] = mapped_column(ForeignKey("motion.id"))
    recount_id: Mapped[int | None] = mapped_column(ForeignKey("recount.id"))
