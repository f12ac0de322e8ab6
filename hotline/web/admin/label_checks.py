"""Rows that are probably labelled wrongly: ranked, then excluded or kept by a person (标注核查)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, url_for

from hotline.domain.learning import LearningKind, excerpt
from hotline.queries import learning_runs
from hotline.services.training import noise
from hotline.services.training import rows as training_rows
from hotline.web.access import now, staff
from hotline.web.admin import admin
from hotline.web.admin.model_words import Labels, progress

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.queries.learning_runs import SuspectLine


@admin.get("/corrections/check")
def label_check() -> str:
    """Show the last check and the suspects nobody has judged yet."""
    run, labels = next(iter(learning_runs.newest(LearningKind.NOISE, 1)), None), Labels()
    result = (run.result if run else None) or {}
    return render_template(
        "admin/label_check.html",
        run=progress(run),
        result=result,
        pairs=[
            {
                "label": f"{labels[given]} → {labels[meant]}",
                "count": count,
                "percent": 100 * share,
            }
            for given, meant, count, share in result.get("pairs", [])[:10]
        ],
        rows=[_suspect(one, labels) for one in learning_runs.suspects(run.id)] if run else [],
    )


def _suspect(one: SuspectLine, labels: Labels) -> dict[str, Any]:
    return {
        "id": one.correction.id,
        "no": one.ticket_no,
        "title": "保密工单，不显示内容" if one.is_confidential else one.title,
        "text": "" if one.is_confidential else excerpt(one.content),
        "given": labels.path(one.given),
        "given_odds": f"{one.given_odds:.0%}",
        "meant": labels.path(one.meant),
        "meant_odds": f"{one.meant_odds:.0%}",
        "by": one.correction.by,
    }


@admin.post("/corrections/check")
def check_labels() -> Response:
    """核查: asked for, done by the learning worker."""
    noise.order(staff(), at=now())
    flash("已安排标注核查，进度见本页", "success")
    return redirect(url_for(".label_check"), 303)


@admin.post("/corrections/<int:correction_id>/keep")
def keep_correction(correction_id: int) -> Response:
    """无误: the row is right, no check asks again."""
    training_rows.keep(correction_id, staff(), at=now())
    flash("已标为无误，以后不再提示", "success")
    return redirect(url_for(".label_check"), 303)
