"""Evaluation of a model on labelled messages (模型评测), across levels if need be."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from classifier.errors import EvaluationError
from classifier.learning.measuring import Evaluation, Marks
from classifier.learning.surveying import LabelledRow, spelling_key, tidy
from classifier.levels.lineage import ancestor, lineage
from classifier.levels.scoring import LevelMarks, Lifting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from classifier.learning.surveying import Source
    from classifier.suggesting import Classifier

BATCH = 512


def evaluate(
    classifier: Classifier, rows: Sequence[tuple[str, str]], labels: Sequence[str]
) -> Evaluation:
    """Figures of a model on (title, text) rows with their true labels; see `evaluate_from`."""
    if not rows or len(rows) != len(labels):
        raise EvaluationError(f"评测数据有 {len(rows)} 条文本、{len(labels)} 个标签，无法比较")
    pairs = zip(rows, labels, strict=True)
    return evaluate_from(classifier, [LabelledRow(*row, label) for row, label in pairs])


def evaluate_from(classifier: Classifier, source: Source) -> Evaluation:
    """Figures of a model on rows that can be walked through twice, however many they are.

    Where the truth names the model's own categories (by label, code or path) it is compared as
    it stands; a truth below one of them counts for it. Where a truth stands above the model's
    labels, both sides go up to their first-level category, odds of siblings summed. Truths the
    model cannot know are wrong answers, and are counted. EvaluationError when it knows none.
    """
    comparison = _compared(classifier.labels, {tidy(row.label) for row in source})
    lifting, names, meant = comparison.lifting, comparison.names, comparison.meant
    marks, levels = Marks(names), LevelMarks(names if lifting is None else names[:1])
    walk = iter(source)
    while batch := list(islice(walk, BATCH)):
        odds = classifier.probabilities((row.title, row.text) for row in batch)
        if lifting is not None:
            odds = lifting.lifted(odds)
        truths = [meant[tidy(row.label)] for row in batch]
        marks.add(odds, truths)
        levels.add(odds, truths)
    return levels.told_in(marks.figures())


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Names to compare by, what each truth means among them, and how odds are lifted to them."""

    names: tuple[str, ...]
    meant: Mapping[str, str]
    lifting: Lifting | None = None


def _compared(labels: Sequence[str], truths: Iterable[str]) -> _Comparison:
    truths = sorted(truths)
    by_spelling = {spelling_key(label): label for label in labels}
    by_key = {lineage(label)[-1]: label for label in labels}
    inner = {key for label in labels for key in lineage(label)[:-1]}
    known: dict[str, str] = {}
    is_above = False
    for truth in truths:
        line = lineage(truth)
        own = by_spelling.get(spelling_key(truth)) or by_key.get(line[-1])
        is_above |= own is None and line[-1] in inner
        nearest = (by_key[key] for key in reversed(line[:-1]) if key in by_key)
        label = own or next(nearest, None)
        if label is not None:
            known[truth] = label
    if is_above:
        return _on_first_level(labels, truths)
    _must_know(known, truths)
    return _Comparison(tuple(labels), {truth: known.get(truth, truth) for truth in truths})


def _on_first_level(labels: Sequence[str], truths: Sequence[str]) -> _Comparison:
    lifting = Lifting.to_level(labels, 1)
    names = {key: ancestor(key).label for key in lifting.keys}
    tops = {truth: lineage(truth)[0] for truth in truths}
    meant = {truth: names.get(top, truth) for truth, top in tops.items()}
    _must_know({truth: top for truth, top in tops.items() if top in names}, truths)
    return _Comparison(tuple(names.values()), meant, lifting)


def _must_know(known: Mapping[str, str], truths: Sequence[str]) -> None:
    if truths and not known:
        raise EvaluationError(f"标签“{truths[0]}”不在问题分类目录中，也不是模型的标签，无法比较")
    if not truths:
        raise EvaluationError("没有可以评测的行")
