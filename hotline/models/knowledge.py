"""Knowledge entries (知识库) that answer consultations at once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime


class KnowledgeEntry(Base):
    """An answer with an owner and an expiry (domain.md 7: slow, differing answers)."""

    __tablename__ = "knowledge"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    title: Mapped[str] = mapped_column(String(200))
    answer: Mapped[str] = mapped_column(Text)
    keywords: Mapped[str] = mapped_column(Text)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    valid_until: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
