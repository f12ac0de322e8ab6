"""Two models on the same rows: who was right where, on which level, and is it beyond chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from classifier import Answer, TrainedModel, answers, compare, level_of, resolve
from classifier.learning.comparing import mcnemar

if TYPE_CHECKING:
    from classifier import Difference

NOISE = "0202"
ROW = ("夜间施工噪声", "工地夜里十二点还在施工，机器声音很大，无法入睡")


def compared(first: str, second: str, truth: str) -> Difference:
    """Letters stand for answers: the same letter as the truth is right."""
    sides = [[Answer(letter, 0.9) for letter in said] for said in (first, second)]
    return compare(list(truth), *sides)


def test_models_that_say_the_same_cannot_be_told_apart() -> None:
    found = compared("aabb", "aabb", "abab")
    assert (found.only_first, found.only_second, found.p) == (0, 0, 1.0)
    assert (found.low, found.high) == (0.0, 0.0)
    assert not found.is_beyond_noise
    assert found.first == found.second


def test_one_that_is_right_far_more_often_is_better_beyond_chance() -> None:
    truth = "ab" * 20
    found = compared("a" * 40, truth, truth)
    assert (found.only_first, found.only_second) == (0, 20)
    assert found.p == pytest.approx(2 * 0.5**20)
    assert found.is_beyond_noise
    assert found.low > 0
    assert (found.first.accuracy, found.second.accuracy) == (0.5, 1.0)
    assert found.first.confusion == {"a": {"a": 20}, "b": {"a": 20}}
    assert found.classes["b"].rows == 20
    assert (found.classes["b"].first_f1, found.classes["b"].second_f1) == (0.0, 1.0)


def test_a_few_rows_more_are_chance() -> None:
    truth = "a" * 40
    found = compared("b" * 3 + "a" * 37, "a" * 38 + "b" * 2, truth)
    assert (found.only_first, found.only_second) == (2, 3)
    assert found.p == pytest.approx(1.0)
    assert not found.is_beyond_noise


def test_mcnemar_agrees_with_the_tables() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(1, 9) == pytest.approx(0.021484375)
    assert mcnemar(9, 1) == mcnemar(1, 9)
    exact, normal = mcnemar(470, 530), mcnemar(471, 530)
    assert normal == pytest.approx(exact, abs=0.005)  # counted exactly up to 1000, then not


def test_answers_stand_on_the_level_they_are_asked_for(trained: TrainedModel) -> None:
    model = trained.classifier
    fine, coarse = answers(model, [ROW, ROW], [4, 2])
    assert (fine.code, coarse.code) == (NOISE, NOISE[:2])
    assert coarse.probability >= fine.probability
    assert level_of(model) == 4


def test_models_of_different_levels_meet_on_the_coarser(trained: TrainedModel) -> None:
    model = trained.classifier
    coarse = replace(model, labels=tuple(code[:2] for code in model.labels))
    assert level_of(model, coarse) == 2
    (said,) = answers(coarse, [ROW], [level_of(model, coarse)])
    assert said.code == NOISE[:2]


def test_labels_the_tree_does_not_know_stay_as_they_are(trained: TrainedModel) -> None:
    foreign = replace(trained.classifier, labels=tuple(f"类{n}" for n in range(8)))
    assert level_of(foreign) == 0
    (said,) = answers(foreign, [("停水", "自来水停了两天")], [0])
    assert said.code in foreign.labels
    assert resolve("类1") == "类1"
