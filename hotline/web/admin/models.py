"""The registry of model versions: what they can, whence they come, which works (分类模型)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.learning import LearningKind
from hotline.queries import learning_runs, model_versions, shadows
from hotline.services.training import activating
from hotline.web.access import house, now, staff
from hotline.web.admin import admin
from hotline.web.admin.model_words import METRICS, Labels, curve, figure, matrix, progress
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.models import ModelActivation, ModelVersion
    from hotline.web.admin.drafting import Answer

HASH_SHOWN = 12


@admin.get("/models")
def models() -> str:
    """List the model versions with their figures, and how the active one is."""
    return list_page({}, {})


def list_page(values: dict[str, str], errors: dict[str, str]) -> str:
    """Show the list with what a refused comparison said."""
    rows = [_model(row) for row in model_versions.newest()]
    active = next((row for row in rows if row["is_active"]), None)
    shadow = shadows.open_run()
    return render_template(
        "admin/models.html",
        rows=rows,
        active=active,
        trouble=_trouble(active["id"] if active else None),
        metrics=METRICS,
        previous=model_versions.previous_id(),
        history=[_activation(row) for row in model_versions.activations(20)],
        comparisons=[progress(run) for run in learning_runs.newest(LearningKind.COMPARE, 8)],
        shadow={"model": shadow.model_id, "trouble": shadow.trouble} if shadow else None,
        choices=[(row["id"], f"{row['id']}（{row['origin']}）") for row in rows],
        values={"first": active["id"] if active else "", "source": "held", **values},
        errors=errors,
    )


def _trouble(active_id: str | None) -> str:
    """Say why the active model cannot be used; a look at its files suffices when it can."""
    if active_id is None or house().shelf.classifier() is not None:
        return ""
    return house().shelf.trouble(active_id)


def _model(row: ModelVersion) -> dict[str, Any]:
    return {
        "id": row.id,
        "author": row.author,
        "created": local(row.created_at),
        "origin": row.origin.label,
        "rows": row.rows,
        "labels": row.labels,
        "hash": row.data_hash[:HASH_SHOWN],
        "figures": [figure(key, row.metrics.get(key)) for key, _label, _hint in METRICS],
        "is_active": row.is_active,
        "activated": local(row.activated_at, ""),
        "verdict": row.verdict,
    }


def _activation(row: ModelActivation) -> dict[str, Any]:
    return {
        "model": row.model_id,
        "previous": row.previous_id or "没有",
        "is_way_back": row.is_way_back,
        "reason": row.reason,
        "by": row.by,
        "at": local(row.at),
    }


@admin.get("/models/<model_id>")
def model_version(model_id: str) -> str:
    """One version: per class, reject curve, confusion, what it saw, and what can be done."""
    return version_page(model_id, {})


def version_page(model_id: str, errors: dict[str, str]) -> str:
    """Show one version with what a refused deed said."""
    row, labels = model_versions.version(model_id), Labels()
    said, active = row.evaluation or {}, model_versions.active()
    run = model_versions.newest_comparison(active.id, row.id) if active else None
    return render_template(
        "admin/model_version.html",
        row=_model(row),
        full_hash=row.data_hash,
        trouble=house().shelf.trouble(row.id),
        metrics=METRICS,
        classes=[
            {"code": code, "name": labels.path(code), **scores}
            for code, scores in sorted(
                said.get("per_class", {}).items(), key=lambda item: -item[1]["rows"]
            )
        ],
        curve=curve(said.get("curve", [])),
        matrix=matrix(said["confusion"], labels) if said.get("confusion") else None,
        libraries=sorted((row.libraries or {}).items()),
        seen=row.seen or {},
        drawback=activating.drawback(row, active),
        comparison=run.id if run else None,
        active_id=active.id if active else None,
        shadow=shadows.open_run(),
        errors=errors,
    )


@admin.post("/models/activate")
def activate() -> Answer:
    """启用 a version: every worker notices at its next ticket; a worse one wants a reason."""
    model_id, reason = request.form.get("model", ""), request.form.get("reason", "")
    try:
        activating.switch(model_id, staff(), house().shelf, reason=reason, at=now())
    except Invalid as error:
        if "reason" not in error.errors:
            raise
        return version_page(model_id, error.errors), 422
    flash(f"已启用模型 {model_id}，从下一张工单起使用", "success")
    return redirect(url_for(".models"), 303)


@admin.post("/models/back")
def roll_back() -> Response:
    """退回上一版: one click, and the reason if there is one."""
    reason = request.form.get("reason", "")
    model_id = activating.roll_back(staff(), house().shelf, reason=reason, at=now())
    flash(f"已退回模型 {model_id}，从下一张工单起使用", "success")
    return redirect(url_for(".models"), 303)
