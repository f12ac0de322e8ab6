"""What agents quote: entries, their owners, and how fresh they are (知识库)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for

import sla
from hotline.queries import registry
from hotline.web.access import now
from hotline.web.admin import admin
from hotline.web.looks import local

if TYPE_CHECKING:
    from datetime import date

EXPIRES_SOON = 60


@admin.get("/knowledge")
def knowledge() -> str:
    """List knowledge entries, with those that expire soon marked."""
    words = request.args.get("q", "").strip()
    listing = registry.knowledge(words, cursor=request.args.get("cursor"))
    today = now().astimezone(sla.LOCAL).date()
    categories = registry.category_names()
    return render_template(
        "admin/knowledge.html",
        rows=[
            {
                "id": row.id,
                "title": row.title,
                "answer": row.answer,
                "category": categories.get(row.category_code or "", ""),
                "unit": row.unit or "",
                "until": row.valid_until.isoformat() if row.valid_until else "长期",
                "state": _freshness(row.valid_until, today),
                "changed": local(row.changed_at),
            }
            for row in listing.rows
        ],
        next_cursor=listing.next_cursor,
        words=words,
        here=url_for(".knowledge", q=words or None),
    )


def _freshness(until: date | None, today: date) -> tuple[str, str]:
    """Tell in word and tone whether an entry may still be quoted."""
    if until is None or (until - today).days > EXPIRES_SOON:
        return "有效", "green"
    return ("已过期", "red") if until < today else ("将到期", "amber")
