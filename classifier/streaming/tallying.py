"""A vocabulary counted batch by batch (词表统计), bounded however many rows are read."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from classifier.learning.blocks import PairBlock, WordBlock, idf_of, pairs_of
from classifier.learning.features import (
    PAIRS,
    SINGLES,
    TITLE_PAIRS,
    TITLE_WORDS,
    WORDS,
    FeatureSpace,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from classifier.learning.blocks import BlockPlan
    from classifier.reading.documents import Document

# The commonest of each block: twice what five thousand real messages have.
MOST_FEATURES = {
    WORDS.name: 60_000,
    TITLE_WORDS.name: 20_000,
    PAIRS.name: 90_000,
    TITLE_PAIRS.name: 30_000,
    SINGLES.name: 6_000,
}
FEWEST_ROWS = 2
# What is counted may grow to so many times the bound before the rarest are let go.
SLACK = 6


class Tally:
    """Counts in how many documents each word and each pair of characters stands."""

    def __init__(self) -> None:
        self.rows = 0
        self._words = {plan.name: Counter[str]() for plan in (WORDS, TITLE_WORDS)}
        self._pairs = {plan.name: _Pairs(plan) for plan in (PAIRS, TITLE_PAIRS, SINGLES)}

    def add(self, documents: Sequence[Document]) -> None:
        """Count a batch; the rarest are forgotten where too many are known."""
        self.rows += len(documents)
        for plan in (WORDS, TITLE_WORDS):
            counted = self._words[plan.name]
            counted.update(
                chain.from_iterable(
                    set(one.title_words if plan.of_title else one.words) for one in documents
                )
            )
            if len(counted) > SLACK * MOST_FEATURES[plan.name]:
                most = counted.most_common(SLACK // 2 * MOST_FEATURES[plan.name])
                self._words[plan.name] = Counter(dict(most))
        for pairs in self._pairs.values():
            pairs.add(documents)

    def space(self) -> FeatureSpace:
        """The feature space of all that was counted."""
        pairs = [self._pairs[plan.name].block(self.rows) for plan in (PAIRS, TITLE_PAIRS, SINGLES)]
        return FeatureSpace((self._word_block(WORDS), self._word_block(TITLE_WORDS)), tuple(pairs))

    def _word_block(self, plan: BlockPlan) -> WordBlock:
        most = self._words[plan.name].most_common(MOST_FEATURES[plan.name])
        kept = sorted((word, count) for word, count in most if count >= FEWEST_ROWS)
        frequency = np.array([count for _, count in kept], dtype=np.float64)
        return WordBlock(plan, [word for word, _ in kept], idf_of(frequency, self.rows))


class _Pairs:
    """Keys of one block's pairs, sorted, with the number of documents they stand in."""

    def __init__(self, plan: BlockPlan) -> None:
        self.plan = plan
        self.keys: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.counts: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._waiting: list[NDArray[np.int64]] = []

    def add(self, documents: Sequence[Document]) -> None:
        rows, keys = pairs_of(self.plan, documents)
        width = len(documents)
        self._waiting.append(np.unique(keys * width + rows) // width)
        if sum(map(len, self._waiting)) > SLACK * MOST_FEATURES[self.plan.name]:
            self._settle()

    def block(self, rows: int) -> PairBlock:
        self._settle()
        keys, counts = self._most(MOST_FEATURES[self.plan.name])
        kept = counts >= FEWEST_ROWS
        return PairBlock(self.plan, keys[kept], idf_of(counts[kept].astype(np.float64), rows))

    def _settle(self) -> None:
        waiting = np.concatenate(self._waiting or [self.keys[:0]])
        keys, counts = np.unique(waiting, return_counts=True)
        merged, place = np.unique(np.concatenate((self.keys, keys)), return_inverse=True)
        both = np.concatenate((self.counts, counts)).astype(np.float64)
        self.keys = merged
        self.counts = np.bincount(place, weights=both, minlength=len(merged)).astype(np.int64)
        self._waiting = []
        self.keys, self.counts = self._most(SLACK * MOST_FEATURES[self.plan.name])

    def _most(self, bound: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if len(self.keys) <= bound:
            return self.keys, self.counts
        kept = np.sort(np.argsort(-self.counts, kind="stable")[:bound])
        return self.keys[kept], self.counts[kept]
