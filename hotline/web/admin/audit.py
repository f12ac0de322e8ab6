"""Who saw whose identity, and why (明文查看记录)."""

from __future__ import annotations

from flask import render_template, request, url_for

from hotline.queries import registry
from hotline.web.admin import admin
from hotline.web.looks import local


@admin.get("/unmaskings")
def unmaskings() -> str:
    """List every try, allowed or refused, the newest first (story 9)."""
    refused_only = request.args.get("only") == "refused"
    listing = registry.unmaskings(refused_only=refused_only, cursor=request.args.get("cursor"))
    return render_template(
        "admin/unmaskings.html",
        rows=[
            {
                "at": local(row.at),
                "actor": row.actor_name,
                "role": row.role.label,
                "ticket_no": ticket_no,
                "reason": row.reason,
                "is_allowed": row.allowed,
                "refusal": row.refusal or "",
            }
            for row, ticket_no in listing.rows
        ],
        next_cursor=listing.next_cursor,
        refused_only=refused_only,
        here=url_for(".unmaskings", only="refused" if refused_only else None),
    )
