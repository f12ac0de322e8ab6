"""Categories of one family (同类分类): what is learned of the parent helps its children."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from classifier.learning.fitting import MACHINES, LinearWeights, fit_weights
from classifier.tree import load_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from classifier.learning.fitting import Machines


def families_of(names: Sequence[str]) -> NDArray[np.int64]:
    """Give each label the number of its first-level category; all one when the tree lacks any."""
    tree = load_tree()
    parents = [tree.first_level(name) for name in names]
    if None in parents:
        return np.zeros(len(names), dtype=np.int64)
    order = {parent: place for place, parent in enumerate(dict.fromkeys(parents))}
    return np.array([order[parent] for parent in parents], dtype=np.int64)


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
