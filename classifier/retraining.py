"""Training anew from what people confirmed (重新训练): the starter corpus and a city's own rows.

The level is the corpus's own, the second: rows that name only a first-level category cannot teach
it and are counted, finer ones go up to their parent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.corpus import category_words, starter_corpus
from classifier.errors import TrainingError
from classifier.learning.folding import group_copies
from classifier.learning.training import Rows, TrainedModel, train_rows
from classifier.teaching import EXACT_ROWS, train

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from classifier.learning.training import Progress

_SECOND_LEVEL_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Retrained:
    """The new model, and how many rows of the city taught it or could not."""

    model: TrainedModel
    own: int
    corpus: int
    too_coarse: int
    held_copies: int


def retrain(
    rows: Iterable[tuple[str, str, str]],
    *,
    held: Sequence[tuple[str, str]],
    author: str,
    at: datetime,
    progress: Progress | None = None,
) -> Retrained:
    """Train on the corpus and on (title, text, code) rows that people confirmed.

    `held` are the (title, text) of rows kept back to judge the model: copies of them are left out.
    More than `EXACT_ROWS` rows of the city's own learn in passes, fewer exactly.
    TrainingError when not one row can teach.
    """
    given = list(rows)
    fine = [row for row in given if len(row[2]) >= _SECOND_LEVEL_DIGITS]
    groups = group_copies([*held, *((title, text) for title, text, _code in fine)])
    own = [
        row
        for row, group in zip(fine, groups[len(held) :].tolist(), strict=True)
        if group >= len(held)
    ]
    if not own:
        raise TrainingError("没有可用的修正样本：确认到二级分类、且不在留出部分的一条也没有")
    corpus, words = starter_corpus(), category_words()
    backing = [(row.title, row.text, row.label) for row in (*corpus, *words)]
    every = [*((t, x, code[:_SECOND_LEVEL_DIGITS]) for t, x, code in own), *backing]
    texts = [(title, text) for title, text, _label in every]
    labels = [label for *_rest, label in every]
    if len(own) > EXACT_ROWS:
        model = train(texts, labels, author=author, at=at, progress=progress)
    else:
        taught = Rows(texts, labels, len(own) + len(corpus))
        model = train_rows(taught, author=author, at=at, progress=progress)
    return Retrained(model, len(own), len(corpus), len(given) - len(fine), len(fine) - len(own))


def backing_rows() -> list[tuple[str, str, str]]:
    """Give the corpus as trusted (title, text, code) rows."""
    return [(row.title, row.text, row.label) for row in starter_corpus()]
