"""The trained classifier at work (分类推荐): ranked categories, their odds and their reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.artefact import Artefact
from classifier.ranking import REASONS, Ladder, Ranked, Suggestion
from classifier.reading.documents import read_documents
from classifier.reading.doubt import SURE_FROM, doubt_about
from classifier.reading.word_lists import is_telling
from classifier.storing import pack, strangeness_of, unpack
from classifier.tree import load_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy import sparse

    from classifier.learning.calibration import Calibration
    from classifier.learning.features import FeatureSpace
    from classifier.learning.fitting import LinearWeights
    from classifier.learning.prior import Prior
    from classifier.levels.head import Head
    from classifier.levels.weights import LeveledCalibration, LeveledWeights
    from classifier.reading.documents import Document

EXPLAINED = 3
# Nobody reads more of thousands than these, one by one or in a batch; building them costs.
OFFERED, OFFERED_IN_BATCH = 150, 10
# Rows handled at once: large enough for numpy, small enough to keep memory flat.
BATCH = 512


@dataclass(frozen=True, slots=True)
class Classifier:
    """A model version ready to suggest; safe to share between threads (it only reads)."""

    labels: tuple[str, ...]
    space: FeatureSpace
    weights: LinearWeights | LeveledWeights
    calibration: Calibration | LeveledCalibration
    shares: NDArray[np.float64]
    metadata: dict[str, Any] = field(default_factory=dict)
    prior: Prior | None = None
    departments: Head | None = None

    @property
    def model_id(self) -> str:
        """Id of the model version, as in its metadata."""
        return str(self.metadata["id"])

    @property
    def strangeness(self) -> str:
        """What to tell of a model whose words were cut by another cutter; empty when none."""
        return strangeness_of(self.metadata)

    def suggest(self, title: str, text: str) -> Suggestion:
        """Categories for one message, with telling words for the first three."""
        return next(self._suggest_each([(title, text)], reasons=True))

    def predict_many(self, rows: Iterable[tuple[str, str]]) -> list[Suggestion]:
        """List the ten likeliest categories for each (title, text), without telling words."""
        return [s for batch in _batches(rows) for s in self._suggest_each(batch, reasons=False)]

    def probabilities(self, rows: Iterable[tuple[str, str]]) -> NDArray[np.float64]:
        """Probability of each label (columns as in `labels`) for each (title, text)."""
        parts = []
        for batch in _batches(rows):
            documents = read_documents(batch)
            parts.append(self._judge(documents, self.space.matrix(documents)))
        return np.concatenate(parts) if parts else np.zeros((0, len(self.labels)))

    def save(self, folder: Path) -> None:
        """Write the model into a folder (made if missing), without pickle, sealed by checksums."""
        pack(self).write(folder)

    def _judge(
        self, documents: Sequence[Document], matrix: sparse.csr_matrix
    ) -> NDArray[np.float64]:
        decisions = self.weights.decisions(matrix)
        if self.prior is not None:
            decisions += self.prior.decisions(documents)
        judged = self.calibration.probabilities(decisions)
        # Nothing known was said: all there is to go by is how often each category occurs.
        judged[np.diff(matrix.indptr) == 0] = self.shares
        return judged

    def _suggest_each(
        self, rows: Sequence[tuple[str, str]], *, reasons: bool
    ) -> Iterator[Suggestion]:
        documents = read_documents(rows)
        matrix = self.space.matrix(documents)
        codes, ladder = codes_of(self.labels), ladder_of(self.labels)
        judged = self._judge(documents, matrix)
        units = self.departments.likeliest(matrix) if reasons and self.departments else ()
        known = _telling_words(matrix, self.space.is_telling)
        orders = _orders(judged, OFFERED if reasons else OFFERED_IN_BATCH)
        for index, (order, odds) in enumerate(zip(orders, judged, strict=True)):
            spoken = self._reasons(matrix, order[:EXPLAINED]) if reasons else {}
            best = odds[order].tolist()
            ranked = [
                Ranked(self.labels[i], codes[i], share, spoken.get(i, ()))
                for i, share in zip(order, best, strict=True)
            ]
            doubt = doubt_about(rows[index], documents[index].han, known[index], best[0])
            answer = ladder.answer(odds, ranked[0], SURE_FROM)
            yield Suggestion(tuple(ranked), self.model_id, bool(doubt), doubt, answer, units)

    def _reasons(self, matrix: sparse.csr_matrix, labels: list[int]) -> dict[int, tuple[str, ...]]:
        """Words of a single row that raised each label most above its rivals."""
        vocabulary = self.space.vocabulary
        worded = matrix.indices < len(vocabulary)
        columns, values = matrix.indices[worded], matrix.data[worded]
        above = self.weights.gains(columns, labels) * values[:, None]
        gains: dict[str, list[float]] = {}
        for column, gained in zip(columns.tolist(), above.tolist(), strict=True):
            word = vocabulary[column]
            if is_telling(word):
                before = gains.get(word)
                both = (
                    gained
                    if before is None
                    else [a + b for a, b in zip(before, gained, strict=True)]
                )
                gains[word] = both
        return {label: _strongest(gains, place) for place, label in enumerate(labels)}


def _orders(judged: NDArray[np.float64], most: int) -> list[list[int]]:
    """Labels by falling odds for each row, at most so many."""
    count = judged.shape[1]
    best = np.arange(count)[None, :].repeat(len(judged), axis=0)
    if most < count:
        best = np.argpartition(-judged, most, axis=1)[:, :most]
        best.sort(axis=1)  # so that equals stand in the order of the labels
    odds = np.take_along_axis(judged, best, axis=1)
    inner = np.argsort(-odds, axis=1, kind="stable")
    orders: list[list[int]] = np.take_along_axis(best, inner, axis=1).tolist()
    return orders


def _telling_words(matrix: sparse.csr_matrix, is_telling: NDArray[np.bool_]) -> list[int]:
    """How many telling words of the whole text (not the title alone) each row has."""
    counted = np.append(0, np.cumsum(is_telling[matrix.indices]))
    counts: list[int] = np.diff(counted[matrix.indptr]).tolist()
    return counts


def _strongest(gains: dict[str, list[float]], place: int) -> tuple[str, ...]:
    ranked = sorted((-gained[place], word) for word, gained in gains.items())
    return tuple(word for gain, word in ranked[:REASONS] if gain < 0)


def load(folder: Path) -> Classifier:
    """Read a model saved by `Classifier.save`; ArtefactError says what is wrong with a folder."""
    return Classifier(*unpack(Artefact.read(folder)))


@cache
def ladder_of(labels: tuple[str, ...]) -> Ladder:
    """Who is above each label of a model."""
    return Ladder(labels)


@cache
def codes_of(labels: tuple[str, ...]) -> tuple[str | None, ...]:
    """Code of each label in the shipped tree."""
    return tuple(map(load_tree().resolve, labels))


def _batches(rows: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
