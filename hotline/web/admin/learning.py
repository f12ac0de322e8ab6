"""Model versions and the corrections that will teach the next one (模型与样本)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.queries import bounded, registry
from hotline.services import learning
from hotline.web.access import house, now
from hotline.web.admin import admin
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.models import ModelVersion

METRICS = (
    ("accuracy", "准确率", "交叉验证中分对的比例"),
    ("macro_f1", "宏平均 F1", "各类同等看重时的综合得分"),
    ("ece", "校准误差", "所说概率与实际对错的平均差距，越小越可信"),
)
SOURCES = {
    "dispatch": "派单时确认",
    "reclassify": "人工改分类",
    "answer": "直接答复时确认",
    "register": "登记时选择",
}


@admin.get("/models")
def models() -> str:
    """List the model versions with their figures."""
    rows = [_model(row) for row in registry.models()]
    return render_template(
        "admin/models.html",
        rows=rows,
        active=next((row for row in rows if row["is_active"]), None),
        metrics=METRICS,
    )


def _model(row: ModelVersion) -> dict[str, Any]:
    return {
        "id": row.id,
        "author": row.author,
        "created": local(row.created_at),
        "rows": row.rows,
        "labels": row.labels,
        "figures": [_figure(key, row.metrics.get(key)) for key, _label, _hint in METRICS],
        "is_active": row.is_active,
        "activated": local(row.activated_at, ""),
    }


def _figure(key: str, value: object) -> str:
    if not isinstance(value, int | float):
        return "—"
    return f"{value:.3f}" if key == "ece" else f"{value:.1%}"


@admin.post("/models/activate")
def activate() -> Response:
    """启用 a version: every worker notices at its next ticket."""
    model_id = request.form.get("model", "")
    house().shelf.must_hold(model_id)
    learning.activate(model_id, at=now())
    flash(f"已启用模型 {model_id}，从下一张工单起使用", "success")
    return redirect(url_for(".models"), 303)


@admin.get("/corrections")
def corrections() -> str:
    """List what people confirmed or changed, the newest first."""
    listing = registry.corrections(cursor=request.args.get("cursor"))
    harvested, waiting = registry.correction_counts()
    names = registry.category_names()
    return render_template(
        "admin/corrections.html",
        rows=[
            {
                "ticket_no": row.ticket_no,
                "title": row.title,
                "from": names.get(row.from_code or "", "未分类"),
                "to": names.get(row.to_code, row.to_code),
                "is_change": row.from_code != row.to_code,
                "source": SOURCES.get(row.source, row.source),
                "by": row.by,
                "at": local(row.at),
                "harvested": local(row.harvested_at, "待办结"),
            }
            for row in listing.rows
        ],
        next_cursor=listing.next_cursor,
        harvested=bounded.words(harvested, registry.COUNT_TO),
        waiting=bounded.words(waiting, registry.COUNT_TO),
    )
