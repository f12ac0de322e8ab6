"""The trained classifier at work (分类推荐): ranked categories, their odds and their reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from classifier.artefact import Artefact
from classifier.reading.documents import read_documents
from classifier.reading.doubt import doubt_about
from classifier.reading.word_lists import lines_of
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
    from classifier.reading.documents import Document

REASONS = 5
EXPLAINED = 3
# Nobody reads more than these of each of thousands; building them is what costs.
OFFERED_IN_BATCH = 10
# Rows handled at once: large enough for numpy, small enough to keep memory flat.
BATCH = 512
# Words of one character say little to a reader, though they count.
READABLE = 2


class Ranked(NamedTuple):
    """One category offered, with its probability and the words that spoke for it.

    `code` is its code in the shipped tree, None when the tree has no such label.
    """

    label: str
    code: str | None
    probability: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """All categories by falling probability; `unsure` asks for a person, `doubt` says why."""

    ranked: tuple[Ranked, ...]
    model_id: str
    unsure: bool
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Classifier:
    """A model version ready to suggest; safe to share between threads (it only reads)."""

    labels: tuple[str, ...]
    space: FeatureSpace
    weights: LinearWeights
    calibration: Calibration
    shares: NDArray[np.float64]
    metadata: dict[str, Any] = field(default_factory=dict)
    prior: Prior | None = None

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
        codes = codes_of(self.labels)
        judged = self._judge(documents, matrix)
        orders = np.argsort(-judged, axis=1, kind="stable").tolist()
        if not reasons:
            orders = [order[:OFFERED_IN_BATCH] for order in orders]
        for index, (order, odds) in enumerate(zip(orders, judged.tolist(), strict=True)):
            here = slice(matrix.indptr[index], matrix.indptr[index + 1])
            columns, values = matrix.indices[here], matrix.data[here]
            known = int(np.count_nonzero(columns < len(self.space.words.words)))
            spoken = self._reasons(columns, values, order[:EXPLAINED]) if reasons else {}
            ranked = [Ranked(self.labels[i], codes[i], odds[i], spoken.get(i, ())) for i in order]
            doubt = doubt_about(rows[index], documents[index].han, known, odds[order[0]])
            yield Suggestion(tuple(ranked), self.model_id, bool(doubt), doubt)

    def _reasons(
        self, columns: NDArray[np.int32], values: NDArray[np.float32], labels: list[int]
    ) -> dict[int, tuple[str, ...]]:
        """Words that raised each label most above what they gave the mean label."""
        vocabulary = self.space.vocabulary
        worded = columns < len(vocabulary)
        weights = self.weights.weights[columns[worded]]
        above = (weights[:, labels] - weights.mean(axis=1, keepdims=True)) * values[worded, None]
        gains: dict[str, list[float]] = {}
        for column, gained in zip(columns[worded].tolist(), above.tolist(), strict=True):
            word = vocabulary[column]
            if len(word) >= READABLE and word not in unspoken_words():
                before = gains.get(word)
                both = (
                    gained
                    if before is None
                    else [a + b for a, b in zip(before, gained, strict=True)]
                )
                gains[word] = both
        return {label: _strongest(gains, place) for place, label in enumerate(labels)}


def _strongest(gains: dict[str, list[float]], place: int) -> tuple[str, ...]:
    ranked = sorted((-gained[place], word) for word, gained in gains.items())
    return tuple(word for gain, word in ranked[:REASONS] if gain < 0)


def load(folder: Path) -> Classifier:
    """Read a model saved by `Classifier.save`; ArtefactError says what is wrong with a folder."""
    return Classifier(*unpack(Artefact.read(folder)))


def rollup(suggestion: Suggestion) -> tuple[Ranked, ...]:
    """Sum up the first-level categories behind a suggestion.

    For answering the parent when the child is unsure; odds of siblings add up.
    Labels the tree does not know stay as they are.
    """
    tree = load_tree()
    odds: dict[str, float] = {}
    because: dict[str, dict[str, None]] = {}
    for ranked in suggestion.ranked:
        name = _first_level(ranked.label)
        odds[name] = odds.get(name, 0.0) + ranked.probability
        because.setdefault(name, {}).update(dict.fromkeys(ranked.because))
    merged = (
        Ranked(name, tree.resolve(name), share, tuple(because[name])[:REASONS])
        for name, share in odds.items()
    )
    return tuple(sorted(merged, key=lambda ranked: -ranked.probability))


@cache
def _first_level(label: str) -> str:
    """First-level name of a label, the label itself where the tree does not know it."""
    return load_tree().first_level(label) or label


@cache
def unspoken_words() -> frozenset[str]:
    """Words of grammar and courtesy, never shown as a reason."""
    return frozenset(word for line in lines_of("stopwords.txt") for word in line.split())


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
