"""One block of features (特征块): words or character pairs of one field, weighted by TF-IDF."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from classifier.reading.documents import Document

Counted: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.int64]]"
Weighted: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]"

# Code points of Han and Latin letters lie below 2**16: a pair fits one exact integer key.
_PAIR = 1 << 16


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """What a block counts: `of_title` or the whole text, and how much it weighs in the sum.

    A block of characters counts pairs, single ones, or both, as `lengths` says.
    """

    name: str
    weight: float
    of_title: bool
    lengths: tuple[int, ...] = (2,)


class WordBlock:
    """Counts words; its vocabulary is readable, so it can say which words spoke."""

    def __init__(self, plan: BlockPlan, words: Sequence[str], idf: NDArray[np.float32]) -> None:
        self.plan, self.words, self.idf = plan, tuple(words), idf
        self._column = {word: column for column, word in enumerate(self.words)}

    @classmethod
    def fit(cls, plan: BlockPlan, documents: Sequence[Document], min_rows: int) -> WordBlock:
        """Learn the words that stand in at least `min_rows` documents."""
        rows = Counter(
            chain.from_iterable(
                set(document.title_words if plan.of_title else document.words)
                for document in documents
            )
        )
        words = sorted(word for word, count in rows.items() if count >= min_rows)
        frequency = np.array([rows[word] for word in words], dtype=np.float64)
        return cls(plan, words, idf_of(frequency, len(documents)))

    def occurrences(self, documents: Sequence[Document]) -> Counted:
        """(row, column) of each known word, in reading order."""
        of_title = self.plan.of_title
        rows: list[int] = []
        columns: list[int] = []
        find = self._column.get
        for row, document in enumerate(documents):
            words = document.title_words if of_title else document.words
            found = [column for column in map(find, words) if column is not None]
            columns.extend(found)
            rows.extend([row] * len(found))
        return np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)


class PairBlock:
    """Counts pairs of neighbouring characters and single ones, as the plan says."""

    def __init__(self, plan: BlockPlan, keys: NDArray[np.int64], idf: NDArray[np.float32]) -> None:
        self.plan, self.keys, self.idf = plan, keys, idf

    @classmethod
    def fit(cls, plan: BlockPlan, documents: Sequence[Document], min_rows: int) -> PairBlock:
        """Learn the pairs that stand in at least `min_rows` documents."""
        rows, keys = pairs_of(plan, documents)
        once = np.unique(np.stack((keys, rows)), axis=1)[0]
        known, frequency = np.unique(once, return_counts=True)
        kept = frequency >= min_rows
        return cls(plan, known[kept], idf_of(frequency[kept].astype(np.float64), len(documents)))

    def occurrences(self, documents: Sequence[Document]) -> Counted:
        """(row, column) of each known pair."""
        rows, keys = pairs_of(self.plan, documents)
        if not len(self.keys) or not len(keys):
            return rows[:0], keys[:0]
        columns = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = self.keys[columns] == keys
        return rows[known], columns[known]


def weigh(block: WordBlock | PairBlock, documents: Sequence[Document]) -> Weighted:
    """(rows, columns, values): sublinear counts times IDF, each row of length `plan.weight`."""
    rows, columns = block.occurrences(documents)
    width = max(len(block.idf), 1)
    cells, counts = np.unique(rows * width + columns, return_counts=True)
    rows, columns = np.divmod(cells, width)
    values = (1.0 + np.log(counts)) * block.idf[columns]
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(documents)))
    values *= block.plan.weight / lengths[rows]
    return rows, columns, values.astype(np.float32)


def idf_of(frequency: NDArray[np.float64], documents: int) -> NDArray[np.float32]:
    """Weight of features that stand in so many of the documents: the rarer the more."""
    smoothed: NDArray[np.float64] = np.log((1.0 + documents) / (1.0 + frequency)) + 1.0
    return smoothed.astype(np.float32)


def pairs_of(plan: BlockPlan, documents: Sequence[Document]) -> Counted:
    """(row, key) of each pair; the 0 put between documents keeps them apart."""
    runs = [d.title_characters if plan.of_title else d.characters for d in documents]
    gap = np.zeros(1, dtype=np.int64)
    points = np.concatenate([gap, *chain.from_iterable((run, gap) for run in runs)])
    lengths = np.array([len(run) + 1 for run in runs], dtype=np.int64)
    rows = np.repeat(np.arange(len(runs), dtype=np.int64), lengths)
    left, right = points[1:], np.append(points[2:], 0)
    kept = {2: (left != 0) & (right != 0), 1: left != 0}
    tails = {2: right, 1: np.zeros_like(right)}
    keys = left * _PAIR
    return (
        np.concatenate([rows[kept[length]] for length in plan.lengths]),
        np.concatenate([(keys + tails[length])[kept[length]] for length in plan.lengths]),
    )
