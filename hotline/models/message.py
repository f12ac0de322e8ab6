"""Messages out (对外消息: 短信、推送) and notices inside the house (站内通知)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, Sealed, UtcDateTime, Word
from hotline.domain.terms import Role, Term


class Carrier(Term):
    """By which road a message leaves the house."""

    SMS = "sms", "短信"
    PUSH = "push", "平台推送"


class MessageState(Term):
    """Where a message is; ``dead`` waits for a person on the failure list."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已送达"
    DEAD = "dead", "发送失败"


class Message(Base):
    """One message to another system; ``key`` makes it once only, here and at the receiver."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    carrier: Mapped[Carrier] = mapped_column(Word(Carrier))
    topic: Mapped[str] = mapped_column(String(32))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    recipient: Mapped[str | None] = mapped_column(Sealed)
    body: Mapped[str | None] = mapped_column(Sealed)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[MessageState] = mapped_column(Word(MessageState), default=MessageState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider_id: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (
        Index(
            "ix_message_next_try",
            "next_try_at",
            sqlite_where=text("next_try_at IS NOT NULL"),
            postgresql_where=text("next_try_at IS NOT NULL"),
        ),
        Index("ix_message_state", "state", "id"),
    )


class Notice(Base):
    """A line on a desk's bell: to one department, to everybody of a role, or to one person."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    role: Mapped[Role | None] = mapped_column(Word(Role))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    link: Mapped[str | None] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_notice_department", "department_id", "id"),
        Index("ix_notice_role", "role", "id"),
        Index("ix_notice_staff", "staff_id", "id"),
    )
