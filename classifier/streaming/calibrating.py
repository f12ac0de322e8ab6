"""Calibration of a label tree on held-back rows (分级校准)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from classifier.learning.calibration import SHIFT_PENALTY
from classifier.levels.weights import LeveledCalibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from classifier.levels.label_tree import LabelTree

_START_SLOPE = 3.0


def calibrate(
    tree: LabelTree, decisions: NDArray[np.float32], targets: NDArray[np.int64]
) -> LeveledCalibration:
    """The likeliest slopes and shifts, level by level, on rows that taught nothing.

    Each level has one slope and bend; a family is asked only about rows that belong to it.
    """
    slope = np.full(len(tree), _START_SLOPE, dtype=np.float32)
    bend = np.zeros(len(tree), dtype=np.float32)
    shift = np.zeros(len(tree), dtype=np.float32)
    family_of = np.repeat(np.arange(len(tree.starts)), tree.ends - tree.starts)
    for level in range(int(tree.levels.max()) + 1):
        low, high = np.searchsorted(tree.levels, (level, level + 1)).tolist()
        edges = tree.paths[targets, level]
        rows = np.flatnonzero(edges >= 0)
        families = family_of[edges[rows]]
        rows = rows[(tree.ends - tree.starts)[families] > 1]
        if not len(rows):
            continue
        lesson = _Lesson.of(tree, decisions, rows, edges[rows], (low, high))
        slope[low:high], bend[low:high], shift[low:high] = lesson.fit()
    return LeveledCalibration(tree, slope, bend, shift)


class _Lesson:
    """Decisions of the siblings that each row had to choose from, one after the other."""

    def __init__(
        self,
        values: NDArray[np.float64],
        columns: NDArray[np.int64],
        starts: NDArray[np.int64],
        right: NDArray[np.int64],
        edges: int,
    ) -> None:
        self.values, self.columns, self.starts, self.right = values, columns, starts, right
        self.edges = edges
        self.beyond = np.maximum(values, 0.0)
        self.sizes = np.diff(starts, append=len(values))

    @classmethod
    def of(
        cls,
        tree: LabelTree,
        decisions: NDArray[np.float32],
        rows: NDArray[np.int64],
        edges: NDArray[np.int64],
        bounds: tuple[int, int],
    ) -> _Lesson:
        family = np.searchsorted(tree.starts, edges, "right") - 1
        begins, sizes = tree.starts[family], (tree.ends - tree.starts)[family]
        starts = np.cumsum(sizes) - sizes
        inner = np.arange(int(sizes.sum())) - np.repeat(starts, sizes)
        columns = np.repeat(begins, sizes) + inner
        values = decisions[np.repeat(rows, sizes), columns].astype(np.float64)
        return cls(
            values, columns - bounds[0], starts, starts + edges - begins, bounds[1] - bounds[0]
        )

    def loss(self, parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slope, bend, shift = parameters[0], parameters[1], parameters[2:]
        scores = slope * self.values + bend * self.beyond + shift[self.columns]
        scores -= np.repeat(np.maximum.reduceat(scores, self.starts), self.sizes)
        shares = np.exp(scores)
        shares /= np.repeat(np.add.reduceat(shares, self.starts), self.sizes)
        value = -np.log(np.maximum(shares[self.right], 1e-12)).sum()
        value += SHIFT_PENALTY * float(shift @ shift)
        shares[self.right] -= 1.0
        pull = np.bincount(self.columns, weights=shares, minlength=self.edges)
        by_shift = pull + 2 * SHIFT_PENALTY * shift
        by_slopes = [shares @ self.values, shares @ self.beyond]
        count = len(self.starts)
        return float(value / count), np.concatenate((by_slopes, by_shift)) / count

    def fit(self) -> tuple[float, float, NDArray[np.float32]]:
        from scipy.optimize import minimize  # noqa: PLC0415  # training only

        start = np.concatenate(([_START_SLOPE, 0.0], np.zeros(self.edges)))
        # A slope below none would turn the order of the siblings around.
        bounds = [(0.05, None), (None, None), *[(None, None)] * self.edges]
        found = minimize(self.loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
        return float(found[0]), float(found[1]), found[2:].astype(np.float32)
