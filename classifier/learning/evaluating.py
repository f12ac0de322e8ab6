"""Evaluation of a model on labelled messages (模型评测), across levels of the tree if need be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from classifier.errors import EvaluationError
from classifier.learning.measuring import Evaluation, measure
from classifier.tree import load_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from classifier.suggesting import Classifier


def evaluate(
    classifier: Classifier, rows: Sequence[tuple[str, str]], labels: Sequence[str]
) -> Evaluation:
    """Figures of a model on (title, text) rows with their true labels.

    Where the truth names the model's own categories (by label or by code) it is compared as it
    stands; otherwise both sides go up to their first-level name, odds of siblings summed.
    EvaluationError when there is nothing to compare.
    """
    if not rows or len(rows) != len(labels):
        raise EvaluationError(f"评测数据有 {len(rows)} 条文本、{len(labels)} 个标签，无法比较")
    probabilities = classifier.probabilities(rows)
    same = _same_level(classifier.labels, labels)
    if same is not None:
        return measure(classifier.labels, probabilities, same)
    parents = [_first_level(label) for label in classifier.labels]
    names = tuple(dict.fromkeys(parents))
    return measure(
        names, _summed(probabilities, parents, names), [_first_level(label) for label in labels]
    )


def _same_level(known: Sequence[str], truths: Sequence[str]) -> list[str] | None:
    """Name the truths in the model's own words, or None when they are on another level."""
    tree = load_tree()
    meant = {tree.resolve(label) or label: label for label in known}
    own = set(known)
    by_truth = {
        truth: truth if truth in own else meant.get(tree.resolve(truth) or truth)
        for truth in set(truths)
    }
    named = [by_truth[truth] for truth in truths]
    return None if None in named else [name for name in named if name is not None]


def _first_level(label: str) -> str:
    name = load_tree().first_level(label)
    if name is None:
        raise EvaluationError(f"标签“{label}”不在问题分类目录中，也不是模型的标签，无法比较")
    return name


def _summed(
    probabilities: NDArray[np.float64], parents: Sequence[str], names: Sequence[str]
) -> NDArray[np.float64]:
    place = {name: index for index, name in enumerate(names)}
    summing = np.zeros((len(parents), len(names)))
    summing[np.arange(len(parents)), [place[parent] for parent in parents]] = 1.0
    return probabilities @ summing
