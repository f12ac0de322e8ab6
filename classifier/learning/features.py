"""The feature space (特征空间): words and character pairs, the title apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from classifier.learning.blocks import BlockPlan, PairBlock, WordBlock, weigh
from classifier.reading.word_lists import is_telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier.reading.documents import Document

# Weights found by five-fold cross-validation on real messages; titles speak clearly but shortly.
WORDS = BlockPlan("words", 1.5, of_title=False)
PAIRS = BlockPlan("pairs", 1.0, of_title=False)
TITLE_WORDS = BlockPlan("title_words", 0.6, of_title=True)
TITLE_PAIRS = BlockPlan("title_pairs", 0.6, of_title=True, lengths=(2, 1))
SINGLES = BlockPlan("singles", 0.4, of_title=False, lengths=(1,))
CHARACTERS = (PAIRS, TITLE_PAIRS, SINGLES)


class FeatureSpace:
    """Turns documents into rows of one sparse matrix; columns of the blocks follow each other."""

    def __init__(
        self, word_blocks: tuple[WordBlock, WordBlock], pair_blocks: tuple[PairBlock, ...]
    ) -> None:
        self.words, self.title_words = word_blocks
        self.characters = pair_blocks
        self.blocks: tuple[WordBlock | PairBlock, ...] = (*word_blocks, *pair_blocks)
        widths = [len(block.idf) for block in self.blocks]
        self.offsets: list[int] = [0, *np.cumsum(widths).tolist()]
        # The word blocks come first, so a column below its length is the word it counts.
        self.vocabulary = (*self.words.words, *self.title_words.words)
        self.is_telling = np.zeros(self.width, dtype=np.bool_)
        self.is_telling[: widths[0]] = [is_telling(word) for word in self.words.words]

    @classmethod
    def fit(cls, documents: Sequence[Document], min_rows: int) -> FeatureSpace:
        """Learn vocabulary and weights from the training documents."""
        return cls(
            (
                WordBlock.fit(WORDS, documents, min_rows),
                WordBlock.fit(TITLE_WORDS, documents, min_rows),
            ),
            tuple(PairBlock.fit(plan, documents, min_rows) for plan in CHARACTERS),
        )

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.offsets[-1])

    def matrix(self, documents: Sequence[Document]) -> sparse.csr_matrix:
        """One row per document, float32."""
        parts = [weigh(block, documents) for block in self.blocks]
        rows = np.concatenate([part[0] for part in parts])
        columns = np.concatenate(
            [part[1] + offset for part, offset in zip(parts, self.offsets, strict=False)]
        )
        values = np.concatenate([part[2] for part in parts])
        shape = (len(documents), self.width)
        return sparse.csr_matrix((values, (rows, columns)), shape=shape, dtype=np.float32)
