"""分类取舍: from what a model says to categories in use today, the surer parent in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import classifier
from hotline.queries import office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LEVEL_DIGITS = 2
KEPT = 5


def ranked(suggestion: classifier.Suggestion, line: Callable[[str], float]) -> list[dict[str, Any]]:
    """Keep the best categories, and their parent in front where they share the certainty.

    ``line`` tells the trust line of a code. A category that was switched off since the model
    learned it counts for its nearest parent in use, and the row says so; one without any such
    parent is left out.
    """
    rows: dict[str, dict[str, Any]] = {}
    for one in suggestion.ranked:
        code = classifier.nearest_code(one.label)
        used = office.category_in_use(code) if code else None
        if code is None or used is None:
            continue
        row = rows.setdefault(used, _row(used, one.because))
        row["probability"] += one.probability
        if used != code and "note" not in row:
            row["note"] = f"“{_name(code)}”已停用，归入上级“{_name(used)}”"
    best = sorted(rows.values(), key=lambda row: -row["probability"])
    above = _surer_parent(best, line)
    kept = [row for row in best if above is None or row["code"] != above["code"]]
    found = [*([above] if above else []), *kept][:KEPT]
    return [{**row, "probability": round(row["probability"], 4)} for row in found]


def passed_over(suggestion: classifier.Suggestion) -> str:
    """Why the model's first category is not offered at all, in words; empty when it is."""
    first = next(iter(suggestion.ranked), None)
    code = classifier.nearest_code(first.label) if first else None
    if code is None or office.category_in_use(code) is not None:
        return ""
    return f"模型首选的分类“{_name(code)}”已停用，也没有启用的上级"


def _row(code: str, because: Iterable[str]) -> dict[str, Any]:
    path = classifier.load_tree().path(code)
    return {"code": code, "path": path, "probability": 0.0, "because": list(because)}


def _name(code: str) -> str:
    return classifier.load_tree().path(code).rpartition("/")[2]


def _surer_parent(
    best: list[dict[str, Any]], line: Callable[[str], float]
) -> dict[str, Any] | None:
    """The nearest parent that reaches its trust line where the best category does not."""
    if not best:
        return None
    for digits in range(len(best[0]["code"]) - LEVEL_DIGITS, 0, -LEVEL_DIGITS):
        odds: dict[str, float] = {}
        for row in best:
            code = row["code"][:digits]
            odds[code] = odds.get(code, 0.0) + row["probability"]
        code = max(odds, key=lambda code: odds[code])
        is_used = office.category_in_use(code) == code
        if is_used and best[0]["probability"] < line(code) <= odds[code]:
            below = (row for row in best if row["code"].startswith(code))
            words: list[str] = next(below, {"because": []})["because"]
            return {**_row(code, words), "probability": odds[code]}
    return None
