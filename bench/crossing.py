"""Five-fold runs on the labelled file (交叉验证): one lesson in many ways, each judged unseen."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from classifier.learning.calibration import fit_calibration
from classifier.learning.features import FeatureSpace
from classifier.learning.fitting import fit_weights
from classifier.learning.measuring import Evaluation, measure
from classifier.reading.documents import Document, read_documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from classifier.learning.prior import Prior

    Judge: TypeAlias = Callable[[list[Document]], NDArray[np.float64]]
    Way: TypeAlias = Callable[[list[Document], NDArray[np.int64]], Judge]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT.parent / "shared" / "data"
DATA = FOLDER / "messages_labelled_train.csv"
MIN_ROWS = 2

Rows = tuple[list[tuple[str, str]], list[str]]


def read_rows(path: Path) -> Rows:
    """(title, text) and category (empty where the file has none) of each row."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    texts = [(row["title"], row["text"]) for row in rows]
    return texts, [row.get("category", "") for row in rows]


@dataclass(frozen=True, slots=True)
class Course:
    """The read file: documents, targets and names of the labels."""

    documents: list[Document]
    targets: NDArray[np.int64]
    names: list[str]

    @classmethod
    def of(cls, rows: Rows) -> Course:
        """Read and number the rows of a file."""
        texts, labels = rows
        names = sorted(set(labels))
        targets = np.array([names.index(label) for label in labels], dtype=np.int64)
        return cls(read_documents(texts), targets, names)

    def judged(
        self, way: Way, folds: NDArray[np.int64], share: float = 1.0
    ) -> tuple[Evaluation, float]:
        """Figures on unseen rows and the deviation of macro-F1 between folds.

        `share` of the rows outside a fold teach; each fold is calibrated by the others.
        """
        decisions = np.zeros((len(folds), len(self.names)))
        random = np.random.default_rng(0)
        for fold in range(int(folds.max()) + 1):
            taught = np.flatnonzero(folds != fold)
            taught = np.sort(random.permutation(taught)[: round(share * len(taught))])
            unseen = np.flatnonzero(folds == fold)
            judge = way([self.documents[i] for i in taught.tolist()], self.targets[taught])
            decisions[unseen] = judge([self.documents[i] for i in unseen.tolist()])
        odds = np.zeros_like(decisions)
        each = []
        for fold in range(int(folds.max()) + 1):
            own = folds == fold
            calibration = fit_calibration(decisions[~own], self.targets[~own])
            odds[own] = calibration.probabilities(decisions[own])
            each.append(measure(self.names, odds[own], self._truths(own)).macro_f1)
        everyone = np.ones(len(folds), dtype=np.bool_)
        return measure(self.names, odds, self._truths(everyone)), float(np.std(each, ddof=1))

    def _truths(self, picked: NDArray[np.bool_]) -> list[str]:
        return [self.names[target] for target in self.targets[picked].tolist()]


def shipped(labels: int, prior: Prior | None) -> Way:
    """The way `classifier.train` goes with labels of one level."""

    def teach(documents: list[Document], targets: NDArray[np.int64]) -> Judge:
        space = FeatureSpace.fit(documents, MIN_ROWS)
        weights = fit_weights(space.matrix(documents), targets, labels)

        def judge(unseen: list[Document]) -> NDArray[np.float64]:
            decisions = weights.decisions(space.matrix(unseen))
            return decisions if prior is None else decisions + prior.decisions(unseen)

        return judge

    return teach
