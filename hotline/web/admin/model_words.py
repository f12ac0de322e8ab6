"""Figures of models as people read them: curves, matrices, classes, runs (模型图表)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import classifier
from hotline.domain.timing import RunState
from hotline.queries import registry
from hotline.web.looks import local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotline.models import LearningRun

METRICS = (
    ("accuracy", "准确率", "交叉验证中分对的比例"),
    ("macro_f1", "宏平均 F1", "各类同等看重时的综合得分"),
    ("ece", "校准误差", "所说概率与实际对错的平均差距，越小越可信"),
)
MOST_IN_MATRIX = 10
OTHERS = "其余"
WIDE, HIGH, LEFT, LOW = 560.0, 200.0, 48.0, 12.0
"""The plot of the reject curve in its own units, and the room for its scales."""
LEAST_SPAN = 0.05


def figure(key: str, value: object) -> str:
    """One metric in words; a dash where there is none."""
    if not isinstance(value, int | float):
        return "—"
    return f"{value:.3f}" if key == "ece" else f"{value:.1%}"


class Labels:
    """Names of categories and units by code; a label of no code is its own name."""

    def __init__(self) -> None:
        self._known, self._units = registry.category_names(), registry.unit_names()

    def unit(self, code: str | None) -> str:
        """Short name of a unit; one that is no longer there keeps its code."""
        return self._units.get(code, code) if code else ""

    def __getitem__(self, code: str) -> str:
        name = self._known.get(code)
        if name is not None:
            return name
        node = classifier.load_tree().get(code)
        return node.name if node else code or "未分类"

    def path(self, code: str | None) -> str:
        """Name with its parent's in front, for lists without context."""
        if not code:
            return "未分类"
        parent = self[code[:2]] if len(code) > 2 and code.isdigit() else ""  # noqa: PLR2004 - digits of a first level
        return f"{parent}／{self[code]}" if parent else self[code]


@dataclass(frozen=True, slots=True)
class Curve:
    """A reject curve as points of one SVG, with the scale beside it."""

    points: str
    marks: list[tuple[float, str]]
    scale: list[tuple[float, str]]
    said: str


def curve(points: Sequence[Sequence[float]]) -> Curve | None:
    """Draw accuracy over the share of tickets that would be decided by the machine."""
    if not points:
        return None
    lowest = min(right for _share, right, _odds in points)
    bottom = max(0.0, min(lowest - 0.01, 1 - LEAST_SPAN))
    span = 1 - bottom

    def place(share: float, right: float) -> tuple[float, float]:
        return LEFT + share * WIDE, LOW + (1 - right) / span * HIGH

    drawn = [place(share, right) for share, right, _odds in points]
    eighty = min(points, key=lambda point: abs(point[0] - 0.8))
    return Curve(
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in drawn),
        marks=[(LEFT + share * WIDE, f"{share:.0%}") for share in (0, 0.25, 0.5, 0.75, 1)],
        scale=[
            (LOW + (1 - right) / span * HIGH, f"{right:.0%}") for right in (1, 1 - span / 2, bottom)
        ],
        said=f"最有把握的 {eighty[0]:.0%} 中分对 {eighty[1]:.1%}，这时概率不低于 {eighty[2]:.0%}",
    )


def matrix(confusion: Mapping[str, Mapping[str, int]], labels: Labels) -> dict[str, Any]:
    """Lay out truth by answer for the largest classes; the rest is one row and one column."""
    sizes = {truth: sum(said.values()) for truth, said in confusion.items()}
    shown = sorted(sizes, key=lambda truth: (-sizes[truth], truth))[:MOST_IN_MATRIX]
    shown.sort()
    place = {code: number for number, code in enumerate(shown)}
    is_cut = len(shown) < len(sizes) or any(a not in place for s in confusion.values() for a in s)
    width = len(shown) + is_cut
    cells = [[0] * width for _ in range(width)]
    for truth, said in confusion.items():
        for answer, count in said.items():
            cells[place.get(truth, width - 1)][place.get(answer, width - 1)] += count
    names = [labels[code] for code in shown] + ([OTHERS] if is_cut else [])
    return {
        "names": names,
        "rows": [
            {
                "name": name,
                "cells": [_cell(count, sum(row), at == here) for here, count in enumerate(row)],
            }
            for at, (name, row) in enumerate(zip(names, cells, strict=True))
        ],
        "pairs": _confused(confusion, sizes, labels),
    }


def _cell(count: int, total: int, is_right: bool) -> dict[str, Any]:  # noqa: FBT001 - one cell
    share = count / total if total else 0.0
    return {"count": count or "", "heat": min(4, int(share * 5)) if count else 0, "right": is_right}


def _confused(
    confusion: Mapping[str, Mapping[str, int]], sizes: Mapping[str, int], labels: Labels
) -> list[dict[str, Any]]:
    pairs = [
        (count, truth, answer)
        for truth, said in confusion.items()
        for answer, count in said.items()
        if answer != truth
    ]
    return [
        {
            "label": f"{labels[truth]} → {labels[answer]}",
            "count": count,
            "percent": 100 * count / sizes[truth],
        }
        for count, truth, answer in sorted(pairs, key=lambda pair: (-pair[0], pair[1:]))[:8]
    ]


def progress(run: LearningRun | None) -> dict[str, Any] | None:
    """How far a run is, for the bar that renews itself."""
    if run is None:
        return None
    return {
        "id": run.id,
        "state": run.state.label,
        "is_done": run.state is RunState.DONE,
        "percent": 100 * run.share,
        "step": run.step,
        "verdict": run.verdict,
        "trouble": run.trouble,
        "asked": local(run.asked_at),
        "by": run.asked_by,
        "finished": local(run.finished_at, ""),
        "first": run.first_id,
        "second": run.second_id,
        "comparison": run.comparison_id,
    }
