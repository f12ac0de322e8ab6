"""Changes of trust lines, and what was seen of the citizens' words (信任线变动、词汇观察)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime


class TrustChange(Base):
    """One change of a trust line: from, to, why, and what was expected of it; never edited.

    ``before``, ``after``: empty where the category followed the default line. ``source``: what the
    expectation was drawn from (domain.trust.Source).
    """

    __tablename__ = "trust_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(String(12))
    before: Mapped[float | None]
    after: Mapped[float | None]
    wished_error: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text)
    model_id: Mapped[str | None] = mapped_column(String(64))
    source: Mapped[str | None] = mapped_column(String(16))
    taken: Mapped[int | None]
    wrong: Mapped[int | None]
    total: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_trust_change_category", "category_code", "id"),)


class VocabularyLook(Base):
    """One day's look at the words of the newest tickets by one model.

    ``unknown_before`` and ``words_before``: the same of as many days before. ``new_words``:
    [word, tickets, callers, tickets before], each from many callers, so that none tells of a
    person.
    """

    __tablename__ = "vocabulary_look"

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(Date)
    model_id: Mapped[str] = mapped_column(String(64))
    days: Mapped[int]
    tickets: Mapped[int]
    words: Mapped[int]
    unknown: Mapped[int]
    tickets_before: Mapped[int]
    words_before: Mapped[int]
    unknown_before: Mapped[int]
    new_words: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("on", "model_id"),)
