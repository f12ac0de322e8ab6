"""Which rows are held back, and which give the vocabulary (抽样): by chance, the rare ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from classifier.learning.curating import Curated

# Rows held back from the weights, for odds and figures: a tenth, and no more than this in all.
HELD_SHARE = 0.1
MOST_HELD = 12_000
# A label with fewer rows needs them all to learn; it is not judged.
FEWEST_TO_HOLD = 5
# Rows that are read for the vocabulary: all of a rare label, a sample of the common ones.
VOCABULARY_ROWS = 60_000
# So many of each label are in a sample, if it has them.
ROWS_OF_LABEL = 40


def held_back(targets: NDArray[np.int64], keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Numbers of the rows to hold back: the same share of each label, at least one of five."""
    sizes = np.bincount(targets)
    share = min(HELD_SHARE, MOST_HELD / max(len(targets), 1))
    quota = np.where(sizes >= FEWEST_TO_HOLD, np.maximum(1, np.round(sizes * share)), 0)
    held: NDArray[np.int64] = np.flatnonzero(_ranks(targets, keys) < quota[targets])
    return held


def vocabulary_rows(curated: Curated) -> NDArray[np.bool_]:
    """For each row, whether it is read for the vocabulary."""
    used = curated.used
    picked = np.zeros(len(curated.targets), dtype=np.bool_)
    picked[used] = sampled(curated.targets[used], curated.keys[used], VOCABULARY_ROWS)
    return picked


def sampled(targets: NDArray[np.int64], keys: NDArray[np.uint64], most: int) -> NDArray[np.bool_]:
    """About so many rows by chance, and some of each label even if it is rare."""
    if len(targets) <= most:
        return np.ones(len(targets), dtype=np.bool_)
    line = np.sort(keys)[most]
    picked: NDArray[np.bool_] = (keys < line) | (_ranks(targets, keys) < ROWS_OF_LABEL)
    return picked


def _ranks(targets: NDArray[np.int64], keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Place of each row among those of its label, ordered by key (which is as good as chance)."""
    order = np.lexsort((keys, targets))
    sizes = np.bincount(targets)
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    ranks = np.empty(len(targets), dtype=np.int64)
    ranks[order] = np.arange(len(targets)) - starts
    return ranks
