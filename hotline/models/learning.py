"""What the machine thought and what people made of it (推荐、修正样本、模型版本)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.learning import Origin


class SuggestionRow(Base):
    """One look of one model at one ticket, kept for ever: probabilities, words, route.

    ``understood``: kind, alarms, places, area and companies with their words (services.reading).
    """

    __tablename__ = "suggestion"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    model_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    top_code: Mapped[str | None] = mapped_column(String(12))
    probability: Mapped[float]
    is_unsure: Mapped[bool]
    ranked: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    routes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    decision: Mapped[str] = mapped_column(Text)
    understood: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")

    __table_args__ = (Index("ix_suggestion_model_at", "model_id", "at"),)


class Correction(Base):
    """A category that a person confirmed or changed: a training row with its provenance.

    ``suggestion_id``: what the machine had said when the person decided. ``unit_code``: the unit
    that the same decision sent the ticket to. An excluded row teaches no more, but stays.
    """

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    from_code: Mapped[str | None] = mapped_column(String(12))
    to_code: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    harvested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"))
    unit_code: Mapped[str | None] = mapped_column(String(32))
    excluded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    excluded_by: Mapped[str | None] = mapped_column(String(64))
    excluded_because: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (UniqueConstraint("ticket_id", "to_code", "source"),)


class ModelVersion(Base):
    """A trained artefact; exactly one is active.

    ``metrics`` are its four figures, ``evaluation`` all that its cross-validation said, ``seen``
    what taught it. ``verdict`` says in words how it fared on the tickets kept back.
    """

    __tablename__ = "model_version"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rows: Mapped[int]
    labels: Mapped[int]
    metrics: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    data_hash: Mapped[str] = mapped_column(String(64))
    is_active: Mapped[bool] = mapped_column(default=False)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    origin: Mapped[Origin] = mapped_column(
        Word(Origin), default=Origin.COMMAND, server_default=Origin.COMMAND.value
    )
    libraries: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    seen: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    evaluation: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)
    verdict: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_model_version_active", "is_active"),)


class ModelActivation(Base):
    """One change of the active model: which came, which went, who wanted it and why (启用记录)."""

    __tablename__ = "model_activation"

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[str] = mapped_column(String(64))
    previous_id: Mapped[str | None] = mapped_column(String(64))
    is_way_back: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
