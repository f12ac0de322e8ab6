"""Files of a ticket and the caller's plain identity, for every wing (附件下载与查看明文)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, send_file

from hotline.queries import tickets as ticket_queries
from hotline.services import attachments, privacy
from hotline.web.access import house, now, staff
from hotline.web.tickets import tickets

if TYPE_CHECKING:
    from flask import Response


@tickets.get("/<ticket_no>/files/<int:attachment_id>")
def download(ticket_no: str, attachment_id: int) -> Response:
    """Send a vetted file as a download, never to be shown as a page of ours."""
    ticket = ticket_queries.ticket_for(staff(), ticket_no=ticket_no)
    row, path = attachments.path_of(attachment_id, ticket.id, folder=house().settings.uploads)
    return send_file(path, mimetype=row.media_type, as_attachment=True, download_name=row.name)


@tickets.post("/<ticket_no>/identity")
def unmask(ticket_no: str) -> str:
    """Show name and phone once, straight in the answer: they never enter a cookie or a log."""
    actor = staff()
    ticket = ticket_queries.ticket_for(actor, ticket_no=ticket_no)
    identity = privacy.unmask(ticket.id, actor, reason=request.form.get("reason", ""), at=now())
    is_part = request.headers.get("HX-Request") == "true"
    page = "tickets/_identity.html" if is_part else "tickets/identity.html"
    back = request.referrer if (request.referrer or "").startswith(request.host_url) else "/"
    return render_template(page, identity=identity, ticket=ticket, back=back)
