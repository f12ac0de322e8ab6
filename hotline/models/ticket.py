"""The ticket (工单): what a citizen wants and where it stands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Base, Sealed, UtcDateTime, Word
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Channel, Kind, Urgency
from hotline.models.citizen import Citizen
from hotline.models.department import Department


class Ticket(Base):
    """One demand of one citizen; ``stage`` has a single writer, ``services._move``."""

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_no: Mapped[str] = mapped_column(String(32), unique=True)
    query_code: Mapped[str] = mapped_column(Sealed)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    title: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    address: Mapped[str | None] = mapped_column(String(200))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    occurred_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"))
    anonymous: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[bool] = mapped_column(default=False)
    urgency: Mapped[Urgency] = mapped_column(Word(Urgency), default=Urgency.NORMAL)
    danger_words: Mapped[list[str]] = mapped_column(JSON, default=list)
    marks: Mapped[list[str]] = mapped_column(JSON, default=list)

    stage: Mapped[Stage] = mapped_column(Word(Stage))
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    round: Mapped[int] = mapped_column(default=1)
    returns: Mapped[int] = mapped_column(default=0)
    no_return: Mapped[bool] = mapped_column(default=False)
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    category_by: Mapped[str | None] = mapped_column(String(64))
    lead_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    master_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    reply: Mapped[str | None] = mapped_column(Text)
    reason_code: Mapped[str | None] = mapped_column(String(64))

    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    promised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_promised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_provisional: Mapped[bool] = mapped_column(default=False)
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    citizen: Mapped[Citizen | None] = relationship(lazy="select")
    lead_department: Mapped[Department | None] = relationship(lazy="select")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form
    __table_args__ = (
        Index("ix_ticket_stage_id", "stage", "id"),
        Index("ix_ticket_lead_stage_id", "lead_department_id", "stage", "id"),
        Index("ix_ticket_citizen_id", "citizen_id", "id"),
        Index("ix_ticket_registered_at", "registered_at"),
        Index(
            "ix_ticket_master_id",
            "master_id",
            sqlite_where=text("master_id IS NOT NULL"),
            postgresql_where=text("master_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_closed_at",
            "closed_at",
            sqlite_where=text("closed_at IS NOT NULL"),
            postgresql_where=text("closed_at IS NOT NULL"),
        ),
        Index("ix_ticket_title_pairs", text("text_pairs(title)"), postgresql_using="gin").ddl_if(
            dialect="postgresql"
        ),
    )

    def __repr__(self) -> str:
        return f"<Ticket {self.id} {self.stage}>"
