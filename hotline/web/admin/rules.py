"""What decides by itself: trust lines, calendar, knowledge (信任线、日历、知识库)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

import sla
from hotline.domain.errors import Invalid
from hotline.queries import registry
from hotline.services import trust as trust_service
from hotline.web.access import now, staff
from hotline.web.admin import admin
from hotline.web.looks import local

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.wrappers import Response

    Answer = Response | str | tuple[str, int]

AHEAD = 200
"""Days of the calendar shown ahead: always past the next long holiday."""
EXPIRES_SOON = 60


@admin.get("/trust")
def trust() -> str:
    """Show the trust lines and the form that changes one."""
    return _trust_page({}, {})


def _trust_page(values: dict[str, str], errors: dict[str, str]) -> str:
    names = registry.category_names(1)
    rows = [
        {
            "code": row.category_code,
            "label": names.get(row.category_code, row.category_code) or "全部（默认线）",
            "percent": row.probability * 100,
            "changed": f"{row.changed_by} {local(row.changed_at)}",
        }
        for row in registry.trust_lines()
    ]
    return render_template(
        "admin/trust.html",
        rows=rows,
        values=values,
        errors=errors,
        categories=[("default", "全部（默认线）"), *names.items()],
        lowest=f"{trust_service.LOWEST:.0%}",
    )


@admin.post("/trust")
def set_trust() -> Answer:
    """Set one line; it holds from the next ticket on."""
    code, percent = request.form.get("category_code", ""), request.form.get("percent", "")
    try:
        share = _share(percent)
        wanted = trust_service.DEFAULT_CODE if code == "default" else code or "?"
        trust_service.set_line(wanted, share, staff(), at=now())
    except Invalid as error:
        return _trust_page(request.form.to_dict(), error.errors), 422
    flash(f"信任线已改为 {share:.0%}，从下一张工单起生效", "success")
    return redirect(url_for(".trust"), 303)


def _share(percent: str) -> float:
    try:
        return round(float(percent) / 100, 4)
    except ValueError as error:
        raise Invalid("percent", "请填写百分数，如 75") from error


@admin.post("/trust/drop")
def drop_trust() -> Response:
    """Let a category follow the default again."""
    trust_service.drop_line(request.form.get("category_code", ""), staff())
    flash("已恢复为默认线", "success")
    return redirect(url_for(".trust"), 303)


@admin.get("/calendar")
def calendar() -> str:
    """Show this office's own days, and all special days ahead as they are counted."""
    today = now().astimezone(sla.LOCAL).date()
    return render_template(
        "admin/calendar.html",
        own=[
            {
                "on": _day(row.on),
                "is_workday": row.is_workday,
                "name": row.name,
                "source": row.source,
                "changed": local(row.changed_at),
            }
            for row in registry.calendar_days()
        ],
        ahead=[
            {
                "on": _day(day),
                "is_workday": said.is_workday,
                "name": said.name,
                "is_provisional": said.is_provisional,
            }
            for day, said in registry.special_days(today, AHEAD)
        ],
        published=sla.LAST_PUBLISHED_YEAR,
    )


def _day(day: date) -> str:
    return f"{day.isoformat()} 周{'一二三四五六日'[day.weekday()]}"


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
