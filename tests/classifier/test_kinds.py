"""The kind of a demand by its words."""

from __future__ import annotations

import pytest

from classifier import suggest_kind


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
        ("楼下", "help"),
        ("", "help"),
    ],
)
def test_kind_by_words(text: str, kind: str) -> None:
    assert suggest_kind(text) == kind


def test_thanks_at_the_end_of_a_complaint_are_no_praise() -> None:
    assert suggest_kind("投诉工地夜间扰民，感谢信都写了也没用，非常感谢") == "complaint"
