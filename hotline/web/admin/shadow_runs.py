"""The shadow run: how often it agrees, where it differs, and who was right (影子运行)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.queries import shadows
from hotline.services.training import shadowing
from hotline.web.access import house, now, staff
from hotline.web.admin import admin, models
from hotline.web.admin.model_words import Labels
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.models import ShadowRun
    from hotline.queries.shadows import ShadowRow
    from hotline.web.admin.drafting import Answer

SHOWN = 30


@admin.get("/models/shadow")
def shadow() -> str:
    """Show the shadow that runs now, and those that have ended."""
    return _page({})


def _page(errors: dict[str, str]) -> str:
    run, labels = shadows.open_run(), Labels()
    ended = shadows.ended()
    shown = run or next(iter(ended), None)
    rows = shadows.rows(shown.id) if shown else []
    return render_template(
        "admin/shadow.html",
        run=_run(run) if run else None,
        ended=[_run(row) for row in ended],
        shown=shown.model_id if shown else "",
        counts=_counts(rows),
        rows=[_row(row, labels) for row in rows if not row.agrees][:SHOWN],
        errors=errors,
    )


def _run(run: ShadowRun) -> dict[str, Any]:
    ended = "启用了它" if run.is_promoted else "没有启用"
    return {
        "model": run.model_id,
        "started": local(run.started_at),
        "by": run.started_by,
        "touched": local(run.touched_at, "还没有回答"),
        "trouble": run.trouble,
        "ended": f"{local(run.ended_at)} {run.ended_by} 结束，{ended}" if run.ended_at else "",
    }


def _counts(rows: list[ShadowRow]) -> dict[str, Any]:
    """Count agreement over all, and right answers over those a person has decided."""
    agreed = sum(row.agrees for row in rows)
    decided = [row for row in rows if row.truth]
    right = [
        (shadows.same(row.active_code, row.truth), shadows.same(row.code, row.truth))
        for row in decided
    ]
    return {
        "all": len(rows),
        "agreed": agreed,
        "share": f"{agreed / len(rows):.0%}" if rows else "—",
        "decided": len(decided),
        "both": sum(a and b for a, b in right),
        "only_active": sum(a and not b for a, b in right),
        "only_shadow": sum(b and not a for a, b in right),
        "neither": sum(not a and not b for a, b in right),
    }


def _row(row: ShadowRow, labels: Labels) -> dict[str, Any]:
    return {
        "no": row.ticket_no,
        "title": "保密工单，不显示内容" if row.is_confidential else row.title,
        "active": labels.path(row.active_code),
        "active_odds": f"{row.active_probability:.0%}",
        "shadow": labels.path(row.code),
        "shadow_odds": f"{row.probability:.0%}",
        "truth": labels.path(row.truth) if row.truth else "",
        "active_right": shadows.same(row.active_code, row.truth),
        "shadow_right": shadows.same(row.code, row.truth),
        "at": local(row.at),
    }


@admin.post("/models/shadow/start")
def start_shadow() -> Answer:
    """Begin: the candidate answers silently from the next ticket on."""
    model_id = request.form.get("model", "")
    try:
        shadowing.start(model_id, staff(), house().shelf, at=now())
    except Invalid as error:
        return models.version_page(model_id, error.errors), 422
    flash(f"模型 {model_id} 开始影子运行：只记录它的回答，不影响派单", "success")
    return redirect(url_for(".shadow"), 303)


@admin.post("/models/shadow/end")
def end_shadow() -> Response:
    """End it; what it said stays."""
    shadowing.finish(staff(), at=now())
    flash("影子运行已结束，记录保留", "success")
    return redirect(url_for(".shadow"), 303)


@admin.post("/models/shadow/promote")
def promote_shadow() -> Answer:
    """End it and let its model work."""
    try:
        reason = request.form.get("reason", "")
        model_id = shadowing.promote(staff(), house().shelf, reason=reason, at=now())
    except Invalid as error:
        return _page(error.errors), 422
    flash(f"已启用模型 {model_id}，影子运行结束", "success")
    return redirect(url_for(".models"), 303)
