"""What a ticket page says of other reports: similar ones, the master, who stands behind (并单)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotline.domain.terms import Role
from hotline.queries import fellows, similar, worklists
from hotline.queries import tickets as ticket_queries
from hotline.web.access import now
from hotline.web.looks import day, local

if TYPE_CHECKING:
    from hotline.domain.identity import Actor
    from hotline.models import Ticket

_UNITS = (Role.DEPARTMENT, Role.DEPARTMENT_LEAD)
_WINGS = {Role.AGENT: "agent", Role.CALLBACK: "callback", Role.SUPERVISOR: "supervision"}


def joined_context(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    """What a ticket page says of other reports of its matter.

    Keys: wing, similar_rows, fellow_rows, master (None unless merged).
    """
    is_open = ticket.stage in worklists.OPEN and ticket.master_id is None
    return {
        "wing": wing_of(actor),
        "similar_rows": _similar(ticket, actor) if is_open else [],
        "fellow_rows": [_fellow(row) for row in fellows.of(ticket.id)],
        "master": fellows.master_of(ticket),
    }


def wing_of(actor: Actor) -> str:
    """Name the wing whose pages this person reads."""
    return "department" if actor.role in _UNITS else _WINGS.get(actor.role, "dispatch")


def _similar(ticket: Ticket, actor: Actor) -> list[dict[str, Any]]:
    """Units are shown what they may open only; what is confidential shows no title to them."""
    found = similar.of_ticket(ticket, at=now())
    if actor.role in _UNITS:
        found = [row for row in found if ticket_queries.sees(actor, row.id)]
    return [similar_row(row) for row in found]


def similar_row(row: similar.Similar) -> dict[str, Any]:
    """Make a similar ticket printable: how alike, why, and whether merging is recommended."""
    return {
        "ticket_no": row.ticket_no,
        "title": row.title,
        "stage": row.outcome.label if row.outcome else row.stage.label,
        "stage_code": row.stage.value,
        "is_over": row.outcome is not None,
        "is_same_caller": row.is_same_caller,
        "is_same_matter": row.is_same_matter,
        "percent": f"{row.score * 100:.0f}%",
        "because": "、".join(row.because),
        "callers": row.callers,
        "at_text": day(row.registered_at),
    }


def _fellow(row: fellows.Fellow) -> dict[str, Any]:
    return {
        "ticket_no": row.ticket_no,
        "title": row.title,
        "channel": row.channel.label,
        "caller": " ".join(
            part for part in dict.fromkeys((row.caller_name, row.caller_phone)) if part
        ),
        "at_text": local(row.registered_at),
        "merged_text": local(row.merged_at),
        "satisfaction": row.satisfaction,
    }
