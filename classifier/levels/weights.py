"""Weights and odds on the edges of a label tree (分级权重与概率)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from classifier.levels.label_tree import LabelTree


# A feature that has a weight on one edge in so many is kept as a full row: several times faster.
FULL_FROM = 10
# Full rows take at most so many numbers of 4 bytes.
MOST_FULL = 8_000_000


@dataclass(frozen=True, slots=True)
class LeveledWeights:
    """One column of weights and one bias per edge; most weights are zero and not kept.

    Features with many weights are full rows of `full`, feature f the one at `places[f]`; the
    others (place -1) are rows of `light`.
    """

    light: sparse.csr_matrix
    full: NDArray[np.float32]
    places: NDArray[np.int32]
    bias: NDArray[np.float32]
    tree: LabelTree

    @classmethod
    def of(
        cls, table: sparse.csr_matrix, bias: NDArray[np.float32], tree: LabelTree
    ) -> LeveledWeights:
        """Part a table of all weights (features by edges)."""
        lengths = np.diff(table.indptr)
        most = MOST_FULL // max(len(tree), 1)
        longest = np.argsort(-lengths, kind="stable")[:most]
        chosen = np.sort(longest[lengths[longest] * FULL_FROM > len(tree)])
        places = np.full(table.shape[0], -1, dtype=np.int32)
        places[chosen] = np.arange(len(chosen))
        is_light = np.repeat(places < 0, lengths)
        ends = np.concatenate(([0], np.cumsum(np.where(places < 0, lengths, 0))))
        held = (table.data[is_light], table.indices[is_light], ends)
        light = sparse.csr_matrix(held, shape=table.shape)
        return cls(light, table[chosen].toarray(), places, bias, tree)

    @property
    def table(self) -> sparse.csr_matrix:
        """All weights in one sparse table."""
        chosen = np.flatnonzero(self.places >= 0)
        full = sparse.coo_matrix(self.full)
        rows = (full.data, (chosen[full.row], full.col))
        return sparse.csr_matrix(self.light + sparse.csr_matrix(rows, shape=self.light.shape))

    @property
    def width(self) -> int:
        """Number of features."""
        return len(self.places)

    def decisions(self, matrix: sparse.csr_matrix) -> NDArray[np.float64]:
        """Decision values, one row per document and one column per edge."""
        places = self.places[matrix.indices]
        is_full = places >= 0
        ends = np.concatenate(([0], np.cumsum(is_full)))[matrix.indptr]
        shape = (matrix.shape[0], len(self.full))
        full = sparse.csr_matrix((matrix.data[is_full], places[is_full], ends), shape=shape)
        rest = (matrix.data[~is_full], matrix.indices[~is_full], matrix.indptr - ends)
        light = sparse.csr_matrix(rest, shape=matrix.shape) @ self.light
        values: NDArray[np.float64] = (light.toarray() + full @ self.full).astype(np.float64)
        return values + self.bias

    def gains(self, columns: NDArray[np.int64], labels: Sequence[int]) -> NDArray[np.float64]:
        """What each feature gives to each label above the mean sibling, summed along its path."""
        rows: NDArray[np.float64] = self.light[columns].toarray()
        places = self.places[columns]
        rows[places >= 0] = self.full[places[places >= 0]]
        starts, ends = self.tree.starts, self.tree.ends
        gains = np.zeros((len(columns), len(labels)))
        for place, label in enumerate(labels):
            edges = self.tree.paths[label]
            for edge in edges[edges >= 0].tolist():
                family = int(np.searchsorted(starts, edge, "right")) - 1
                siblings = rows[:, starts[family] : ends[family]]
                gains[:, place] += rows[:, edge] - siblings.mean(axis=1)
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
