"""Measures of a classifier (评测指标): accuracy, macro-F1, calibration and coverage."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.learning.calibration import calibration_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COVERAGES = (0.5, 0.7, 0.8, 0.9)
TOP = 3
# Points of the reject curve: the surest 5 %, 10 % … all of the rows.
CURVE_STEPS = 20


@dataclass(frozen=True, slots=True)
class LabelScore:
    """How one label of the truth fared: shares between 0 and 1, and its number of rows."""

    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one evaluation; `coverage["0.8"]` is the accuracy on the surest 80 % of rows.

    `curve` holds (share of rows, accuracy on them, lowest probability among them), surest first;
    `confusion[truth][answer]` counts rows and names only pairs that occur.
    """

    accuracy: float
    macro_f1: float
    top3: float
    ece: float
    coverage: dict[str, float]
    per_class: dict[str, LabelScore]
    rows: int
    curve: tuple[tuple[float, float, float], ...]
    confusion: dict[str, dict[str, int]]

    def as_dict(self) -> dict[str, Any]:
        """Plain figures for JSON."""
        return asdict(self)


def measure(
    labels: Sequence[str], probabilities: NDArray[np.float64], truths: Sequence[str]
) -> Evaluation:
    """Compare probabilities (rows by labels) with the true labels.

    Macro-F1 is the plain mean over the labels that occur in the truth, so a model that knows
    more labels than the truth has is not judged on those. A true label the model does not know
    counts as wrong.
    """
    column = {label: index for index, label in enumerate(labels)}
    targets = np.array([column.get(truth, -1) for truth in truths], dtype=np.int64)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    guessed = order[:, 0]
    right = guessed == targets
    confidence = probabilities.max(axis=1)
    scores = {truth: _score(truth, column, guessed, truths) for truth in sorted(set(truths))}
    return Evaluation(
        accuracy=float(right.mean()),
        macro_f1=float(np.mean([score.f1 for score in scores.values()])),
        top3=float((order[:, :TOP] == targets[:, None]).any(axis=1).mean()),
        ece=calibration_error(confidence, right),
        coverage=_coverage(confidence, right),
        per_class=scores,
        rows=len(truths),
        curve=_curve(confidence, right),
        confusion=_confusion(truths, [labels[index] for index in guessed.tolist()]),
    )


def _coverage(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> dict[str, float]:
    surest_first = right[np.argsort(-confidence, kind="stable")]
    return {
        str(share): float(surest_first[: max(1, round(share * len(right)))].mean())
        for share in COVERAGES
    }


def _curve(
    confidence: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[tuple[float, float, float], ...]:
    surest_first = np.argsort(-confidence, kind="stable")
    accuracy = np.cumsum(right[surest_first]) / np.arange(1, len(right) + 1)
    points = []
    for step in range(1, CURVE_STEPS + 1):
        last = max(1, round(step / CURVE_STEPS * len(right))) - 1
        lowest = confidence[surest_first[last]]
        points.append((step / CURVE_STEPS, float(accuracy[last]), float(lowest)))
    return tuple(points)


def _confusion(truths: Sequence[str], answers: Sequence[str]) -> dict[str, dict[str, int]]:
    pairs: dict[str, dict[str, int]] = {}
    for (truth, answer), count in sorted(Counter(zip(truths, answers, strict=True)).items()):
        pairs.setdefault(truth, {})[answer] = count
    return pairs


def _score(
    truth: str, column: dict[str, int], guessed: NDArray[np.int64], truths: Sequence[str]
) -> LabelScore:
    said = guessed == column.get(truth, -1)
    meant = np.array([one == truth for one in truths])
    hits = int((said & meant).sum())
    precision = hits / int(said.sum()) if said.any() else 0.0
    recall = hits / int(meant.sum())
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return LabelScore(precision, recall, f1, int(meant.sum()))
