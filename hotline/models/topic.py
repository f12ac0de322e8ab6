"""Hot topics and the tickets they are made of (热点问题)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.surge import SurgeLevel


class TopicRow(Base):
    """One matter around one place; its number is that of the ticket it began with.

    So it is called the same however often all is gathered anew. ``profile``: what new tickets are
    compared with. From ``title`` on: what was last counted, for lists that must not count.
    """

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    is_living: Mapped[bool] = mapped_column(default=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"), index=True)
    profile: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    areas: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    size: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    title: Mapped[str] = mapped_column(String(120), default="")
    place: Mapped[str] = mapped_column(String(40), default="")
    area_code: Mapped[str | None] = mapped_column(String(12))
    category_code: Mapped[str | None] = mapped_column(String(12))
    heat: Mapped[float] = mapped_column(default=0.0)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    level: Mapped[SurgeLevel | None] = mapped_column(Word(SurgeLevel))
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_topic_is_living_heat", "is_living", "heat", "id"),
        Index("ix_topic_last_at", "last_at"),
    )


class TopicKey(Base):
    """Under which words a living topic is found; the topic's own profile is the truth."""

    __tablename__ = "topic_key"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), primary_key=True, index=True)


class TopicTicket(Base):
    """To which topic a ticket belongs; each to one, written once for each ticket."""

    __tablename__ = "topic_ticket"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id"), primary_key=True, autoincrement=False
    )
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    likeness: Mapped[float]

    __table_args__ = (Index("ix_topic_ticket_topic_id_at", "topic_id", "at", "ticket_id"),)


class TopicProgress(Base):
    """How far the gathering has come: one row, held while a batch is written.

    ``on``: the day of the tickets placed last; ``checked_on``: when it was last looked for such
    as came in late.
    """

    __tablename__ = "topic_progress"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket_id: Mapped[int]
    on: Mapped[date]
    checked_on: Mapped[date]
