"""The starter model (起步模型): so that a new hotline sorts from its first day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifier.corpus import category_words, starter_corpus
from classifier.learning.training import Rows, TrainedModel, train_rows

if TYPE_CHECKING:
    from datetime import datetime

    from classifier.learning.training import Progress

STARTER_ID = "starter"
STARTER_AUTHOR = "Hotline 12345"
# (power of the Bayes ratio, cost) as in `fitting.MACHINES`. A corpus of a few thousand short rows
# holds most words once or twice, and the full ratio would take them for proof: a quarter of its
# power finds as much as a mean of two machines does, in half the time.
MACHINES = ((0.25, 0.2),)


def train_starter(at: datetime, progress: Progress | None = None) -> TrainedModel:
    """Train the model with id `starter`; its labels are second-level codes."""
    corpus, words = starter_corpus(), category_words()
    every = (*corpus, *words)
    rows = Rows([(row.title, row.text) for row in every], [r.label for r in every], len(corpus))
    return train_rows(
        rows,
        author=STARTER_AUTHOR,
        at=at,
        progress=progress,
        model_id=STARTER_ID,
        machines=MACHINES,
    )
