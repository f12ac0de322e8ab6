"""Deadlines and their milestones as rows (期限与节点); the sweep asks one indexed column."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.terms import Clock


class Deadline(Base):
    """One clock of one ticket in one round; ``next_at`` is the next milestone not yet fired.

    ``turn`` counts dispatches within a round: the sign clock starts anew when a returned ticket
    goes to another unit, the handle clock does not. ``plan`` is [[milestone, ISO time], …].
    """

    __tablename__ = "deadline"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    clock: Mapped[Clock] = mapped_column(Word(Clock))
    round: Mapped[int] = mapped_column(default=1)
    turn: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(24))
    rule_id: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    yellow_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_provisional: Mapped[bool] = mapped_column(default=False)
    plan: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
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
            sqlite_where=text("stopped_at IS NULL"),
            postgresql_where=text("stopped_at IS NULL"),
        ),
    )


class Milestone(Base):
    """A milestone that has fired; unique per clock, so it can fire only once."""

    __tablename__ = "milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    name: Mapped[str] = mapped_column(String(32))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("deadline_id", "name"),)


class CalendarDay(Base):
    """A day that the office decided otherwise, over the official calendar (工作日历)."""

    __tablename__ = "calendar_day"

    on: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
