"""Callbacks and ratings (回访与评价)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.terms import Channel, Finding, Resolved


class Callback(Base):
    """A planned callback of one round; closed when rated or given up."""

    __tablename__ = "callback"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int] = mapped_column(default=1)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    is_sample: Mapped[bool] = mapped_column(default=False)
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("ticket_id", "round"),
        Index("ix_callback_open", "done_at", "due_at"),
    )


class CallbackAttempt(Base):
    """One call to the citizen; "no answer" is never "satisfied" (domain.md 8.1)."""

    __tablename__ = "callback_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    reached: Mapped[bool]
    note: Mapped[str | None] = mapped_column(Text)


class Rating(Base):
    """One rating per round (好差评): the first is 首次, the next 二次.

    A bad one is verified first, then put right (差评核实与整改, 国办发〔2019〕51号).
    """

    __tablename__ = "rating"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int]
    satisfaction: Mapped[int]
    resolved: Mapped[Resolved] = mapped_column(Word(Resolved))
    comment: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    rated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    finding: Mapped[Finding | None] = mapped_column(Word(Finding))
    finding_code: Mapped[str | None] = mapped_column(String(64))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by: Mapped[str | None] = mapped_column(String(64))
    verification: Mapped[str | None] = mapped_column(Text)
    mended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mended_by: Mapped[str | None] = mapped_column(String(64))
    mending: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("ticket_id", "round"),)
