"""What people confirmed or changed, as training rows: filtered, excluded, handed out (修正样本)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for

from hotline.domain.errors import Invalid
from hotline.domain.learning import CorrectionSource, LearningKind, is_held_back
from hotline.queries import bounded, learning_runs, registry, samples
from hotline.services.training import rows as training_rows
from hotline.web.access import now, staff
from hotline.web.admin import admin
from hotline.web.admin.model_words import Labels
from hotline.web.looks import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.web.admin.drafting import Answer

SOURCES = [(source.value, source.label) for source in CorrectionSource]
STATES = [("counts", "已成为样本"), ("waiting", "待办结"), ("excluded", "已排除")]
_LABELS = dict(SOURCES)
HEADINGS = (
    *("工单编号", "标题", "内容", "人工分类", "分类名称", "模型建议", "来源", "何人", "时间"),
    *("所依据的模型", "是否留出", "排除理由"),
)
RISKY = ("=", "+", "-", "@", "\t")


def _wanted(asked: Any) -> samples.Filter:  # noqa: ANN401 - werkzeug's own
    source, state = asked.get("source", ""), asked.get("state", "")
    return samples.Filter(
        source=source if source in _LABELS else "",
        state=state if state in dict(STATES) else "",
        category=asked.get("category", "")[:6],
        only_changes=bool(asked.get("changes")),
    )


@admin.get("/corrections")
def corrections() -> str:
    """List what people confirmed or changed, the newest first."""
    return _page({})


def _page(errors: dict[str, str]) -> str:
    wanted, labels = _wanted(request.args), Labels()
    listing = samples.listed(wanted, cursor=request.args.get("cursor"))
    harvested, waiting = registry.correction_counts()
    by_source = samples.by_source()
    return render_template(
        "admin/corrections.html",
        rows=[_row(found, labels) for found in listing.rows],
        next_cursor=listing.next_cursor,
        here=_here(wanted),
        wanted=wanted,
        harvested=bounded.words(harvested, registry.COUNT_TO),
        waiting=bounded.words(waiting, registry.COUNT_TO),
        excluded=samples.excluded_count(),
        sources=[(key, f"{label}（{by_source.get(key, 0)}）") for key, label in SOURCES],
        states=STATES,
        categories=list(registry.category_names(1).items()),
        shares=_shares(labels),
        exports=learning_runs.newest(LearningKind.EXPORT, 5),
        errors=errors,
    )


def _here(wanted: samples.Filter) -> str:
    said = urlencode(_given(wanted))
    return url_for(".corrections") + (f"?{said}" if said else "")


def _given(wanted: samples.Filter) -> dict[str, str]:
    given = {"source": wanted.source, "state": wanted.state, "category": wanted.category}
    if wanted.only_changes:
        given["changes"] = "yes"
    return {key: value for key, value in given.items() if value}


def _shares(labels: Labels) -> list[dict[str, Any]]:
    counted = samples.by_category()
    total = sum(number for _code, number in counted) or 1
    return [
        {"label": labels[code], "count": number, "percent": 100 * number / total}
        for code, number in counted
    ]


def _row(found: Any, labels: Labels) -> dict[str, Any]:  # noqa: ANN401 - a row of a query
    row = found[0]
    odds = f"{found.probability:.0%}" if found.probability is not None else ""
    return {
        "id": row.id,
        "ticket_no": found.ticket_no,
        "title": "保密工单，不显示内容" if found.confidential else found.title,
        "from": labels[row.from_code] if row.from_code else "未分类",
        "to": labels.path(row.to_code),
        "is_change": row.from_code != row.to_code,
        "source": _LABELS.get(row.source, row.source),
        "model": f"{found.model_id} {odds}".strip() if found.model_id else "",
        "unit": labels.unit(row.unit_code),
        "by": row.by,
        "at": local(row.at),
        "harvested": local(row.harvested_at, "待办结"),
        "is_held": is_held_back(row.ticket_id),
        "excluded": f"{row.excluded_by} {local(row.excluded_at)}：{row.excluded_because}"
        if row.excluded_at
        else "",
        "checked": row.checked_by or "",
    }


@admin.post("/corrections/<int:correction_id>/exclude")
def exclude_correction(correction_id: int) -> Answer:
    """排除 a wrong row, with the reason."""
    try:
        reason = request.form.get("reason", "")
        training_rows.exclude(correction_id, staff(), reason=reason, at=now())
    except Invalid as error:
        return _page(error.errors), 422
    flash("已排除：不再参与训练，记录保留", "success")
    return redirect(_back(), 303)


@admin.post("/corrections/<int:correction_id>/readmit")
def readmit_correction(correction_id: int) -> Response:
    """恢复 an excluded row."""
    training_rows.readmit(correction_id, staff())
    flash("已恢复为样本", "success")
    return redirect(_back(), 303)  # type: ignore[return-value]


def _back() -> str:
    return url_for(".label_check" if request.form.get("then") == "check" else ".corrections")


@admin.post("/corrections/export")
def export_corrections() -> Response:
    """Hand out the texts that teach, and write down who took them and which."""
    wanted = _wanted(request.form)
    training_rows.note_export(staff(), _given(wanted), at=now())
    answer = Response(stream_with_context(_lines(wanted)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="training-rows.csv"'
    return answer


def _lines(wanted: samples.Filter) -> Iterator[str]:
    out, labels = io.StringIO(), Labels()
    sheet = csv.writer(out)
    out.write("\ufeff")
    sheet.writerow(HEADINGS)
    for found in samples.exported(wanted):
        shown, row = _row(found, labels), found[0]
        said = (row.to_code, shown["to"], row.from_code or "", shown["source"], row.by, shown["at"])
        text = ("", "（保密）") if found.confidential else (found.title, found.content)
        kept = "是" if shown["is_held"] else "否"
        cells = (
            found.ticket_no,
            *text,
            *said,
            found.model_id or "",
            kept,
            row.excluded_because or "",
        )
        sheet.writerow([_safe(str(cell)) for cell in cells])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _safe(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(RISKY) else cell
