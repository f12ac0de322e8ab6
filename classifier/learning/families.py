"""Categories of one family (同类分类): what is learned of the parent helps its children."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from classifier.learning.fitting import MACHINES, LinearWeights, fit_weights
from classifier.levels.lineage import lineage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from classifier.learning.fitting import Machines


def families_of(names: Sequence[str]) -> NDArray[np.int64]:
    """Give each label the number of its first-level category, in the tree or by its own path."""
    tops = [lineage(name)[0] for name in names]
    order = {top: place for place, top in enumerate(dict.fromkeys(tops))}
    return np.array([order[top] for top in tops], dtype=np.int64)


def fit_families(
    matrix: sparse.csr_matrix,
    targets: NDArray[np.int64],
    family: NDArray[np.int64],
    machines: Machines = MACHINES,
) -> LinearWeights:
    """Weights of each label, with those of its family (`family[label]`) added."""
    weights = fit_weights(matrix, targets, len(family), machines)
    families = int(family.max()) + 1
    if 1 < families < len(family):
        parents = fit_weights(matrix, family[targets], families, machines)
        return weights.with_families(parents, family)
    return weights
