"""Who looked at an identity, and which process is alive (明文查看记录与心跳)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.terms import Role


class Unmasking(Base):
    """One try to see a caller's identity, allowed or not (story 9)."""

    __tablename__ = "unmasking"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    actor_name: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column(Word(Role))
    reason: Mapped[str] = mapped_column(Text)
    allowed: Mapped[bool]
    refusal: Mapped[str | None] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outage(Base):
    """A time in which no process watched the clocks (系统停摆); found when the cron comes back."""

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, unique=True)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    late: Mapped[int] = mapped_column(default=0)
    digested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Heartbeat(Base):
    """The last sign of life of a process that has no port to ask."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
