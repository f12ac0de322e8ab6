"""Prints of open tickets and the keys they are filed under, to find one matter (工单指纹)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class TicketPrint(Base):
    """What an open ticket says, as ``classifier.fingerprint`` packs it; gone when it closes."""

    __tablename__ = "ticket_print"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id"), primary_key=True, autoincrement=False
    )
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class PrintKey(Base):
    """One key under which a printed ticket is found; the newest of a key are read first.

    A narrow table without a foreign key: some thirty rows a ticket, written and deleted with it.
    """

    __tablename__ = "print_key"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)

    __table_args__ = (Index("ix_print_key_ticket_id", "ticket_id"),)
