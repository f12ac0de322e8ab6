"""What the machine thought and what people made of it (推荐、修正样本、模型版本)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime


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


class Correction(Base):
    """A category that a person confirmed or changed: a training row with its provenance."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    from_code: Mapped[str | None] = mapped_column(String(12))
    to_code: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    harvested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("ticket_id", "to_code", "source"),)


class ModelVersion(Base):
    """A trained artefact; exactly one is active."""

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

    __table_args__ = (Index("ix_model_version_active", "is_active"),)
