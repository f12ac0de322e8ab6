"""Which tickets this browser may open: by code, by having reported, by signing in (查询凭据)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import session

from hotline.queries import progress
from hotline.web.access import citizen_id

if TYPE_CHECKING:
    from hotline.models import Ticket

MOST = 20
"""A cookie is small; the oldest ticket asks for its code again."""


def remember(ticket_no: str) -> None:
    """Let this browser open the ticket until the session ends; the code stays out of addresses."""
    others = [known for known in _known() if known != ticket_no]
    session["tickets"] = [*others, ticket_no][-MOST:]


def opened(ticket_no: str) -> Ticket | None:
    """Give the ticket if this browser may see it; whether it exists is told to nobody else."""
    if ticket_no in _known():
        return progress.by_number(ticket_no)
    owner = citizen_id()
    return progress.by_number(ticket_no, citizen_id=owner) if owner is not None else None


def _known() -> list[str]:
    known = session.get("tickets", [])
    return known if isinstance(known, list) else []
