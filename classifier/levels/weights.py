"""Weights and odds on the edges of a label tree (分级权重与概率)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from classifier.levels.label_tree import LabelTree


@dataclass(frozen=True, slots=True)
class LeveledWeights:
    """One column of weights and one bias per edge; most weights are zero and not kept."""

    table: sparse.csr_matrix
    bias: NDArray[np.float32]
    tree: LabelTree

    @property
    def width(self) -> int:
        """Number of features."""
        return int(self.table.shape[0])

    def decisions(self, matrix: sparse.csr_matrix) -> NDArray[np.float64]:
        """Decision values, one row per document and one column per edge."""
        values: NDArray[np.float64] = (matrix @ self.table).toarray().astype(np.float64)
        return values + self.bias

    def gains(self, columns: NDArray[np.int64], labels: Sequence[int]) -> NDArray[np.float64]:
        """What each feature gives to each label above the mean sibling, summed along its path."""
        rows: NDArray[np.float64] = self.table[columns].toarray()
        starts, ends = self.tree.starts, self.tree.ends
        means = np.add.reduceat(rows, starts, axis=1) / (ends - starts)
        family = np.repeat(np.arange(len(starts)), ends - starts)
        gains = np.zeros((len(columns), len(labels)))
        for place, label in enumerate(labels):
            for edge in self.tree.paths[label].tolist():
                if edge >= 0:
                    gains[:, place] += rows[:, edge] - means[:, family[edge]]
        return gains


@dataclass(frozen=True, slots=True)
class LeveledCalibration:
    """Odds of each edge among its siblings, times the odds of the edge above it.

    `softmax(slope * d + bend * max(d, 0) + shift)` within a family, with one slope and bend for
    each edge. So the odds of the labels sum to one, and no child is likelier than its parent.
    """

    tree: LabelTree
    slope: NDArray[np.float32]
    bend: NDArray[np.float32]
    shift: NDArray[np.float32]

    def probabilities(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Odds of each label."""
        odds: NDArray[np.float64] = self.edges(decisions)[:, self.tree.leaves]
        return odds

    def edges(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Odds of each edge: those of one family sum to the odds of the edge above them."""
        scores = self.slope * decisions + self.bend * np.maximum(decisions, 0.0) + self.shift
        odds = shares_of(scores, self.tree.starts, self.tree.ends)
        parents, levels = self.tree.parents, self.tree.levels
        for level in range(1, int(levels.max()) + 1):
            low, high = np.searchsorted(levels, (level, level + 1))
            odds[:, low:high] *= odds[:, parents[low:high]]
        return odds


def shares_of(
    scores: NDArray[np.float64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Softmax within each family of columns."""
    sizes = ends - starts
    highest = np.repeat(np.maximum.reduceat(scores, starts, axis=1), sizes, axis=1)
    raised = np.exp(scores - highest)
    shares: NDArray[np.float64] = raised / np.repeat(
        np.add.reduceat(raised, starts, axis=1), sizes, axis=1
    )
    return shares
