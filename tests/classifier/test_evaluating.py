"""Evaluation: right figures on known odds, and across the levels of the tree."""

from __future__ import annotations

import numpy as np
import pytest

from classifier import EvaluationError, TrainedModel, evaluate
from classifier.learning.measuring import measure

Rows = tuple[list[tuple[str, str]], list[str]]


def test_measures_of_a_small_table_worked_out_by_hand() -> None:
    odds = np.array([[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.2, 0.8, 0.0], [0.3, 0.7, 0.0]])
    figures = measure(["a", "b", "c"], odds, ["a", "b", "b", "b"])
    assert figures.accuracy == 0.75
    assert figures.per_class["a"].precision == 0.5
    assert figures.per_class["b"].f1 == pytest.approx(0.8)
    assert figures.macro_f1 == pytest.approx((2 / 3 + 0.8) / 2)
    assert figures.coverage["0.5"] == 1.0
    assert figures.top3 == 1.0
    assert figures.rows == 4


def test_a_truth_the_model_does_not_know_counts_as_wrong() -> None:
    figures = measure(["a", "b"], np.array([[0.9, 0.1], [0.9, 0.1]]), ["a", "z"])
    assert figures.accuracy == 0.5
    assert figures.per_class["z"].f1 == 0.0


def test_same_level_by_code_or_by_name(trained: TrainedModel, chosen_rows: Rows) -> None:
    texts, labels = chosen_rows
    by_code = evaluate(trained.classifier, texts, labels)
    named = ["环境污染" if label == "0202" else label for label in labels]
    assert by_code.accuracy > 0.95
    assert evaluate(trained.classifier, texts, named).accuracy == by_code.accuracy


def test_truth_on_the_first_level_lifts_the_model_to_it(
    trained: TrainedModel, chosen_rows: Rows
) -> None:
    texts, labels = chosen_rows
    lifted = ["环境保护" if label == "0202" else label for label in labels]
    figures = evaluate(trained.classifier, texts, lifted)
    assert "城乡建设" in figures.per_class
    assert figures.accuracy > 0.95


def test_what_cannot_be_compared_is_refused(trained: TrainedModel) -> None:
    with pytest.raises(EvaluationError, match="不在问题分类目录中"):
        evaluate(trained.classifier, [("停水", "停水")], ["外星事务"])
    with pytest.raises(EvaluationError, match="无法比较"):
        evaluate(trained.classifier, [], [])
