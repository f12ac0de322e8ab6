"""How often the machine was right, against a column of truth (准确率)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import classifier

if TYPE_CHECKING:
    from collections.abc import Iterable


class Score(NamedTuple):
    """Share of right answers and the plain mean of F1 over the labels of the truth."""

    accuracy: float
    macro_f1: float


def first_level(label: str | None) -> str:
    """The first-level name above a code or name; what the tree does not know stays as it is."""
    if not label:
        return ""
    return classifier.load_tree().first_level(label) or label


def score(pairs: Iterable[tuple[str, str]]) -> Score | None:
    """Compare (truth, guess) pairs; None when there is nothing to compare."""
    truths: Counter[str] = Counter()
    guesses: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for truth, guess in pairs:
        truths[truth] += 1
        guesses[guess] += 1
        hits[truth] += truth == guess
    if not truths:
        return None
    # F1 = 2 × hits / (said + meant), the harmonic mean of precision and recall.
    each = [2 * hits[name] / (guesses[name] + meant) for name, meant in truths.items()]
    return Score(hits.total() / truths.total(), sum(each) / len(each))


def percentile(values: list[float], share: float) -> float | None:
    """Nearest-rank percentile of sorted values; None of nothing."""
    if not values:
        return None
    return values[min(len(values) - 1, int(share * len(values)))]
