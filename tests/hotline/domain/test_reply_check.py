"""The reply check (答复提示) warns of replies that tell nothing, and is silent on good ones."""

from __future__ import annotations

import pytest

from hotline.domain.reply_check import hints

GOOD = [
    "3月12日上午区城管局执法人员到湖滨路工地核查，责令夜间停止施工并立案处罚，工地已承诺22点后不再作业。",
    "供水公司抢修人员于3月10日18时更换破损水管，20时恢复供水，如有问题请拨打 0999-5100275。",
]
EMPTY = ["已转相关部门处理", "已收悉，将尽快处理。", "感谢您的来电，我们会高度重视"]


def codes(reply: str) -> set[str]:
    return {hint.code for hint in hints(reply)}


@pytest.mark.parametrize("reply", GOOD)
def test_a_good_reply_has_no_hint(reply: str) -> None:
    assert hints(reply) == ()


@pytest.mark.parametrize("reply", EMPTY)
def test_stock_phrases_are_noticed(reply: str) -> None:
    """Story 8: 已转相关部门处理 gets a warning."""
    assert "empty_phrase" in codes(reply)


def test_short_words_are_noticed() -> None:
    assert codes("路灯已修好") >= {"too_short"}


def test_what_is_blank_is_refused_elsewhere() -> None:
    assert hints(" \n。") == ()


def test_the_hint_says_what_is_missing() -> None:
    said = " ".join(hint.text for hint in hints("这个问题我们知道了并且会好好想一想怎么办才好呢"))
    assert "没有写明" in said


def test_one_gap_is_forgiven_and_two_are_named() -> None:
    without_time = "区城管局执法人员到湖滨路工地核查，责令停止夜间施工并立案处罚，工地已承诺整改。"
    assert hints(without_time) == ()
    without_person = "已对湖滨路破损的路面作了修补，如再有类似情况欢迎继续反映，我们愿意再来。"
    assert codes(without_person) == {"vague"}
    assert "什么时间、由谁办理" in hints(without_person)[0].text


def test_a_stock_phrase_inside_a_full_reply_does_no_harm() -> None:
    assert hints(f"您反映的问题属实。{GOOD[0]}感谢您的支持，请耐心等待。") == ()


def test_work_told_only_by_a_stock_phrase_is_no_work() -> None:
    """正在核实处理 names an action only in form."""
    said = hints("您好，我局高度重视您反映的问题，目前正在核实处理中，请您耐心等待。")
    assert {hint.code for hint in said} == {"empty_phrase", "vague"}
    assert "采取了什么措施" in said[-1].text
