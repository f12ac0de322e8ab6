"""Rules as versioned data, and the recounts they cause (规则版本与重算)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.timing import RuleSubject, RunState

NEVER_AGAIN = {"sqlite_autoincrement": True}
"""A page may still show a draft that was thrown away: its number is not given to another one."""


class RuleBook(Base):
    """One version of a book of rules, whole; a draft has no version yet, nothing is overwritten.

    Version 0 is what the system ships and stands in no row. ``base_version``: what the draft was
    made from; it is published only while that is still the newest.
    """

    __tablename__ = "rule_book"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[RuleSubject] = mapped_column(Word(RuleSubject))
    version: Mapped[int | None]
    base_version: Mapped[int]
    effective_from: Mapped[date]
    applies_to_open: Mapped[bool] = mapped_column(default=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    summary: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (UniqueConstraint("subject", "version"), NEVER_AGAIN)


class Recount(Base):
    """Counting open deadlines anew, by batches; a dry run changes nothing (重算).

    Under a book of rules; without one, under the rules in force, by an administrator's order.
    """

    __tablename__ = "recount"
    __table_args__ = (NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int | None] = mapped_column(ForeignKey("rule_book.id"), index=True)
    is_dry: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[RunState] = mapped_column(Word(RunState), default=RunState.WAITING)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(64))
    cursor: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    examined: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecountLine(Base):
    """One deadline that a recount moves, holds or cannot count, with its due moment before."""

    __tablename__ = "recount_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    recount_id: Mapped[int] = mapped_column(ForeignKey("recount.id"))
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    due_before: Mapped[datetime] = mapped_column(UtcDateTime)
    due_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_held: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("recount_id", "deadline_id"),)
