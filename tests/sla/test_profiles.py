"""The default profile says what the paper says, and a bad profile is refused in clear words."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from sla import (
    DEFAULT_PROFILE,
    Clock,
    Limit,
    ProfileError,
    Unit,
    load_profile,
    parse_profile,
    profile_names,
)

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ["consult", "help", "complaint", "report", "suggestion", "praise"]
URGENCIES = ["normal", "urgent", "critical", "complex"]

FIGURES = [
    # clock, kind, urgency, round, amount, unit
    ("dispatch", "help", "normal", 1, 30, "working_minutes"),
    ("dispatch", "help", "urgent", 1, 5, "natural_minutes"),
    ("dispatch", "help", "critical", 1, 5, "natural_minutes"),
    ("sign", "complaint", "normal", 1, 2, "working_hours"),
    ("sign", "complaint", "complex", 1, 2, "working_hours"),
    ("sign", "complaint", "urgent", 1, 30, "natural_minutes"),
    ("sign", "complaint", "critical", 1, 30, "natural_minutes"),
    ("contact", "help", "normal", 1, 1, "working_days"),
    ("contact", "help", "urgent", 1, 2, "natural_hours"),
    ("contact", "help", "critical", 1, 30, "natural_minutes"),
    ("handle", "consult", "normal", 1, 1, "working_days"),
    ("handle", "help", "normal", 1, 5, "working_days"),
    ("handle", "complaint", "normal", 1, 5, "working_days"),
    ("handle", "report", "normal", 1, 5, "working_days"),
    ("handle", "suggestion", "normal", 1, 5, "working_days"),
    ("handle", "praise", "normal", 1, 3, "working_days"),
    ("handle", "consult", "urgent", 1, 24, "natural_hours"),  # urgency before kind
    ("handle", "complaint", "critical", 1, 2, "natural_hours"),
    ("handle", "complaint", "complex", 1, 15, "working_days"),
    ("handle", "complaint", "normal", 2, 3, "working_days"),
    ("handle", "complaint", "complex", 3, 3, "working_days"),  # a redo before all
    ("callback", "complaint", "normal", 1, 2, "working_days"),
    ("review_return", "complaint", "normal", 1, 4, "working_hours"),
]


@pytest.mark.parametrize(("clock", "kind", "urgency", "round_no", "amount", "unit"), FIGURES)
def test_default_figures(  # noqa: PLR0917 - one argument per column of the table
    clock: str, kind: str, urgency: str, round_no: int, amount: int, unit: str
) -> None:
    rule = load_profile().rule(clock, kind=kind, urgency=urgency, round_no=round_no)
    assert rule.limit == Limit(amount, Unit(unit))
    assert rule.source


def test_every_ticket_has_a_limit_for_every_clock() -> None:
    profile = load_profile(DEFAULT_PROFILE)
    for clock, kind, urgency, round_no in product(Clock, KINDS, URGENCIES, (1, 2, 3)):
        assert profile.rule(clock, kind=kind, urgency=urgency, round_no=round_no).clock is clock


def test_a_profile_is_found_by_its_name_or_its_file() -> None:
    assert DEFAULT_PROFILE == "通用默认"
    assert profile_names() == ("通用默认",)
    assert load_profile("default") is load_profile("通用默认")
    with pytest.raises(ProfileError, match="没有名为 '火星市' 的时限配置，可用：通用默认"):
        load_profile("火星市")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"clock": "lunch"}, "计时.*lunch"),
        ({"kind": "joke"}, "诉求类型.*joke"),
        ({"urgency": "soon"}, "紧急程度.*soon"),
        ({"round_no": 0}, "轮次"),
    ],
)
def test_what_does_not_exist_is_refused(change: dict[str, Any], words: str) -> None:
    case: dict[str, Any] = {
        "clock": "sign",
        "kind": "help",
        "urgency": "normal",
        "round_no": 1,
        **change,
    }
    with pytest.raises(ProfileError, match=words):
        load_profile().rule(case.pop("clock"), **case)


HEAD = 'name = "甲市"\nversion = "1"\neffective_from = 2026-01-01\n'


def rule(**fields: object) -> str:
    whole: dict[str, object] = {"clock": "sign", "amount": 2, "unit": "working_hours"}
    whole |= {"source": "甲市规定", **fields}
    lines = [
        f"{key} = {value!r}".replace("'", '"') for key, value in whole.items() if value is not None
    ]
    return "\n".join(["[[rule]]", *lines, ""])


COMPLETE = HEAD + "".join(rule(id=clock.value, clock=clock.value) for clock in Clock)


def test_a_city_profile_may_be_written(tmp_path: Path) -> None:
    city = COMPLETE + rule(id="night", urgencies=["critical"], unit="natural_minutes", amount=9)
    (tmp_path / "jia.toml").write_text(city, encoding="utf-8")
    profile = load_profile("甲市", folder=tmp_path)
    assert profile.rule("sign", kind="help", urgency="critical").limit.amount == 9
    assert (profile.version, profile.effective_from.isoformat()) == ("1", "2026-01-01")
    (tmp_path / "again.toml").write_text(city, encoding="utf-8")
    other = tmp_path / "empty"
    other.mkdir()
    with pytest.raises(ProfileError, match="没有时限配置文件"):
        profile_names(folder=other)


def test_two_files_may_not_share_a_name(tmp_path: Path) -> None:
    for stem in ("one", "two"):
        (tmp_path / f"{stem}.toml").write_text(COMPLETE, encoding="utf-8")
    with pytest.raises(ProfileError, match=r"two\.toml：.*甲市.*已被"):
        profile_names(folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "不是合法的 TOML"),
        (HEAD, "缺少字段 rule"),
        (HEAD + 'colour = "red"\n[[rule]]\n', "不认识的字段 colour"),
        (HEAD + "rule = [1]\n", "第 1 条规则：须写成"),
        (HEAD.replace("2026-01-01", '"soon"') + rule(id="a"), "effective_from 须为日期"),
        (HEAD.replace("甲市", "") + rule(id="a"), "name 须为文字且不为空"),
        (HEAD + rule(id=None), "第 1 条规则：缺少字段 id"),
        (HEAD + rule(id="a", amount=0), "（a）：期限数量须为正整数"),
        (HEAD + rule(id="a", amount="2"), "amount 须为整数"),
        (HEAD + rule(id="a", unit="weeks"), "不认识的期限单位 'weeks'"),
        (HEAD + rule(id="a", clock="nap"), "clock 不能是 'nap'"),
        (HEAD + rule(id="a", kinds=["joke"]), "kinds 不能是 'joke'"),
        (HEAD + rule(id="a", kinds=[3]), "kinds 不能是 3"),
        (HEAD + rule(id="a", urgencies="urgent"), "urgencies 须为列表"),
        (HEAD + rule(id="a", min_round=0), "min_round 从 1 开始"),
        (HEAD + rule(id="a"), "计时 dispatch 缺少适用于所有工单的规则"),
        (COMPLETE + rule(id="sign", urgencies=["urgent"]), "规则编号 sign 重复"),
        (COMPLETE + rule(id="b"), "规则 sign 与 b 同等具体"),
        (
            COMPLETE
            + rule(id="b", kinds=["help", "praise"])
            + rule(id="c", kinds=["praise", "report"]),
            "规则 b 与 c 同等具体",
        ),
    ],
)
def test_a_bad_profile_is_refused_in_clear_words(text: str, words: str) -> None:
    with pytest.raises(ProfileError, match=f"^jia.toml.*{words}"):
        parse_profile(text, origin="jia.toml")
