"""How a model fares on each level (分级评测): answers and truths are lifted to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from classifier.levels.lineage import lineage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from classifier.learning.measuring import Evaluation


class LevelMarks:
    """Right and wrong answers on each level above the labels themselves, and on theirs."""

    def __init__(self, labels: Sequence[str]) -> None:
        lines = [lineage(label) for label in labels]
        self.depth = max(map(len, lines))
        self._place = {label: number for number, label in enumerate(labels)}
        self._levels = [Lifting.to_level(labels, level) for level in range(1, self.depth + 1)]
        self._counts = [np.zeros((len(one.keys), 3), dtype=np.int64) for one in self._levels]

    def add(self, probabilities: NDArray[np.float64], truths: Sequence[str]) -> None:
        """Note a batch; truths that are not labels of the model are passed over."""
        if self.depth == 1:
            return
        known = np.array([self._place.get(truth, -1) for truth in truths], dtype=np.int64)
        rows = np.flatnonzero(known >= 0)
        for level, counts in zip(self._levels, self._counts, strict=True):
            guessed = level.lifted(probabilities[rows]).argmax(axis=1)
            meant = level.column[known[rows]]
            size = len(level.keys)
            counts[:, 0] += np.bincount(meant, minlength=size)
            counts[:, 1] += np.bincount(guessed, minlength=size)
            counts[:, 2] += np.bincount(meant[meant == guessed], minlength=size)

    def told_in(self, figures: Evaluation) -> Evaluation:
        """The same figures with those of each level; unchanged for labels of one level."""
        if self.depth == 1:
            return figures
        levels = {}
        for number, counts in enumerate(self._counts, start=1):
            meant, said, hits = counts[counts[:, 0] > 0].T.astype(np.float64)
            f1 = 2 * hits / np.maximum(meant + said, 1)
            levels[str(number)] = {
                "labels": len(meant),
                "accuracy": float(hits.sum() / max(meant.sum(), 1)),
                "macro_f1": float(f1.mean()) if len(f1) else 0.0,
            }
        return replace(figures, levels=levels)


class Lifting:
    """Sums the odds of labels that share a category; `keys` are those categories."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = tuple(dict.fromkeys(keys))
        place = {key: number for number, key in enumerate(self.keys)}
        self.column = np.array([place[key] for key in keys], dtype=np.int64)
        ones = np.ones(len(self.column))
        self._summing = sparse.csr_matrix(
            (ones, (np.arange(len(self.column)), self.column)),
            shape=(len(self.column), len(self.keys)),
        )

    @classmethod
    def to_level(cls, labels: Sequence[str], level: int) -> Lifting:
        """To a level counted from 1; labels above it stay as they are."""
        lines = (lineage(label) for label in labels)
        return cls([line[min(level, len(line)) - 1] for line in lines])

    def lifted(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Odds of the categories, columns as in `keys`."""
        odds: NDArray[np.float64] = np.asarray(probabilities @ self._summing)
        return odds
