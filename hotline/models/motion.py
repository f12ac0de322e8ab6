"""Motions (申请): return, extension, hanging, unreasonable, appeal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.motions import Motion, MotionState
from hotline.models.department import Department


class MotionRow(Base):
    """One application of a department, decided once."""

    __tablename__ = "motion"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[Motion] = mapped_column(Word(Motion))
    state: Mapped[MotionState] = mapped_column(Word(MotionState), default=MotionState.OPEN)
    reason_code: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    suggested_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    working_days: Mapped[int | None]
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_by: Mapped[str] = mapped_column(String(64))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decision: Mapped[str | None] = mapped_column(Text)

    department: Mapped[Department] = relationship(foreign_keys=[department_id], lazy="joined")
    suggested_department: Mapped[Department | None] = relationship(
        foreign_keys=[suggested_department_id], lazy="joined"
    )

    __table_args__ = (Index("ix_motion_state_kind", "state", "kind", "id"),)
