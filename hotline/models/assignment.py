"""Assignments (承办记录): who was sent the ticket, by which rule, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Base, UtcDateTime
from hotline.models.department import Department


class Assignment(Base):
    """One dispatch to one department; the newest lead one without ``ended_at`` is the current."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    is_lead: Mapped[bool] = mapped_column(default=True)
    round: Mapped[int] = mapped_column(default=1)
    dispatched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dispatched_by: Mapped[str] = mapped_column(String(64))
    rule_id: Mapped[str | None] = mapped_column(String(64))
    legal_basis: Mapped[str | None] = mapped_column(Text)
    because: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[str | None] = mapped_column(String(64))
    contacted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(64))

    department: Mapped[Department] = relationship(lazy="joined")

    __table_args__ = (
        Index("ix_assignment_department", "department_id", "ended_at"),
        Index(
            "ix_assignment_lead_dispatched",
            "dispatched_at",
            sqlite_where=text("is_lead"),
            postgresql_where=text("is_lead"),
        ),
    )
