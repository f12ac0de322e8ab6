"""Trust lines: from which probability the machine dispatches by itself (信任线)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.queries import registry
from hotline.services import trust as trust_service
from hotline.web.access import now, staff
from hotline.web.admin import admin
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    Answer = Response | str | tuple[str, int]


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
