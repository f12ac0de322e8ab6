"""Training in passes (分遍训练): any number of rows and labels in memory that stays flat."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.errors import TrainingError
from classifier.learning.measuring import Marks
from classifier.learning.training import TrainedModel, library_versions
from classifier.levels.head import Head
from classifier.levels.label_tree import LabelTree, routes_of
from classifier.levels.scoring import LevelMarks
from classifier.reading.documents import read_documents
from classifier.streaming.calibrating import calibrate
from classifier.streaming.families import SHARD_CELLS, learn_families
from classifier.streaming.grouping import label_means, part_broad_families
from classifier.streaming.rows import PickedRows, SpilledRows
from classifier.streaming.sampling import held_back, sampled, vocabulary_rows
from classifier.streaming.tallying import Tally
from classifier.suggesting import Classifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from classifier.learning.curating import Curated
    from classifier.learning.features import FeatureSpace
    from classifier.learning.measuring import Evaluation
    from classifier.learning.surveying import LabelledRow, Source
    from classifier.learning.training import Progress
    from classifier.streaming.rows import FeatureRows

BATCH = 1_000
FEWEST_DEPARTMENTS = 2
# The second target only advises: a sample teaches it, all rows of a rare unit among them.
MOST_DEPARTMENT_ROWS = 50_000
MOST_DEPARTMENT_WEIGHTS = 1_000_000
# Shares of the whole at which each pass begins, as measured with half a million rows.
BEGINS = {"统计词表": 0.06, "提取特征": 0.14, "逐级训练": 0.45, "校准与评测": 0.97}


def train_streamed(
    source: Source, curated: Curated, about: dict[str, Any], *, progress: Progress
) -> TrainedModel:
    """Train on rows too many for memory; `about` is the metadata that the caller knows.

    Where the rows name departments, these are learned as a second target.

    Figures come from rows held back from all weights: each half is judged with odds calibrated
    on the other half.
    """
    space = _vocabulary(source, curated, progress)
    with SpilledRows(space.width) as rows:
        _spill(source, curated, space, rows, progress)
        number = np.full(len(curated.targets), -1, dtype=np.int64)
        number[curated.used] = np.arange(len(rows))
        begin, end = BEGINS["逐级训练"], BEGINS["校准与评测"]
        head, evaluation = learn_head(
            rows,
            curated.labels,
            curated.targets[curated.used],
            curated.keys[curated.used],
            tell=lambda share: progress("逐级训练", begin + share * (end - begin)),
        )
        progress("校准与评测", end)
        departments = learn_departments(rows, curated)
    counts = np.bincount(curated.targets[curated.used], minlength=len(curated.labels))
    metadata = about | {
        "labels": list(curated.labels),
        "counts": dict(zip(curated.labels, counts.tolist(), strict=True)),
        "metrics": evaluation.as_dict(),
        "libraries": library_versions(),
    }
    progress("完成", 1.0)
    model = Classifier(
        curated.labels, space, head.weights, head.calibration, counts / counts.sum(), metadata
    )
    return with_departments(TrainedModel(model, evaluation), departments)


def with_departments(model: TrainedModel, learned: tuple[Head, Evaluation] | None) -> TrainedModel:
    """The model with departments as its second target, and their figures in its metadata."""
    if learned is None:
        return model
    head, figures = learned
    told = {
        "units": len(head.labels),
        "rows": figures.rows,
        "accuracy": figures.accuracy,
        "top3": figures.top3,
        "ece": figures.ece,
    }
    metadata = model.classifier.metadata | {"departments": told}
    return replace(model, classifier=replace(model.classifier, metadata=metadata, departments=head))


def learn_head(
    rows: FeatureRows,
    labels: Sequence[str],
    targets: NDArray[np.int64],
    keys: NDArray[np.uint64],
    *,
    routes: Sequence[tuple[str, ...]] | None = None,
    tell: Callable[[float], None] = lambda _share: None,
    most: int | None = None,
) -> tuple[Head, Evaluation]:
    """Weights and odds for labels of any number, from rows with their label numbers and keys.

    `routes` are the steps to each label where its lineage does not tell them; `most` bounds the
    weights that are kept.
    """
    held = held_back(targets, keys)
    taught = np.setdiff1d(np.arange(len(targets)), held, assume_unique=True)
    if not len(held):
        raise TrainingError("每个标签的数据都太少，没有可以留出来评测的行")
    means = label_means(rows, taught, targets[taught], len(labels))
    tree = LabelTree.of(part_broad_families(routes or routes_of(labels), means))
    weights = learn_families(rows, tree, taught, targets[taught], tell, most=most)
    decisions = np.concatenate(
        [weights.decisions(rows.matrix(part)).astype(np.float32) for part in _parts(held)]
    )
    evaluation = _judged(labels, tree, decisions, targets[held])
    calibration = calibrate(tree, decisions, targets[held])
    every = np.arange(len(targets))
    if int(rows.cells(every).sum()) <= SHARD_CELLS:
        # Of few rows each counts: those held back teach too, once the figures are known.
        weights = learn_families(rows, tree, every, targets, lambda _share: None, most=most)
    return Head(tuple(labels), weights, calibration), evaluation


def learn_departments(rows: FeatureRows, curated: Curated) -> tuple[Head, Evaluation] | None:
    """The units that handled the messages, as a second target; None where fewer than two did."""
    noted = np.flatnonzero(curated.department_targets[curated.used] >= 0)
    if len(curated.departments) < FEWEST_DEPARTMENTS:
        return None
    targets = curated.department_targets[curated.used][noted]
    keys = curated.keys[curated.used][noted]
    sample = sampled(targets, keys, MOST_DEPARTMENT_ROWS)
    noted, targets, keys = noted[sample], targets[sample], keys[sample]
    picked = PickedRows(rows, noted)
    routes = [(unit,) for unit in curated.departments]
    most = MOST_DEPARTMENT_WEIGHTS
    return learn_head(picked, curated.departments, targets, keys, routes=routes, most=most)


def _judged(
    labels: Sequence[str],
    tree: LabelTree,
    decisions: NDArray[np.float32],
    targets: NDArray[np.int64],
) -> Evaluation:
    """Figures on the held-back rows, each half calibrated by the other."""
    half = np.arange(len(targets)) % 2
    marks, levels = Marks(labels), LevelMarks(labels)
    for side in (0, 1):
        others = half != side if (half != side).any() else half == side
        fitted = calibrate(tree, decisions[others], targets[others])
        for part in _parts(np.flatnonzero(half == side)):
            odds = fitted.probabilities(decisions[part].astype(np.float64))
            truths = [labels[target] for target in targets[part].tolist()]
            marks.add(odds, truths)
            levels.add(odds, truths)
    return levels.told_in(marks.figures())


def _vocabulary(source: Source, curated: Curated, progress: Progress) -> FeatureSpace:
    tally = Tally()
    picked = vocabulary_rows(curated)
    begin, end = BEGINS["统计词表"], BEGINS["提取特征"]
    for seen, batch in _batches(source, picked):
        tally.add(read_documents((row.title, row.text) for row in batch))
        progress("统计词表", begin + (end - begin) * seen / len(picked))
    return tally.space()


def _spill(
    source: Source,
    curated: Curated,
    space: FeatureSpace,
    rows: SpilledRows,
    progress: Progress,
) -> None:
    used = curated.targets >= 0
    begin, end = BEGINS["提取特征"], BEGINS["逐级训练"]
    try:
        for seen, batch in _batches(source, used):
            rows.append(space.matrix(read_documents((row.title, row.text) for row in batch)))
            progress(f"提取特征 {seen:,} 行", begin + (end - begin) * seen / len(used))
    except OSError as error:
        why = f"临时文件写不下（{error.strerror}）：请腾出磁盘空间或另设 TMPDIR"
        raise TrainingError(why) from error
    if len(rows) != int(used.sum()):
        raise TrainingError("训练文件在读取时变化了：请重新运行")


def _batches(source: Source, picked: NDArray[np.bool_]) -> Iterator[tuple[int, list[LabelledRow]]]:
    """Picked rows in batches, each with the number of rows walked so far."""
    if not len(picked):
        return
    wanted = enumerate(row for row in source)
    walk = ((seen, row) for seen, row in wanted if seen < len(picked) and picked[seen])
    while batch := list(islice(walk, BATCH)):
        yield batch[-1][0] + 1, [row for _, row in batch]


def _parts(rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
