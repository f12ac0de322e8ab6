"""Somebody was faster (409): who, what stands now, and the way back to one's work (先行处理)."""

from __future__ import annotations

from flask import render_template, request

from hotline.domain.errors import Conflict, HotlineError, IllegalMove
from hotline.queries import desk, tickets
from hotline.web.access import staff
from hotline.web.tickets.trail import trail_of

LAST = 3
FASTER = (Conflict, IllegalMove)


def conflict_page(error: HotlineError) -> tuple[str, int]:
    """Render the refusal inside the desk with the newest entries; an error handler of wings."""
    ticket_no = (request.view_args or {}).get("ticket_no")
    ticket = tickets.ticket_for(staff(), ticket_no=ticket_no) if ticket_no else None
    page = render_template(
        "tickets/conflict.html",
        message=error.message,
        ticket=ticket,
        entries=trail_of(desk.newest_entries(ticket.id, LAST)) if ticket else [],
        wing=f"/{request.blueprint}",
    )
    return page, 409
