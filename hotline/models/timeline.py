"""The timeline (全程留痕): audit, public progress and outbox in one append-only table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, UtcDateTime, Word
from hotline.domain.events import Event
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.terms import Role


class TimelineEntry(Base):
    """One thing that happened; written once, only the two outbox stamps change.

    ``relayed_at``: a job was asked for. ``settled_at``: its reactions are done. What stays
    unsettled is found again by the sweep, so a lost Redis or a killed worker loses nothing.
    """

    __tablename__ = "timeline"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    event: Mapped[Event] = mapped_column(Word(Event))
    action: Mapped[Action | None] = mapped_column(Word(Action))
    from_stage: Mapped[Stage | None] = mapped_column(Word(Stage))
    to_stage: Mapped[Stage | None] = mapped_column(Word(Stage))
    role: Mapped[Role] = mapped_column(Word(Role))
    actor_name: Mapped[str] = mapped_column(String(64))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    relayed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_timeline_ticket_id", "ticket_id", "id"),
        Index(
            "ix_timeline_unsettled",
            "id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )
