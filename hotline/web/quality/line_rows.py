"""Trust lines as people read them: what a line does, what it would have done (信任线说明)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hotline.domain.trust import Source
from hotline.queries.trusting import Verdict
from hotline.web.looks import local
from hotline.web.quality.rows import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hotline.domain.trust import Curve
    from hotline.queries.trusting import Looked
    from hotline.services.trust import Proposal

DEFAULT_LABEL = "全部（默认线）"
TRIED = (*range(50, 95, 5), 95, 97, 99)
"""The lines a table shows beside the present and the proposed one, in per cent."""


def spoken(line: float) -> str:
    """85% or 85.5%."""
    return f"{line * 100:g}%"


def consequence(curve: Curve, line: float) -> dict[str, Any]:
    """What a line does by a curve: the error with its interval, the share, from how many."""
    step = curve.at(line)
    low, high = step.bounds
    return {
        "line": spoken(line),
        "error": percent(step.error),
        "range": f"{low:.1%} – {high:.1%}" if step.taken else "",
        "worst": f"{high:.1%}" if step.taken else "",
        "share": percent(curve.share(step) if curve.total else None),
        "taken": step.taken,
        "wrong": step.wrong,
        "weak": step.weak,
        "strong": step.taken - step.weak,
        "total": curve.total,
    }


def line_row(found: Proposal, label: str) -> dict[str, Any]:
    """One line with its proposal, for the list and for its own page."""
    own, source = found.own, found.curve.source
    return {
        "code": found.category_code or "default",
        "label": label,
        "is_default": not found.category_code,
        "current": spoken(found.current),
        "width": found.current * 100,
        "has_own": own is not None,
        "changed": f"{own.changed_by} {local(own.changed_at)}" if own else "",
        "wished": f"{own.wished_error:.1%}" if own and own.wished_error else "",
        "is_stale": found.is_stale,
        "chosen_for": own.model_id if own else None,
        "now": consequence(found.curve, found.current),
        "proposed": consequence(found.curve, found.line),
        "shown": f"{found.line * 100:g}",
        "is_possible": found.chosen is not None,
        "is_same": abs(found.line - found.current) < 1e-6,  # noqa: PLR2004 - shares of whole per cent
        "source": source.label,
        "is_own": source is Source.OWN,
        "is_nothing": source is Source.NONE,
        "decided": found.decided,
    }


def tried_row(found: Proposal, line: float) -> dict[str, Any]:
    """What a line typed by hand would do, in words and as the form wants it."""
    return consequence(found.curve, line) | {"percent": f"{line * 100:g}"}


def change_row(row: Any, names: Mapping[str, str]) -> dict[str, Any]:  # noqa: ANN401 - a row of the tables the doors do not know
    """One change: who, when, from, to, why, and what was expected of it."""
    expected = ""
    if row.taken and row.source:
        share = row.taken / row.total if row.total else 0.0
        expected = (
            f"预计错派 {row.wrong / row.taken:.1%}、自动派单 {share:.0%}"
            f"（{Source(row.source).label}，{row.total} 件）"
        )
    return {
        "label": names.get(row.category_code) or DEFAULT_LABEL,
        "by": row.by,
        "at": local(row.at),
        "before": spoken(row.before) if row.before is not None else "默认线",
        "after": spoken(row.after) if row.after is not None else "默认线",
        "reason": row.reason,
        "model": row.model_id or "",
        "expected": expected,
    }


def what_if(rows: Sequence[Looked], found: Proposal, at: datetime, days: int) -> dict[str, Any]:
    """What each line would have done over the last days with the model at work (试算)."""
    since = at - timedelta(days=days)
    mine = [row for row in rows if row.at >= since and row.code.startswith(found.category_code)]
    under = [row for row in mine if not row.has_no_line]
    marked = {round(found.current, 4): "现行", round(found.line, 4): "建议"}
    lines = sorted({*(each / 100 for each in TRIED), *marked})
    return {
        "total": len(under),
        "apart": len(mine) - len(under),
        "rows": [
            _would(under, line)
            | {
                "line": spoken(line),
                "percent": f"{line * 100:g}",
                "mark": "现行和建议"
                if found.line == found.current == line
                else marked.get(round(line, 4), ""),
            }
            for line in lines
        ],
    }


def _would(rows: Sequence[Looked], line: float) -> dict[str, Any]:
    above = [row for row in rows if row.probability >= line]
    right = sum(row.verdict is Verdict.RIGHT for row in above)
    wrong = sum(row.verdict is Verdict.WRONG for row in above)
    return {
        "sent": len(above),
        "share": percent(len(above) / len(rows) if rows else None),
        "width": len(above) * 100 / len(rows) if rows else 0.0,
        "right": right,
        "weak": sum(row.is_weak for row in above),
        "wrong": wrong,
        "open": len(above) - right - wrong,
        "error": percent(wrong / (right + wrong) if right + wrong else None),
        "to_person": len(rows) - len(above),
    }
