"""Danger words raise urgency; drills, figures of speech and negations do not."""

from __future__ import annotations

import pytest

from classifier import urgency


@pytest.mark.parametrize(
    "text",
    [
        "楼道里有很浓的煤气味，请马上来人",
        "燃气管道好像泄漏了",
        "三单元着火了",
        "学校围墙突然坍塌，压到人",
        "有人要自杀，站在楼顶",
        "电线掉在马路上，孩子差点触电",
        "电梯困人一个多小时",
        "小區樓道漏電了",
        "消防通道起火",
        "有人持刀砍人",
    ],
)
def test_danger_to_life_is_critical_and_names_a_number(text: str) -> None:
    found = urgency(text)
    assert found.level == "critical"
    assert found.words
    assert any(number in found.advice for number in ("110", "119", "120"))


@pytest.mark.parametrize(
    "text",
    ["小区停水两天了", "昨晚开始停电", "停气三天没人管", "暖气一直不热", "路口井盖丢了很危险"],
)
def test_loss_of_basic_supply_is_urgent(text: str) -> None:
    found = urgency(text)
    assert found.level == "urgent"
    assert found.advice


@pytest.mark.parametrize(
    "text",
    [
        "防触电宣传活动什么时候举行",
        "建议社区组织燃气泄漏应急演练",
        "超市打出跳楼价促销",
        "还好没有发生火灾",
        "去年这里发生过火灾",
        "请问高龄津贴怎么办理",
        "",
        "👍👍",
    ],
)
def test_drill_figure_of_speech_and_negation_are_normal(text: str) -> None:
    assert urgency(text) == urgency("")


def test_critical_outweighs_urgent() -> None:
    found = urgency("停电以后变压器着火了")
    assert (found.level, found.words) == ("critical", ("着火",))


def test_a_negated_word_does_not_hide_a_real_one() -> None:
    assert urgency("上次没有发生火灾，这次真的起火了").words == ("起火",)


def test_long_text_without_punctuation_stays_fast() -> None:
    assert urgency("水" * 10_000).level == "normal"


def test_traditional_and_full_width_are_read_alike() -> None:
    assert urgency("樓道　漏電").words == urgency("楼道漏电").words == ("漏电",)
