"""Reading of messages: masking, folding, and one way of cutting words."""

from __future__ import annotations

from random import Random

import pytest

from classifier import load_tree, starter_corpus
from classifier.reading.cleaning import clean, count_traditional
from classifier.reading.documents import read_document
from classifier.reading.segmenting import domain_words, fast_cutter, reference_cutter, segment


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("请拨13800138000，或0731-84210000", "请拨 或"),
        ("西地省A7县星沙镇", "县星沙镇"),
        ("写信到 someone@example.com 或 https://example.com/a?b=c 看看", "写信到 或 看看"),
        ("ＡＰＰ打不开", "app打不开"),
        ("水管漏水\n\t很久了！！", "水管漏水 很久了"),
        ("沒有熱水", "没有热水"),
        ("🙂👍", ""),
        ("", ""),
    ],
)
def test_clean_keeps_words_only(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_traditional_characters_are_counted_and_simplified_ones_not() -> None:
    assert count_traditional("請問這裡為什麼停電") >= 4
    written = [count for row in starter_corpus() if (count := count_traditional(row.text))]
    # Either the whole message is in traditional writing, as a few are, or no character of it.
    assert min(written) >= 5
    assert 5 <= len(written) <= 15


def test_fast_cutter_equals_jieba() -> None:
    texts = [clean(f"{row.title}。{row.text}") for row in starter_corpus()[::8]]
    # 嗡嗡 and 嗡 in either order are equally likely: a tie that each cutter breaks its own way.
    texts = [text for text in texts if "嗡嗡嗡" not in text]
    texts += [clean(load_tree().path(code)) for code in load_tree().codes(3)]
    assert [fast_cutter()(text) for text in texts] == [reference_cutter()(text) for text in texts]


def test_fast_cutter_equals_jieba_on_nonsense_too() -> None:
    """Unknown words are guessed by a hidden Markov model: both must guess alike."""
    random = Random(4)
    known = sorted(set(clean("".join(row.text for row in starter_corpus()[::20]))) - {" "})
    words = domain_words()
    texts = []
    for _ in range(400):
        characters = random.choices(known, k=random.randint(1, 30))
        characters.insert(random.randrange(len(characters)), random.choice(words))
        texts.append("".join(characters))
    texts += [f"{word}app{word} wifi {word}" for word in words[:50]]
    texts += ["", "a", "水", "龘靐齉爩", "ktv 停水 abc", "的的的的的的"]
    assert [fast_cutter()(text) for text in texts] == [reference_cutter()(text) for text in texts]


def test_domain_words_stay_whole() -> None:
    assert "占道经营" in segment(clean("门口流动摊贩占道经营"))


def test_title_stands_apart_and_in_the_whole() -> None:
    document = read_document("小区停水", "已经三天")
    assert document.title_words == ["小区", "停水"]
    assert document.words == ["小区", "停水", "已经", "三天"]
    assert document.han == 8
