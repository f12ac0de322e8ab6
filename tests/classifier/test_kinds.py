"""The kind of a demand: by its words, with its probability, from weights that are not stale."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import guess_kind, suggest_kind
from classifier.reading.word_lists import sections_of
from classifier.understanding.kind_features import LONGEST_WORD, readable
from classifier.understanding.kind_training import kind_corpus, trained_weights
from classifier.understanding.kinds import KINDS, WEIGHTS

NO_SIGN = ["", " ", "👍👍👍", "？", "。。。", "楼下", "長", "\u3000"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请问二手房过户需要哪些材料？", "consult"),
        ("我家下水道堵塞，求助，请帮帮我们", "help"),
        ("投诉物业乱收费，态度恶劣，一直没人管", "complaint"),
        ("举报一家工厂夜里偷排废水，无证经营", "report"),
        ("建议在人民路增设公交站", "suggestion"),
        ("表扬公交司机帮助走丢的老人，值得点赞", "praise"),
        ("投訴商家欺騙消費者不退款", "complaint"),
        ("難道我們就白白被騙嗎？投訴無門", "complaint"),
    ],
)
def test_kind_by_words(text: str, kind: str) -> None:
    assert suggest_kind(text) == kind


def test_thanks_at_the_end_of_a_complaint_are_no_praise() -> None:
    assert suggest_kind("投诉工地夜间扰民，感谢信都写了也没用，非常感谢") == "complaint"


def test_a_question_may_be_a_complaint() -> None:
    assert suggest_kind("请问你们到底还管不管？投诉了十几次，一直没人来") == "complaint"


def test_the_words_that_spoke_stand_in_the_text() -> None:
    found = guess_kind("投诉物业乱收费，态度恶劣")
    assert found.words[:2] == ("投诉", "态度恶劣")
    assert 0.5 < found.probability <= 1
    text = readable("每次都是已办结，办结了什么，路灯照样不亮")
    assert all(word in text for word in guess_kind(text).words)


@pytest.mark.parametrize("text", NO_SIGN)
def test_without_a_sign_it_is_a_wish_for_help_and_no_kind_is_likelier(text: str) -> None:
    found = guess_kind(text)
    assert (found.kind, found.words) == ("help", ())
    assert found.probability == pytest.approx(1 / len(KINDS))


def test_a_long_text_is_read_at_both_ends() -> None:
    middle = "工地在小区南边，" * 1_200
    assert suggest_kind(f"{middle}建议增设隔音屏，建议采纳") == "suggestion"


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_kind_and_a_probability(text: str) -> None:
    found = guess_kind(text)
    assert found.kind in KINDS
    assert 1 / len(KINDS) - 1e-6 <= found.probability <= 1
    assert len(found.words) == len(set(found.words)) <= 4


def test_the_corpus_has_enough_of_every_kind_and_nothing_twice() -> None:
    corpus = kind_corpus()
    assert len({row.text for row in corpus}) == len(corpus)
    counts = {kind: sum(row.kind == kind for row in corpus) for kind in KINDS}
    assert min(counts.values()) >= 60
    assert sum(counts.values()) == len(corpus)


def test_no_telling_word_is_longer_than_what_is_looked_up() -> None:
    words = [word for listed in sections_of("kinds.txt").values() for word in listed]
    assert max(map(len, words)) <= LONGEST_WORD


@pytest.mark.slow
def test_the_weights_are_those_of_corpus_and_word_list() -> None:
    kept = files("classifier").joinpath("data", WEIGHTS).read_text("utf-8").splitlines()
    fresh = trained_weights(kind_corpus()).splitlines()
    assert [row.split("\t")[0] for row in kept] == [row.split("\t")[0] for row in fresh]
    pairs = zip(kept[1:], fresh[1:], strict=True)
    values = [
        (float(a), float(b))
        for old, new in pairs
        for a, b in zip(old.split("\t")[1:], new.split("\t")[1:], strict=True)
    ]
    assert max(abs(a - b) for a, b in values) <= 0.05
