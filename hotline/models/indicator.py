"""What an indicator leaves out (考核指标的剔除口径); the formulas themselves are saved as data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime


class IndicatorSetting(Base):
    """The exclusions somebody chose for an indicator, instead of those it ships with."""

    __tablename__ = "indicator_setting"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    exclusions: Mapped[list[str]] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(64))
