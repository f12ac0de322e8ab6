"""Calibration (概率校准): decision values become odds that come true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ECE_BINS = 10
# Pull of each label's own shift towards none, so that rare labels are not bent by few rows.
SHIFT_PENALTY = 0.5


@dataclass(frozen=True, slots=True)
class Calibration:
    """`softmax(slope * d + bend * max(d, 0) + shift)` of the decision values d.

    The bend lets odds grow slower beyond the margin: some true labels are simply mistaken, so
    no distance makes a category certain. One slope and bend for all labels, one shift for each.
    """

    slope: float
    bend: float
    shift: NDArray[np.float32]

    def probabilities(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities that sum to one in each row."""
        beyond = np.maximum(decisions, 0.0)
        return softmax(self.slope * decisions + self.bend * beyond + self.shift)


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Row-wise softmax, safe for large scores."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def fit_calibration(decisions: NDArray[np.float64], targets: NDArray[np.int64]) -> Calibration:
    """Slopes and shifts with the highest likelihood on decisions of rows not trained on."""
    from scipy.optimize import minimize  # noqa: PLC0415  # training only

    count, labels = decisions.shape
    beyond = np.maximum(decisions, 0.0)
    picked = np.arange(count)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slope, bend, shift = parameters[0], parameters[1], parameters[2:]
        shares = softmax(slope * decisions + bend * beyond + shift)
        value = -np.log(np.maximum(shares[picked, targets], 1e-12)).sum()
        value += SHIFT_PENALTY * float(shift @ shift)
        shares[picked, targets] -= 1.0
        by_slopes = [(shares * decisions).sum(), (shares * beyond).sum()]
        by_shift = shares.sum(axis=0) + 2 * SHIFT_PENALTY * shift
        return float(value / count), np.concatenate((by_slopes, by_shift)) / count

    start = np.concatenate(([3.0, 0.0], np.zeros(labels)))
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return Calibration(float(found[0]), float(found[1]), found[2:].astype(np.float32))


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Measure the expected calibration error over ten equal bins of the highest probability."""
    if not len(confidence):
        return 0.0
    bins = np.minimum((confidence * ECE_BINS).astype(np.int64), ECE_BINS - 1)
    said = np.bincount(bins, weights=confidence, minlength=ECE_BINS)
    came = np.bincount(bins, weights=right.astype(np.float64), minlength=ECE_BINS)
    return float(np.abs(said - came).sum() / len(confidence))
