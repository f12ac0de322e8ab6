"""Two models on the same rows (模型对比): who was right where, and is the difference beyond noise.

The models may have labels of different levels; what is compared are codes of the tree, cut to the
coarser of the two levels, or to the level of the truth where that is coarser still.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from classifier.learning.calibration import calibration_error
from classifier.tree import load_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from classifier.suggesting import Classifier

ROUNDS = 400
"""Resamplings of the rows for the interval of the macro-F1 difference."""
EXACT_UP_TO = 1000
"""So many rows on which one model alone is right are still counted exactly."""
LIKELY = 0.95
CHANCE = 0.05
"""A difference that chance makes less often than this is taken for real."""
SURE_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of one row on the level it is asked for."""

    code: str
    probability: float


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One category of the truth: its rows, and the F1 of either model."""

    rows: int
    first_f1: float
    second_f1: float


@dataclass(frozen=True, slots=True)
class Side:
    """Figures of one model on the compared rows."""

    accuracy: float
    macro_f1: float
    ece: float
    sure_accuracy: float
    confusion: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Second model minus first, and whether chance alone could have done it.

    `p` is McNemar's: how likely a split as uneven as that of `only_first` and `only_second` is
    when both models are equally good. `low` and `high` bound the macro-F1 difference in 95 of 100
    resamplings.
    """

    rows: int
    first: Side
    second: Side
    only_first: int
    only_second: int
    p: float
    low: float
    high: float
    classes: dict[str, ClassFigures]

    @property
    def is_beyond_noise(self) -> bool:
        """Whether one of the two is better by more than chance explains (95 %)."""
        return self.p < CHANCE


def level_of(*models: Classifier) -> int:
    """Digits of the codes on which these models can be compared; 0 when none has a code."""
    widths = [min(map(len, codes)) for model in models if (codes := _known(model))]
    return min(widths, default=0)


def _known(model: Classifier) -> list[str]:
    return [code for code in map(load_tree().resolve, model.labels) if code]


def resolve(label: str) -> str:
    """Code of a label or name in the tree; the label itself where the tree has no such."""
    return load_tree().resolve(label) or label


def answers(
    model: Classifier, rows: Sequence[tuple[str, str]], widths: Sequence[int]
) -> list[Answer]:
    """List the best answer for each row at so many digits; odds of siblings are summed."""
    judged = model.probabilities(rows)
    codes = [resolve(label) for label in model.labels]
    found: dict[int, Answer] = {}
    asked = np.array(widths, dtype=np.int64)
    for width in sorted(set(widths)):
        names = sorted({_cut(code, width) for code in codes})
        place = {name: number for number, name in enumerate(names)}
        summing = np.zeros((len(codes), len(names)))
        summing[np.arange(len(codes)), [place[_cut(code, width)] for code in codes]] = 1.0
        picked = np.flatnonzero(asked == width)
        odds = judged[picked] @ summing
        for row, best, likely in zip(
            picked.tolist(), odds.argmax(axis=1).tolist(), odds.max(axis=1).tolist(), strict=True
        ):
            found[row] = Answer(names[best], min(1.0, likely))
    return [found[row] for row in range(len(rows))]


def _cut(code: str, width: int) -> str:
    return code[:width] if width and code.isdigit() else code


def compare(truths: Sequence[str], first: Sequence[Answer], second: Sequence[Answer]) -> Difference:
    """Compare the answers of two models with the truth, row by row."""
    names = sorted({*truths, *(a.code for a in first), *(a.code for a in second)})
    number = {name: place for place, name in enumerate(names)}
    meant = np.array([number[truth] for truth in truths], dtype=np.int64)
    said = [np.array([number[a.code] for a in side], dtype=np.int64) for side in (first, second)]
    right = [one == meant for one in said]
    only_first = int((right[0] & ~right[1]).sum())
    only_second = int((right[1] & ~right[0]).sum())
    low, high = _interval(meant, said[0], said[1], len(names))
    f1 = [_f1_of(meant, one, len(names)) for one in said]
    counted = np.bincount(meant, minlength=len(names))
    classes = {
        name: ClassFigures(int(counted[place]), float(f1[0][place]), float(f1[1][place]))
        for name, place in number.items()
        if counted[place]
    }
    return Difference(
        rows=len(truths),
        first=_side(truths, first, right[0], f1[0][counted > 0]),
        second=_side(truths, second, right[1], f1[1][counted > 0]),
        only_first=only_first,
        only_second=only_second,
        p=mcnemar(only_first, only_second),
        low=low,
        high=high,
        classes=classes,
    )


def _side(
    truths: Sequence[str],
    said: Sequence[Answer],
    right: NDArray[np.bool_],
    f1: NDArray[np.float64],
) -> Side:
    confidence = np.array([answer.probability for answer in said])
    confusion: dict[str, dict[str, int]] = {}
    pairs = Counter(zip(truths, (answer.code for answer in said), strict=True))
    for (truth, code), count in sorted(pairs.items()):
        confusion.setdefault(truth, {})[code] = count
    surest = right[np.argsort(-confidence, kind="stable")][: max(1, round(SURE_SHARE * len(right)))]
    return Side(
        accuracy=float(right.mean()),
        macro_f1=float(f1.mean()),
        ece=calibration_error(confidence, right),
        sure_accuracy=float(surest.mean()),
        confusion=confusion,
    )


def _f1_of(meant: NDArray[np.int64], said: NDArray[np.int64], labels: int) -> NDArray[np.float64]:
    hits = np.bincount(meant[meant == said], minlength=labels)
    both = np.bincount(meant, minlength=labels) + np.bincount(said, minlength=labels)
    return np.asarray(2.0 * hits / np.maximum(both, 1), dtype=np.float64)


def _interval(
    meant: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64], labels: int
) -> tuple[float, float]:
    """Bounds of the macro-F1 difference in 95 of 100 resamplings of the rows (bootstrap)."""
    random = np.random.default_rng(0)
    gains = np.empty(ROUNDS)
    for turn in range(ROUNDS):
        rows = random.integers(0, len(meant), len(meant))
        truth = meant[rows]
        there = np.bincount(truth, minlength=labels) > 0
        after = _f1_of(truth, second[rows], labels)[there].mean()
        gains[turn] = after - _f1_of(truth, first[rows], labels)[there].mean()
    tail = 50 * (1 - LIKELY)
    low, high = np.percentile(gains, [tail, 100 - tail]).tolist()
    return float(low), float(high)


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided probability of so uneven a split between equally good models (McNemar 1947)."""
    total, fewer = only_first + only_second, min(only_first, only_second)
    if total == 0:
        return 1.0
    if total <= EXACT_UP_TO:
        ways = sum(math.comb(total, k) for k in range(fewer + 1))
        return min(1.0, float(2 * ways / 2**total))
    distance = (abs(only_first - only_second) - 1) / math.sqrt(total)
    return math.erfc(distance / math.sqrt(2))
