"""Prints of messages and how alike two are (诉求相似): same matter at the same place, or not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import (
    SAME_MATTER,
    Fingerprint,
    fingerprint,
    index_keys,
    likeness,
    shared_words,
    unpack,
)

OUTAGE = "锦绣苑小区从今天早上八点开始停水，到现在没有来水，老人孩子没法做饭。"
SAME = [
    ("锦绣苑停水了", "锦绣苑小区没有水"),
    ("锦绣苑3栋停水一上午了", "请问锦绣苑小区为什么停水，什么时候来水"),
    ("锦绣苑小区夜间施工噪音扰民", "锦绣苑旁边工地半夜打桩噪声太大睡不着"),
    ("中山路路灯不亮", "中山路路灯坏了好几天没人修"),
    ("912路公交车等了四十分钟", "912路公交车间隔太长，等了快一小时"),
    ("滨江花园7栋楼下烧烤店油烟扰民", "滨江花园7号楼烧烤摊油烟太大"),
    ("恒大御景半岛逾期交房", "恒大御景半岛开发商延期交房一年多了"),
    ("云溪里小区电梯坏了困人", "云溪里小区电梯又坏了，老人出不了门"),
    ("新华路与解放路交叉口红绿灯故障", "解放路新华路路口信号灯不亮了"),
    ("翠湖天地小区暖气不热", "翠湖天地暖气片冰凉，室温只有14度"),
]
OTHER_PLACE = [
    ("锦绣苑小区停水，到现在没来水", "望江花园停水，到现在没来水"),
    ("恒大御景半岛逾期交房", "碧桂园天玺逾期交房"),
    ("翠湖天地小区暖气不热", "金色家园暖气不热"),
]
OTHER_MATTER = [
    ("锦绣苑小区夜间施工噪音扰民", "锦绣苑小区物业费太高"),
    ("滨江花园7栋楼下烧烤店油烟扰民", "滨江花园停车位不够"),
    ("东湖小学门口早上堵车严重", "东湖小学食堂饭菜有虫"),
    ("云溪里小区电梯坏了困人", "云溪里小区电动车在楼道充电"),
]
SAID = "停水 锦绣苑 小区 施工 噪音 中山路 路灯 物业费 垃圾 没人清运 912路 公交车晚点 您好"
words = st.lists(st.sampled_from(SAID.split()), max_size=40)
anything = st.text(max_size=300)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_matter_in_other_words_is_alike(one: str, other: str) -> None:
    assert likeness(fingerprint("", one), fingerprint("", other)) >= SAME_MATTER


@pytest.mark.parametrize(("one", "other"), OTHER_PLACE + OTHER_MATTER)
def test_another_place_or_another_matter_is_not(one: str, other: str) -> None:
    assert likeness(fingerprint("", one), fingerprint("", other)) < SAME_MATTER


@pytest.mark.parametrize(("one", "other"), SAME)
def test_prints_of_one_matter_share_a_key(one: str, other: str) -> None:
    assert set(index_keys(fingerprint("", one))) & set(index_keys(fingerprint("", other)))


def test_the_words_that_speak_for_it_name_the_place_first() -> None:
    stored = unpack(fingerprint("停水", "锦绣苑小区停水了", "").pack())
    taken = fingerprint("", "请问锦绣苑怎么没水了")
    assert shared_words(taken, stored)[:2] == ("锦绣", "停水")
    assert shared_words(stored, stored) == (), "stored prints keep no words"


def test_the_address_of_the_form_is_a_place_too() -> None:
    told = fingerprint("停水", "从早上停到现在", "东湖区锦绣苑7栋")
    assert likeness(told, fingerprint("", "锦绣苑停水了")) >= SAME_MATTER
    assert likeness(told, fingerprint("停水", "从早上停到现在", "北关区望江花园2栋")) < SAME_MATTER


def test_another_process_takes_the_same_print() -> None:
    program = f"from classifier import fingerprint as f; print(f('停水', {OUTAGE!r}).pack().hex())"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONHASHSEED": "77", "PATH": ""},
    )
    assert ran.stdout.strip() == fingerprint("停水", OUTAGE).pack().hex()


def test_traditional_characters_and_wide_digits_read_alike() -> None:
    plain = fingerprint("停水", "锦绣苑小区断水，912路改道")
    assert fingerprint("停水", "錦繡苑小區斷水，９１２路改道") == plain


@given(words)
def test_the_order_of_the_sentences_does_not_count(said: list[str]) -> None:
    forth, back = "。".join(said), "。".join(reversed(said))
    assert fingerprint("", forth) == fingerprint("", back)


@given(words.filter(bool))
def test_a_text_told_twice_is_one_matter_with_itself(said: list[str]) -> None:
    once = fingerprint("", "。".join(["锦绣苑停水了", *said]))
    twice = fingerprint("", "。".join(["锦绣苑停水了", *said] * 2))
    assert likeness(once, twice) >= SAME_MATTER


@given(anything, anything)
@settings(deadline=None)
def test_any_text_has_a_small_print_that_comes_back_whole(title: str, text: str) -> None:
    taken = fingerprint(title, text)
    assert unpack(taken.pack()) == taken
    assert len(taken.pack()) < 700
    assert len(index_keys(taken)) <= 52
    assert all(0 <= key < 2**31 for key in index_keys(taken))


@given(anything, anything)
def test_likeness_is_the_same_both_ways_and_between_0_and_1(one: str, other: str) -> None:
    first, second = fingerprint("", one), fingerprint("", other)
    assert 0 <= likeness(first, second) <= 1
    assert likeness(first, second) == pytest.approx(likeness(second, first))


@pytest.mark.parametrize("stored", [b"", b"\x01", b"\x07" + bytes(5), b"\x01\x05" + bytes(4)])
def test_a_broken_print_is_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        unpack(stored)


def test_an_empty_text_is_like_nothing() -> None:
    empty = fingerprint("", "", "")
    assert empty == Fingerprint({}, {}, {}, {}, {})
    assert likeness(empty, fingerprint("", OUTAGE)) < SAME_MATTER
    assert likeness(empty, empty) < SAME_MATTER
    assert index_keys(empty) == ()
