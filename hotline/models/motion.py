"""Motions (申请): return, extension, hanging, unreasonable, appeal."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.motions import Motion, MotionState, MotionStep
from hotline.models.department import Department


class MotionRow(Base):
    """One application of a department; ``step`` says who has to decide next.

    ``ordinal``: the how-manieth of its kind on the ticket. ``reply_text``: the words for the
    citizen (答复口径). ``until_on``: until when a unit asks to hang, empty for the cap's own end.
    """

    __tablename__ = "motion"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[Motion] = mapped_column(Word(Motion))
    state: Mapped[MotionState] = mapped_column(Word(MotionState), default=MotionState.OPEN)
    reason_code: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    suggested_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    working_days: Mapped[int | None]
    ordinal: Mapped[int] = mapped_column(default=1, server_default="1")
    step: Mapped[MotionStep] = mapped_column(
        Word(MotionStep), default=MotionStep.HOTLINE, server_default="hotline"
    )
    evidence: Mapped[str | None] = mapped_column(Text)
    reply_text: Mapped[str | None] = mapped_column(Text)
    until_on: Mapped[date | None]
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_by: Mapped[str] = mapped_column(String(64))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    unit_decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unit_decided_by: Mapped[str | None] = mapped_column(String(64))
    unit_decision: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decision: Mapped[str | None] = mapped_column(Text)

    department: Mapped[Department] = relationship(foreign_keys=[department_id], lazy="joined")
    suggested_department: Mapped[Department | None] = relationship(
        foreign_keys=[suggested_department_id], lazy="joined"
    )

    __table_args__ = (
        Index("ix_motion_state_kind", "state", "kind", "id"),
        Index("ix_motion_kind_filed", "kind", "filed_at"),
    )
