"""The citizen (诉求人): sealed name, phone and ID number with keyed hashes beside them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, Sealed, UtcDateTime


class Citizen(Base):
    """One person per phone number; without a number each contact is its own row."""

    __tablename__ = "citizen"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(Sealed)
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    id_no: Mapped[str | None] = mapped_column(Sealed)
    id_no_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_citizen_id_no_hash", "id_no_hash"),)

    def __repr__(self) -> str:
        return f"<Citizen {self.id}>"


class OneTimeCode(Base):
    """A sign-in code sent to a phone (一次性验证码); kept as a hash, usable once."""

    __tablename__ = "one_time_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_hash: Mapped[str] = mapped_column(String(64), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
