"""Training (模型训练): from labelled messages to a calibrated, cross-validated model version."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from classifier.errors import TrainingError
from classifier.learning.calibration import fit_calibration
from classifier.learning.families import families_of, fit_families
from classifier.learning.features import FeatureSpace
from classifier.learning.fitting import MACHINES
from classifier.learning.folding import FOLDS, count_contradictions, deal_folds, group_copies
from classifier.learning.measuring import Evaluation, measure
from classifier.levels.scoring import LevelMarks
from classifier.reading.documents import read_documents
from classifier.suggesting import Classifier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from classifier.learning.fitting import LinearWeights, Machines
    from classifier.learning.prior import Prior
    from classifier.reading.documents import Document

FEWEST_ROWS = 10
# With few rows every word counts; with many, a word seen once teaches nothing.
MANY_ROWS = 3_000
LIBRARIES = ("numpy", "scipy", "scikit-learn", "jieba", "rjieba")

Progress: TypeAlias = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A new model version and how it fared on rows it had not seen (five folds)."""

    classifier: Classifier
    evaluation: Evaluation

    @property
    def id(self) -> str:
        """Id of the model version."""
        return self.classifier.model_id

    @property
    def metrics(self) -> dict[str, float]:
        """Cross-validated accuracy, macro-F1 and expected calibration error."""
        figures = self.evaluation
        return {"accuracy": figures.accuracy, "macro_f1": figures.macro_f1, "ece": figures.ece}

    def save(self, folder: Path) -> None:
        """Write the model into a folder; see `Classifier.save`."""
        self.classifier.save(folder)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """Documents with the number of their label."""

    documents: list[Document]
    targets: NDArray[np.int64]
    labels: int
    family: NDArray[np.int64]
    min_rows: int
    machines: Machines

    def learn(self, picked: NDArray[np.int64]) -> tuple[FeatureSpace, LinearWeights]:
        """Feature space and weights from the picked rows alone."""
        documents = [self.documents[index] for index in picked.tolist()]
        space = FeatureSpace.fit(documents, self.min_rows)
        matrix = space.matrix(documents)
        return space, fit_families(matrix, self.targets[picked], self.family, self.machines)


@dataclass(frozen=True, slots=True)
class Rows:
    """Labelled (title, text) rows; the first `judged` of them are real messages.

    The rest are hints, such as the names of categories: they teach, but are no fair test.
    """

    texts: Sequence[tuple[str, str]]
    labels: Sequence[str]
    judged: int


def train_rows(
    rows: Rows,
    *,
    author: str,
    at: datetime,
    progress: Progress | None = None,
    model_id: str | None = None,
    prior: Prior | None = None,
    machines: Machines = MACHINES,
) -> TrainedModel:
    """Train on rows that fit into memory, with hints, id, prior and machines of one's choice.

    `progress` is called with a Chinese step name and the share done (0 to 1). Metrics come from
    five folds whose rows, and copies of them, taught neither the words nor the weights nor the
    calibration that judged them. TrainingError when the rows cannot teach.
    """
    tell = progress or (lambda _step, _share: None)
    names = checked_labels(rows.texts, rows.labels)
    tell("分词", 0.0)
    targets = np.searchsorted(names, rows.labels).astype(np.int64)
    min_rows = 2 if rows.judged >= MANY_ROWS else 1
    documents = read_documents(rows.texts)
    lesson = _Lesson(documents, targets, len(names), families_of(names), min_rows, machines)
    groups = group_copies(rows.texts)
    folds = _dealt(targets, groups, rows.judged)
    decisions = _unseen_decisions(lesson, folds, tell)
    if prior is not None:
        decisions += prior.decisions(documents)
    judged = folds >= 0
    evaluation = _cross_validated(decisions[judged], folds[judged], targets[judged], names)
    tell("训练全部数据", 1 - 1 / (FOLDS + 1))
    space, weights = lesson.learn(np.arange(len(targets)))
    calibration = fit_calibration(decisions[judged], targets[judged])
    shares = np.bincount(targets, minlength=len(names)) / len(targets)
    metadata = _metadata(rows, names, evaluation) | {"created_at": at.isoformat()}
    metadata["id"] = model_id or f"m{at:%Y%m%d%H%M%S}-{metadata['data_sha256'][:8]}"
    metadata |= {"author": author} | _copies(targets[: rows.judged], groups[: rows.judged])
    tell("完成", 1.0)
    model = Classifier(names, space, weights, calibration, shares, metadata, prior)
    return TrainedModel(model, evaluation)


def _dealt(targets: NDArray[np.int64], groups: NDArray[np.int64], judged: int) -> NDArray[np.int64]:
    """The folds of the judged rows; -1 for the others."""
    folds = deal_folds(targets, groups)
    folds[judged:] = -1
    if folds.max() < 0:
        raise TrainingError("每个标签都只有一条（或只有重复的）数据，无法交叉验证")
    return folds


def checked_labels(texts: Sequence[tuple[str, str]], labels: Sequence[str]) -> tuple[str, ...]:
    """The labels in order; TrainingError when they, or the rows, are too few or not whole."""
    if len(texts) != len(labels):
        raise TrainingError(f"文本有 {len(texts)} 条，标签有 {len(labels)} 条，数目不符")
    if len(labels) < FEWEST_ROWS:
        raise TrainingError(f"训练数据只有 {len(labels)} 条，至少需要 {FEWEST_ROWS} 条")
    names = tuple(sorted(set(labels)))
    if any(not name.strip() for name in names):
        raise TrainingError("训练数据中有空的标签")
    if len(names) < 2:  # noqa: PLR2004  # one label leaves nothing to tell apart
        raise TrainingError(f"训练数据只有一个标签“{names[0]}”，至少需要两个")
    return names


def _unseen_decisions(
    lesson: _Lesson, folds: NDArray[np.int64], tell: Progress
) -> NDArray[np.float64]:
    """Decision values of each judged row by a model that had not seen it."""
    decisions = np.zeros((len(folds), lesson.labels))
    for fold in range(FOLDS):
        tell(f"交叉验证 {fold + 1}/{FOLDS}", fold / (FOLDS + 1))
        unseen = np.flatnonzero(folds == fold)
        if len(unseen):
            space, weights = lesson.learn(np.flatnonzero(folds != fold))
            held = [lesson.documents[index] for index in unseen.tolist()]
            decisions[unseen] = weights.decisions(space.matrix(held))
    return decisions


def _cross_validated(
    decisions: NDArray[np.float64],
    folds: NDArray[np.int64],
    targets: NDArray[np.int64],
    names: tuple[str, ...],
) -> Evaluation:
    """Figures on unseen rows, each fold calibrated by the other folds only."""
    probabilities = np.zeros_like(decisions)
    for fold in np.unique(folds).tolist():
        unseen = folds == fold
        fitted = fit_calibration(decisions[~unseen], targets[~unseen])
        probabilities[unseen] = fitted.probabilities(decisions[unseen])
    truths = [names[target] for target in targets.tolist()]
    levels = LevelMarks(names)
    levels.add(probabilities, truths)
    return levels.told_in(measure(names, probabilities, truths))


def _metadata(rows: Rows, names: tuple[str, ...], evaluation: Evaluation) -> dict[str, Any]:
    """State what a model version says of itself, apart from who made it and when."""
    return {
        "labels": list(names),
        "counts": dict(sorted(Counter(rows.labels).items())),
        "metrics": evaluation.as_dict(),
        "data_sha256": _fingerprint(rows.texts, rows.labels),
        "libraries": library_versions(),
    }


def _copies(targets: NDArray[np.int64], groups: NDArray[np.int64]) -> dict[str, int]:
    """How many rows repeat an earlier one, and how many messages stand under several labels."""
    return {
        "duplicates": len(groups) - len(np.unique(groups)),
        "contradictions": count_contradictions(targets, groups),
    }


def _fingerprint(texts: Sequence[tuple[str, str]], labels: Sequence[str]) -> str:
    """SHA-256 of the training rows in their order."""
    digest = hashlib.sha256()
    for (title, text), label in zip(texts, labels, strict=True):
        digest.update(f"{label}\x1f{title}\x1f{text}".encode("utf-8", "replace") + b"\x1e")
    return digest.hexdigest()


def library_versions() -> dict[str, Any]:
    """Versions of what a model was made with, for its metadata."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}
