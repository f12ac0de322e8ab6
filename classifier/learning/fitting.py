"""Fitting of the linear weights (线性权重训练): support vectors over Bayes-scaled features."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

Machines: TypeAlias = "Sequence[tuple[float, float]]"

# (power of the Bayes ratio, cost of the support vectors) of each machine; `python -m bench
# classifier --tries` tells what others bring.
MACHINES = ((1.0, 0.05), (0.5, 0.3))
# Few rows tell siblings apart badly, but families well: the parent has its say in the child.
FAMILY_WEIGHT = np.float32(1.0)
# Looser than the library's 0.0001: no figure changed, and a third of the time is saved.
TOLERANCE = 0.01
# Smoothing of the Bayes ratios, in units of one normalised feature weight.
BAYES_SMOOTHING = 0.05


@dataclass(frozen=True, slots=True)
class LinearWeights:
    """One column of weights and one bias per label: `decisions = rows @ weights + bias`."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def with_families(self, parents: LinearWeights, family: NDArray[np.int64]) -> LinearWeights:
        """Add to each label what was learned about its parent (`family` gives its column)."""
        # Row-major, or scipy would copy the whole of it for each product.
        weights = np.ascontiguousarray(self.weights + FAMILY_WEIGHT * parents.weights[:, family])
        return LinearWeights(weights, self.bias + FAMILY_WEIGHT * parents.bias[family])

    def picked(self, columns: Sequence[int]) -> LinearWeights:
        """Only these labels, in this order."""
        return LinearWeights(np.ascontiguousarray(self.weights[:, columns]), self.bias[columns])

    @property
    def width(self) -> int:
        """Number of features."""
        return len(self.weights)

    def gains(self, columns: NDArray[np.int64], labels: Sequence[int]) -> NDArray[np.float64]:
        """What each feature gives to each label above what it gives to the mean label."""
        rows = self.weights[columns]
        above: NDArray[np.float64] = rows[:, labels] - rows.mean(axis=1, keepdims=True)
        return above

    def decisions(self, matrix: sparse.csr_matrix) -> NDArray[np.float64]:
        """Decision values, one row per document and one column per label."""
        values: NDArray[np.float64] = np.asarray(matrix @ self.weights, dtype=np.float64)
        return values + self.bias


def fit_weights(
    matrix: sparse.csr_matrix,
    targets: NDArray[np.int64],
    labels: int,
    machines: Machines = MACHINES,
    tolerance: float = TOLERANCE,
) -> LinearWeights:
    """Mean of the machines of each label against the rest.

    A machine sees each feature scaled by how strongly it tells the label from the rest
    (log-count ratio, after Wang and Manning 2012, to a power), which tames rare features. All
    are linear in the same features, so their mean is one weight per feature.
    """
    weights = np.zeros((matrix.shape[1], labels), dtype=np.float32)
    bias = np.zeros(labels, dtype=np.float32)
    total = np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel()
    for label in range(labels):
        inside = targets == label
        if not inside.any():
            bias[label] = -1.0
            continue
        ratio = _bayes_ratio(matrix[inside], total)
        for power, cost in machines:
            scale = ratio**power
            scaled = matrix.copy()
            scaled.data *= scale[matrix.indices]
            found, found_bias = _machine(scaled, inside, cost, tolerance)
            weights[:, label] += found * scale / len(machines)
            bias[label] += found_bias / len(machines)
    return LinearWeights(weights, bias)


def _bayes_ratio(inside: sparse.csr_matrix, total: NDArray[np.float64]) -> NDArray[np.float32]:
    """Absolute log ratio of each feature's share inside the label to its share outside."""
    own = np.asarray(inside.sum(axis=0), dtype=np.float64).ravel()
    other = np.maximum(total - own, 0.0) + BAYES_SMOOTHING
    own = own + BAYES_SMOOTHING
    ratio: NDArray[np.float64] = np.abs(np.log((own / own.sum()) / (other / other.sum())))
    return ratio.astype(np.float32)


def _machine(
    matrix: sparse.csr_matrix, inside: NDArray[np.bool_], cost: float, tolerance: float
) -> tuple[NDArray[np.float32], float]:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415  # training only
    from sklearn.svm import LinearSVC  # noqa: PLC0415  # a worker that only suggests needs none

    machine = LinearSVC(C=cost, tol=tolerance, random_state=0)
    with warnings.catch_warnings():
        # A machine stopped at its iteration bound is still judged by cross-validation.
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(matrix, inside)
    return machine.coef_[0].astype(np.float32), float(machine.intercept_[0])
