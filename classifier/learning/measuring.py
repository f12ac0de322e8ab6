"""Measures of a classifier (评测指标): accuracy, macro-F1, calibration and coverage."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
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
    `confusion[truth][answer]` counts rows and names only pairs that occur. `unseen` counts the
    rows of each true label that the model does not know (all wrong). `levels["1"]` holds accuracy
    and macro-F1 with answers and truths lifted to the first level, and so on; empty for labels
    of one level.
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
    unseen: dict[str, int] = field(default_factory=dict)
    levels: dict[str, dict[str, float]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain figures for JSON."""
        return asdict(self)


def measure(
    labels: Sequence[str], probabilities: NDArray[np.float64], truths: Sequence[str]
) -> Evaluation:
    """Compare probabilities (rows by labels) with the true labels; see `Marks.figures`."""
    marks = Marks(labels)
    marks.add(probabilities, truths)
    return marks.figures()


class Marks:
    """What is kept of each judged row: a few bytes, so that any number of rows can be judged."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._column = {label: index for index, label in enumerate(labels)}
        self._strange: dict[str, int] = {}
        self._parts: list[tuple[NDArray[np.int64], ...]] = []
        self._confidence: list[NDArray[np.float64]] = []

    def add(self, probabilities: NDArray[np.float64], truths: Sequence[str]) -> None:
        """Note a batch of rows; truths the model does not know are told apart by name."""
        targets = np.array([self._number(truth) for truth in truths], dtype=np.int64)
        rows = np.arange(len(targets))
        guessed = probabilities.argmax(axis=1)
        known = np.where(targets < len(self.labels), targets, 0)
        own = probabilities[rows, known][:, None]
        before = (probabilities == own) & (np.arange(len(self.labels)) < known[:, None])
        rank = ((probabilities > own) | before).sum(axis=1)
        in_top = (rank < TOP) & (targets < len(self.labels))
        self._parts.append((targets, guessed, in_top.astype(np.int64)))
        self._confidence.append(probabilities[rows, guessed])

    def figures(self) -> Evaluation:
        """Sum up what was noted.

        Macro-F1 is the plain mean over the labels that occur in the truth, so a model that knows
        more labels than the truth has is not judged on those. A true label the model does not
        know counts as wrong.
        """
        targets, guessed, in_top = map(np.concatenate, zip(*self._parts, strict=True))
        confidence = np.concatenate(self._confidence)
        right = guessed == targets
        names = (*self.labels, *self._strange)
        scores = _scores(names, targets, guessed)
        unseen = np.bincount(targets, minlength=len(names))[len(self.labels) :].tolist()
        return Evaluation(
            accuracy=float(right.mean()),
            macro_f1=float(np.mean([score.f1 for score in scores.values()])),
            top3=float(in_top.mean()),
            ece=calibration_error(confidence, right),
            coverage=_coverage(confidence, right),
            per_class=scores,
            rows=len(targets),
            curve=_curve(confidence, right),
            confusion=_confusion(
                [names[index] for index in targets.tolist()],
                [names[index] for index in guessed.tolist()],
            ),
            unseen=dict(zip(self._strange, unseen, strict=True)),
        )

    def _number(self, truth: str) -> int:
        known = self._column.get(truth)
        if known is not None:
            return known
        return len(self.labels) + self._strange.setdefault(truth, len(self._strange))


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


def _scores(
    names: Sequence[str], targets: NDArray[np.int64], guessed: NDArray[np.int64]
) -> dict[str, LabelScore]:
    """How each label that occurs in the truth fared, by name."""
    meant = np.bincount(targets, minlength=len(names))
    said = np.bincount(guessed, minlength=len(names))
    hits = np.bincount(targets[targets == guessed], minlength=len(names))
    scores = {}
    for index in sorted(np.flatnonzero(meant).tolist(), key=lambda index: names[index]):
        precision = float(hits[index] / said[index]) if said[index] else 0.0
        recall = float(hits[index] / meant[index])
        f1 = 2 * precision * recall / (precision + recall) if hits[index] else 0.0
        scores[names[index]] = LabelScore(precision, recall, f1, int(meant[index]))
    return scores
