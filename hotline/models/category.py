"""Categories and catalogue rules (问题分类与派单目录)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime


class Category(Base):
    """A node of the tree: 2, 4 or 6 digits for the three levels."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    level: Mapped[int]
    name: Mapped[str] = mapped_column(String(64))
    is_active: Mapped[bool] = mapped_column(default=True)


class CatalogueRule(Base):
    """One line of the dispatch catalogue with its legal basis and its effective dates.

    ``times``: season, hours and kind of day at which it holds, as ``routing.read_times`` reads it.
    """

    __tablename__ = "catalogue_rule"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    category: Mapped[str] = mapped_column(String(12))
    area: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str | None] = mapped_column(String(32))
    urgency: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[list[str]] = mapped_column(JSON, default=list)
    times: Mapped[str] = mapped_column(String(64), default="", server_default="")
    lead: Mapped[str] = mapped_column(String(64))
    helpers: Mapped[list[str]] = mapped_column(JSON, default=list)
    legal_basis: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrustLine(Base):
    """Above this probability the machine dispatches by itself (信任线); "" is the default.

    ``model_id``: for which model it was chosen. ``wished_error``: the error it was chosen for,
    empty when it was set by hand.
    """

    __tablename__ = "trust_line"

    category_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    probability: Mapped[float]
    model_id: Mapped[str | None] = mapped_column(String(64))
    wished_error: Mapped[float | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(64))
