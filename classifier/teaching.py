"""Training on a city's own history (模型训练): small ones exactly, large ones in passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scipy import sparse

from classifier.errors import TrainingError
from classifier.learning.curating import curate
from classifier.learning.prior import learn_prior
from classifier.learning.surveying import LabelledRow, survey
from classifier.learning.training import Rows, TrainedModel, checked_labels, train_rows
from classifier.reading.documents import read_documents
from classifier.streaming.rows import MemoryRows
from classifier.streaming.training import BATCH, learn_departments, train_streamed, with_departments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from classifier.learning.curating import Curated
    from classifier.learning.surveying import Source
    from classifier.learning.training import Progress

# Up to so many rows everything fits into memory, and up to so much work (rows times labels)
# each fold may learn anew: five minutes for long messages.
EXACT_ROWS = 10_000
EXACT_WORK = 300_000
EXACT, STREAMED = "exact", "streamed"
_SURVEYED = 0.05
_USUAL_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class _Listed:
    """Rows that the caller holds in lists, to be walked through as often as needed."""

    texts: Sequence[tuple[str, str]]
    labels: Sequence[str]
    departments: Sequence[str] | None

    def __iter__(self) -> Iterator[LabelledRow]:
        units = self.departments or [""] * len(self.labels)
        for (title, text), label, unit in zip(self.texts, self.labels, units, strict=True):
            yield LabelledRow(title, text, label, unit)


def train(
    texts: Sequence[tuple[str, str]],
    labels: Sequence[str],
    *,
    departments: Sequence[str] | None = None,
    author: str,
    at: datetime,
    progress: Progress | None = None,
) -> TrainedModel:
    """Train on (title, text) rows and their labels; `at` is the aware time of training.

    `departments` names the unit that handled each message ("" where unknown). For the rest see
    `train_from`.
    """
    checked_labels(texts, labels)
    if departments is not None and len(departments) != len(labels):
        raise TrainingError(f"标签有 {len(labels)} 条，承办单位有 {len(departments)} 条，数目不符")
    rows = _Listed(texts, labels, departments)
    return train_from(rows, author=author, at=at, progress=progress)


def train_from(
    source: Source, *, author: str, at: datetime, progress: Progress | None = None
) -> TrainedModel:
    """Train on rows that can be walked through several times, however many they are.

    Copies count once, contradictions are settled, spellings of a label merged, labels too rare
    are learned at their parent; the metadata tells of it. Up to `EXACT_ROWS` rows and
    `EXACT_WORK` they learn at once in memory and are cross-validated; more are learned in
    passes, with a part held back. `progress` is called with a Chinese step name and the share
    done (0 to 1). TrainingError when the rows cannot teach.
    """
    tell = progress or (lambda _step, _share: None)
    tell("读取", 0.0)
    found = survey(source, lambda rows: tell(f"读取 {rows:,} 行", _share_read(rows)))
    if "" in found.labels:
        raise TrainingError("训练数据中有空的标签")
    curated = curate(found)
    _must_teach(curated, len(found))
    way = _way(curated)
    about = {
        **curated.report,
        "data_sha256": found.digest.hexdigest(),
        "author": author,
        "created_at": at.isoformat(),
        "training": way,
    }
    about["id"] = f"m{at:%Y%m%d%H%M%S}-{about['data_sha256'][:8]}"
    if any(found.departments):
        about["departments"] = None  # until they have been learned
    del found  # a hundred bytes for each row that training has better use for
    if way["path"] == STREAMED:
        return train_streamed(source, curated, about, progress=tell)
    return _train_exactly(source, curated, about, at, tell)


def _share_read(rows: int) -> float:
    """Nobody knows how many rows will come: the bar of this step slows down and never ends."""
    return _SURVEYED * rows / (rows + _USUAL_ROWS)


def _must_teach(curated: Curated, rows: int) -> None:
    used = curated.used
    labels = [curated.labels[target] for target in curated.targets[used].tolist()]
    lost = rows - len(used)
    try:
        checked_labels([("", "")] * len(labels), labels)
    except TrainingError as error:
        if not lost:
            raise
        why = f"{rows} 条中有 {lost} 条没有文字、重复或各半矛盾，去掉后无法交叉验证"
        raise TrainingError(f"{why}：{error}") from error


def _way(curated: Curated) -> dict[str, Any]:
    """Which path the training takes and by what it was chosen, for the metadata."""
    rows, labels = len(curated.used), len(curated.labels)
    is_small = rows <= EXACT_ROWS and rows * labels <= EXACT_WORK
    told = {"rows": rows, "labels": labels, "most_rows": EXACT_ROWS, "most_work": EXACT_WORK}
    judged = "five folds" if is_small else "held back"
    return {"path": EXACT if is_small else STREAMED, "judged": judged, **told}


def _train_exactly(
    source: Source, curated: Curated, about: dict[str, Any], at: datetime, tell: Progress
) -> TrainedModel:
    texts, labels = [], []
    for row, target in zip(source, curated.targets.tolist(), strict=True):
        if target >= 0:
            texts.append((row.title, row.text))
            labels.append(curated.labels[target])
    prior = learn_prior(curated.labels, texts)
    rows = Rows(texts, labels, len(labels))
    model = train_rows(rows, author=about["author"], at=at, progress=tell, prior=prior)
    metadata = model.classifier.metadata | about
    model = replace(model, classifier=replace(model.classifier, metadata=metadata))
    if not curated.departments:
        return model
    parts = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    space = model.classifier.space
    held = sparse.vstack([space.matrix(read_documents(part)) for part in parts], format="csr")
    return with_departments(model, learn_departments(MemoryRows(held), curated))
