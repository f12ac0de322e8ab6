"""未登录词: what a model has never learned, counted by words a reader would call words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import classifier

if TYPE_CHECKING:
    from classifier import TrainedModel


def test_words_the_model_knows_are_not_counted_as_unknown(trained: TrainedModel) -> None:
    vocabulary = classifier.Vocabulary.of(trained.classifier)
    total, unknown = vocabulary.unknown("夜间施工噪音", "工地夜间施工噪音扰民")
    assert total >= 4
    assert not {"施工", "噪音", "夜间"} & set(unknown)


def test_a_new_word_is_counted_as_often_as_it_is_said() -> None:
    vocabulary = classifier.Vocabulary(frozenset({"充电", "小区"}))
    total, unknown = vocabulary.unknown("小区充电", "充电桩坏了，充电桩没人修，没人修")
    assert (total, unknown) == (6, Counter({"没人修": 2}))


def test_single_characters_numbers_and_latin_are_no_words() -> None:
    total, unknown = classifier.Vocabulary(frozenset()).unknown("", "ABC 123 我 😀")
    assert (total, unknown) == (0, Counter())
