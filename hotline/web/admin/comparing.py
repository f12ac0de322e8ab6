"""Two versions side by side: asked for, progress, difference and examples (模型对比)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.learning import LearningKind, excerpt
from hotline.queries import learning_runs
from hotline.services.training import comparing
from hotline.web.access import now, staff
from hotline.web.admin import admin, models
from hotline.web.admin.model_words import Labels, matrix, progress
from hotline.web.admin.pasting import content_of

if TYPE_CHECKING:
    from hotline.queries.learning_runs import Example
    from hotline.web.admin.drafting import Answer

LARGEST_MIB = 20
CELL = 100_000
SIDES = (
    ("accuracy", "准确率"),
    ("macro_f1", "宏平均 F1"),
    ("sure_accuracy", "最有把握的 80% 中分对"),
    ("ece", "校准误差（越小越好）"),
)


@admin.post("/models/compare")
def compare() -> Answer:
    """对比 two versions on tickets kept back, or on an uploaded table."""
    asked = request.form.to_dict()
    try:
        rows = _uploaded(asked) if asked.get("source") == "file" else []
        run_id = comparing.order(
            asked.get("first", ""), asked.get("second", ""), staff(), at=now(), uploaded=rows
        )
    except Invalid as error:
        return models.list_page(asked, error.errors), 422
    return redirect(url_for(".comparison", run_id=run_id), 303)


def _uploaded(asked: dict[str, str]) -> list[comparing.Uploaded]:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid("file", "请选择带标签的 CSV 文件")
    body = content_of(upload)
    if len(body) > LARGEST_MIB << 20:
        raise Invalid("file", f"文件超过 {LARGEST_MIB} MB")
    named = ("title_column", "text_column", "label_column")
    title, text, label = (asked.get(name, "").strip() for name in named)
    csv.field_size_limit(CELL)
    try:
        reader = csv.DictReader(io.StringIO(_decoded(body), newline=""))
        missing = [
            name for name in (text, label, title) if name and name not in (reader.fieldnames or ())
        ]
        if missing or not text or not label:
            there = "、".join(reader.fieldnames or ()) or "（没有列名）"
            raise Invalid("file", f"请写明正文列和标签列；文件中的列有：{there}")
        return [
            ((row.get(title) or "") if title else "", row[text], row[label].strip())
            for row in reader
            if (row.get(label) or "").strip() and (row.get(text) or "").strip()
        ]
    except csv.Error as error:
        raise Invalid("file", f"不是可读的 CSV 表格：{error}") from error


def _decoded(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise Invalid("file", "文件的编码不是 UTF-8 或 GBK，请另存为 UTF-8")


@admin.get("/models/comparisons/<int:run_id>")
def comparison(run_id: int) -> str:
    """Show progress while it goes on, then the figures side by side and where they differ."""
    run, labels = learning_runs.run(run_id, LearningKind.COMPARE), Labels()
    result = run.result
    return render_template(
        "admin/comparison.html",
        run=progress(run),
        source="上传的文件" if run.spec.get("source") == "file" else "留出的工单（从未参与训练）",
        total=run.spec.get("total", 0),
        result=result,
        sides=[_side(result, key, label) for key, label in SIDES] if result else [],
        classes=_classes(result, labels) if result else [],
        matrices=[matrix(result[side]["confusion"], labels) for side in ("first", "second")]
        if result
        else [],
        examples=[
            [_example(one, labels) for one in learning_runs.examples(run_id, second_is_right=right)]
            for right in (True, False)
        ]
        if result
        else [],
    )


def _side(result: dict[str, Any], key: str, label: str) -> dict[str, Any]:
    first, second = result["first"][key], result["second"][key]
    gain = second - first
    is_better = gain < 0 if key == "ece" else gain > 0
    shown = (f"{first:.3f}", f"{second:.3f}", f"{gain:+.3f}")
    if key != "ece":
        shown = (f"{first:.1%}", f"{second:.1%}", f"{gain * 100:+.1f}")
    tone = "" if abs(gain) < 0.0005 else "green" if is_better else "red"  # noqa: PLR2004 - shown as ±0.0
    return dict(
        zip(("label", "first", "second", "gain", "tone"), (label, *shown, tone), strict=True)
    )


def _classes(result: dict[str, Any], labels: Labels) -> list[dict[str, Any]]:
    rows = sorted(result["classes"].items(), key=lambda item: -item[1]["rows"])
    return [
        {
            "name": labels.path(code),
            "rows": one["rows"],
            "first": f"{one['first_f1']:.2f}",
            "second": f"{one['second_f1']:.2f}",
            "gain": f"{one['second_f1'] - one['first_f1']:+.2f}",
            "tone": _tone(one["second_f1"] - one["first_f1"]),
        }
        for code, one in rows
    ]


def _tone(gain: float) -> str:
    if abs(gain) < 0.005:  # noqa: PLR2004 - shown as +0.00
        return ""
    return "green" if gain > 0 else "red"


def _example(one: Example, labels: Labels) -> dict[str, Any]:
    hidden = one.is_confidential
    return {
        "no": one.ticket_no,
        "title": "保密工单，不显示内容" if hidden else excerpt(one.title),
        "text": "" if hidden else excerpt(one.content),
        "truth": labels.path(one.truth),
        "first": labels.path(one.first),
        "first_odds": f"{one.first_odds:.0%}",
        "second": labels.path(one.second),
        "second_odds": f"{one.second_odds:.0%}",
    }
