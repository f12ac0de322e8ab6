"""The starter corpus and the model learned from it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from classifier import STARTER_ID, category_words, load_tree, rollup, starter_corpus, train_starter

AT = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
CORPUS = starter_corpus()


def test_every_second_level_category_has_eight_written_messages() -> None:
    counts = Counter(row.label for row in CORPUS)
    assert {code: counts[code] for code in load_tree().codes(2) if counts[code] < 8} == {}


def test_corpus_rows_are_whole_and_distinct() -> None:
    codes = set(load_tree().codes(2))
    assert all(row.label in codes and row.title and len(row.text) >= 10 for row in CORPUS)
    assert len({row.text for row in CORPUS}) == len(CORPUS)


def test_category_words_hold_the_third_level_under_known_codes() -> None:
    words = category_words()
    assert {row.label for row in words} <= set(load_tree().codes(2))
    assert ("0202", "水污染") in {(row.label, row.title) for row in words}


@pytest.mark.slow
def test_starter_sorts_plain_messages() -> None:
    model = train_starter(AT)
    assert model.id == STARTER_ID
    assert set(model.classifier.labels) == set(load_tree().codes(2))
    for title, text, parent in (
        ("小区停水", "小区停水两天没人管，打物业电话不接", "城乡建设"),
        ("工厂排污", "化工厂夜里往河里排污水，鱼都死了", "环境保护"),
        ("拖欠工资", "老板拖欠我们十几个人三个月工资", "劳动和社会保障"),
        ("有偿补课", "学校老师周末在家里有偿补课", "教育文体"),
        ("出租车拒载", "火车站出租车不打表还拒载", "交通运输"),
    ):
        suggestion = model.classifier.suggest(title, text)
        assert rollup(suggestion)[0].label == parent
