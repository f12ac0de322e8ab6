"""What learned to tell some labels apart (分类头): categories, or departments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

    from classifier.levels.weights import LeveledCalibration, LeveledWeights

OFFERED = 5


class LearnedUnit(NamedTuple):
    """A department that handled such matters before, by the name the history gave it."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Head:
    """Labels with the weights and odds that tell them apart."""

    labels: tuple[str, ...]
    weights: LeveledWeights
    calibration: LeveledCalibration

    def likeliest(self, matrix: sparse.csr_matrix) -> tuple[LearnedUnit, ...]:
        """The few likeliest labels of a matrix of one row, by falling probability."""
        odds = self.calibration.probabilities(self.weights.decisions(matrix))[0]
        best = np.argsort(-odds, kind="stable")[:OFFERED].tolist()
        return tuple(LearnedUnit(self.labels[label], float(odds[label])) for label in best)
