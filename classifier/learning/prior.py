"""What was known before a city's own rows (先验): the starter corpus has a small say in each model.

Rare matters stand in few rows of a city, but in the corpus they are worded too. Its weights are
learned once from the corpus alone, so they add no row to any fold of the cross-validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from classifier.corpus import category_words, starter_corpus
from classifier.learning.families import families_of, fit_families
from classifier.learning.features import FeatureSpace
from classifier.learning.folding import group_copies
from classifier.reading.documents import read_documents
from classifier.tree import load_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from classifier.learning.fitting import LinearWeights
    from classifier.reading.documents import Document

# Found by five-fold cross-validation; twice as much or half of it changes little.
PRIOR_WEIGHT = 0.2
_SECOND_LEVEL_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Prior:
    """Weights of second-level leaves; label number n is the best of its leaves.

    The columns of `weights` that belong to label n start at `starts[n]`.
    """

    space: FeatureSpace
    weights: LinearWeights
    starts: NDArray[np.int64]

    def decisions(self, documents: Sequence[Document]) -> NDArray[np.float64]:
        """What to add to the decision values of each label."""
        leaves = self.weights.decisions(self.space.matrix(documents))
        best: NDArray[np.float64] = np.maximum.reduceat(leaves, self.starts, axis=1)
        return PRIOR_WEIGHT * best


def learn_prior(labels: Sequence[str], texts: Sequence[tuple[str, str]]) -> Prior | None:
    """Learn from the corpus for these labels; None unless the tree knows every one of them.

    A message of the corpus that is among the rows itself is left out: it would be judged by
    what it taught.
    """
    codes = [load_tree().resolve(label) for label in labels]
    every = (*starter_corpus(), *category_words())
    groups = group_copies([*texts, *((row.title, row.text) for row in every)])
    rows = [row for row, g in zip(every, groups[len(texts) :], strict=True) if g >= len(texts)]
    leaves = sorted({row.label for row in rows})
    columns = [_leaves_of(code, leaves) for code in codes if code is not None]
    if len(columns) < len(labels) or not all(columns):
        return None
    number = {leaf: place for place, leaf in enumerate(leaves)}
    documents = read_documents((row.title, row.text) for row in rows)
    space = FeatureSpace.fit(documents, 1)
    targets = np.array([number[row.label] for row in rows], dtype=np.int64)
    weights = fit_families(space.matrix(documents), targets, families_of(leaves))
    picked = [column for belonging in columns for column in belonging]
    starts = np.cumsum([0, *map(len, columns)])[:-1]
    return Prior(space, weights.picked(picked), starts)


def _leaves_of(code: str, leaves: Sequence[str]) -> list[int]:
    """Columns of the leaves under a code; of a third-level code, its parent's."""
    wanted = code[:_SECOND_LEVEL_DIGITS]
    return [column for column, leaf in enumerate(leaves) if leaf.startswith(wanted)]
