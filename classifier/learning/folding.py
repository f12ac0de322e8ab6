"""Dealing rows into folds (交叉验证分折): labels spread evenly, copies of a message together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FOLDS = 5
_NO_LETTER = re.compile(r"[\W_]+")


def group_copies(texts: Sequence[tuple[str, str]]) -> NDArray[np.int64]:
    """Number of the first row with the same letters, digits and Han characters, for each row.

    Blanks, punctuation and case do not count: a message posted twice is one message, and a
    fold that has learned it must not be asked about it.
    """
    first: dict[tuple[str, str], int] = {}
    groups = np.empty(len(texts), dtype=np.int64)
    for row, (title, text) in enumerate(texts):
        groups[row] = first.setdefault((letters_of(title), letters_of(text)), row)
    return groups


def deal_folds(
    targets: NDArray[np.int64], groups: NDArray[np.int64], seed: int = 0
) -> NDArray[np.int64]:
    """Fold of each row, each label spread evenly; -1 (never judged) for a label's only message.

    All rows of a group share a fold; a group counts for the label of its first row.
    """
    leaders, place = np.unique(groups, return_inverse=True)
    led = targets[leaders]
    dealt = np.full(len(leaders), -1, dtype=np.int64)
    random = np.random.default_rng(seed)
    for label in np.unique(led).tolist():
        rows = random.permutation(np.flatnonzero(led == label))
        if len(rows) > 1:
            # Starting elsewhere for each label keeps the folds equally large.
            dealt[rows] = (np.arange(len(rows)) + label) % FOLDS
    folds: NDArray[np.int64] = dealt[place]
    return folds


def count_contradictions(targets: NDArray[np.int64], groups: NDArray[np.int64]) -> int:
    """How many messages stand under more than one label."""
    differing = targets != targets[groups]
    return len(np.unique(groups[differing]))


def letters_of(text: str) -> str:
    """Letters, digits and Han characters of a text, case folded."""
    return _NO_LETTER.sub("", text).casefold()
