"""Where a demand goes, and the words that say why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from time import process_time
from typing import Any

import pytest

from routing import Catalogue, Directory, Facts, Level, Rule, Unit, route

AREAS = {
    "990000": "示范市",
    "990101": "东湖区",
    "990102": "西岭区",
    "990101001": "书院街道",
    "990102001": "麓南街道",
}
UNITS = [
    Unit("C05", "市城管局", "chengguan", Level.CITY, "990000"),
    Unit("C06", "市住建局", "zhujian", Level.CITY, "990000"),
    Unit("C13", "市水务集团", "gongshui", Level.CITY, "990000"),
    Unit("D0105", "东湖区城管局", "chengguan", Level.DISTRICT, "990101", "C05"),
    Unit("D0106", "东湖区住建局", "zhujian", Level.DISTRICT, "990101", "C06"),
    Unit("D0205", "西岭区城管局", "chengguan", Level.DISTRICT, "990102", "C05"),
    Unit("S0101", "书院街道办", "jiedao", Level.STREET, "990101001", "D0105"),
    Unit("S0102", "书院街道城管中队", "chengguan", Level.STREET, "990101001", "D0105"),
]
DIRECTORY = Directory(UNITS, AREAS)
NOISE = Facts(
    category="010203",
    area="990101001",
    kind="complaint",
    urgency="normal",
    text="工地夜间施工噪声很大",
    at=datetime(2026, 9, 30, 2, tzinfo=UTC),
)
GENERAL = Rule(id="R1", category="01", lead="duty:chengguan@district", legal_basis="三定规定")


def test_a_duty_is_found_through_the_area_of_the_ticket() -> None:
    decision = route(NOISE, [GENERAL], DIRECTORY)
    assert decision.lead == "D0105"
    assert (decision.rule_id, decision.legal_basis) == ("R1", "三定规定")
    assert decision.reason == (
        "按派单目录规则 R1（分类 01，区域 不限），仅此一条适用；按职责在东湖区找到 东湖区城管局"
    )
    assert decision.alternatives == ()
    assert route(replace(NOISE, area="990102"), [GENERAL], DIRECTORY).lead == "D0205"


def test_a_missing_level_falls_back_upward_to_the_city() -> None:
    water = replace(GENERAL, lead="duty:gongshui@street")
    decision = route(NOISE, [water], DIRECTORY)
    assert decision.lead == "C13"
    assert "书院街道没有这项职责的单位（gongshui），东湖区没有" in decision.reason
    assert "在示范市找到 市水务集团" in decision.reason
    housing = replace(GENERAL, lead="duty:zhujian@district")
    assert route(replace(NOISE, area="990102001"), [housing], DIRECTORY).lead == "C06"


def test_an_unknown_area_goes_to_the_only_city() -> None:
    decision = route(replace(NOISE, area=""), [GENERAL], DIRECTORY)
    assert decision.lead == "C05"
    assert "区级区域不明" in decision.reason
    city_rule = replace(GENERAL, area="990000")
    assert route(replace(NOISE, area=""), [city_rule], DIRECTORY).lead == "C05"


def test_an_area_outside_the_city_is_left_to_a_person() -> None:
    decision = route(replace(NOISE, area="110101"), [GENERAL], DIRECTORY)
    assert decision.lead is None
    assert decision.rule_id == "R1"
    assert "区域不明" in decision.reason
    assert decision.reason.endswith("请人工派单")


def test_an_explicit_unit_is_taken_as_written() -> None:
    decision = route(NOISE, [replace(GENERAL, lead="C13")], DIRECTORY)
    assert decision.lead == "C13"
    assert "规则直接指定 市水务集团" in decision.reason


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("X99", "X99 不在单位名录中"),
        ("duty:chengguan", "duty:chengguan 无法识别"),
        ("duty:chengguan@planet", "无法识别"),
        ("duty:@city", "无法识别"),
        ("duty:xiaofang@city", "示范市没有这项职责的单位（xiaofang）"),
    ],
)
def test_a_unit_that_cannot_be_found_is_not_passed_over(spec: str, words: str) -> None:
    exact = Rule(id="R2", category="010203", lead=spec)
    decision = route(NOISE, [GENERAL, exact], DIRECTORY)
    assert decision.lead is None
    assert decision.helpers == ()
    assert words in decision.reason
    assert [other.unit_code for other in decision.alternatives] == ["D0105"]


def test_no_rule_is_said_with_what_was_looked_for() -> None:
    decision = route(replace(NOISE, category="09"), [GENERAL], DIRECTORY)
    assert decision.lead is None
    assert decision.rule_id is None
    assert decision.reason == "派单目录中没有适用的规则（分类 09、区域 书院街道），请人工派单"
    assert route(replace(NOISE, category="0"), [GENERAL], DIRECTORY).lead is None


LADDER = [
    # from the least to the most specific, each with what makes it better than the one before
    (Rule(id="Z9", lead="C05"), ""),
    (Rule(id="Y8", lead="C05", kind="complaint"), "限定了诉求类型"),
    (Rule(id="X7", lead="C05", urgency="normal"), "限定了紧急程度"),
    (Rule(id="W6", lead="C05", words=("噪声", "油烟")), "关键词更吻合"),
    (Rule(id="V5", lead="C05", words=("噪声", "工地")), "关键词更吻合"),
    (Rule(id="U4", lead="C05", area="990000"), "区域更具体"),
    (Rule(id="T3", lead="C05", area="990101"), "区域更具体"),
    (Rule(id="S2", lead="C05", area="990101001"), "区域更具体"),
    (Rule(id="R1", lead="C05", category="01"), "问题分类更细"),
    (Rule(id="Q0", lead="C05", category="010203"), "问题分类更细"),
]


@pytest.mark.parametrize("step", range(1, len(LADDER)))
def test_the_more_specific_rule_wins(step: int) -> None:
    rules = [rule for rule, _ in LADDER[: step + 1]]
    decision = route(NOISE, rules, DIRECTORY)
    rule, why = LADDER[step]
    assert decision.rule_id == rule.id
    assert f"优于规则 {LADDER[step - 1][0].id}（{why}）" in decision.reason


def test_a_tie_is_settled_by_the_rule_id_whatever_the_order() -> None:
    leads = {"B": "C05", "A": "C06", "C": "C13"}
    rules = [replace(GENERAL, id=name, lead=lead) for name, lead in leads.items()]
    for order in permutations(rules):
        decision = route(NOISE, order, DIRECTORY)
        assert decision.rule_id == "A"
        assert "与规则 B 同等具体，按规则编号先后取 A" in decision.reason
        assert [other.rule_id for other in decision.alternatives] == ["B", "C"]


@pytest.mark.parametrize(
    "miss",
    [
        {"kind": "report"},
        {"urgency": "urgent"},
        {"words": ("供水",)},
        {"area": "990102"},
        {"category": "0103"},
        {"category": "01020301"},
        {"area": "990101002"},
        {"area": "990101001007"},
    ],
)
def test_a_rule_that_does_not_hold_is_not_applied(miss: dict[str, Any]) -> None:
    rules = [GENERAL, replace(GENERAL, id="R0", lead="C13", **miss)]
    assert route(NOISE, rules, DIRECTORY).rule_id == "R1"


def test_rules_are_in_force_from_first_to_last_local_day() -> None:
    rules = [replace(GENERAL, effective_from=date(2026, 9, 30), effective_to=date(2026, 9, 30))]
    moments = {
        "2026-09-29T15:59:59+00:00": None,
        "2026-09-29T16:00:00+00:00": "D0105",
        "2026-09-30T15:59:59+00:00": "D0105",
        "2026-09-30T16:00:00+00:00": None,
    }
    for text, lead in moments.items():
        facts = replace(NOISE, at=datetime.fromisoformat(text))
        assert route(facts, rules, DIRECTORY).lead == lead
    with pytest.raises(ValueError, match="没有时区"):
        route(replace(NOISE, at=datetime.fromisoformat("2026-09-30")), rules, DIRECTORY)


def test_helpers_are_found_like_the_lead_and_never_repeat_it() -> None:
    helpers = ("duty:zhujian@district", "D0105", "C13", "C13", "duty:xiaofang@city")
    decision = route(NOISE, [replace(GENERAL, helpers=helpers)], DIRECTORY)
    assert decision.helpers == ("D0106", "C13")
    assert "协办单位未找到：示范市没有这项职责的单位（xiaofang）" in decision.reason


def test_alternatives_are_the_other_units_in_order_of_fit() -> None:
    rules = [
        GENERAL,
        Rule(id="R2", lead="C05"),
        Rule(id="R3", lead="duty:zhujian@district", category="0102", words=("工地",)),
        Rule(id="R4", lead="D0105", kind="complaint"),  # same unit as R1
        Rule(id="R5", lead="X99", urgency="normal"),  # no such unit
    ]
    decision = route(NOISE, rules, DIRECTORY)
    assert decision.lead == "D0106"
    assert [(other.unit_code, other.rule_id) for other in decision.alternatives] == [
        ("D0105", "R1"),
        ("C05", "R2"),
    ]
    assert "规则 R1（分类 01，区域 不限）也适用" in decision.alternatives[0].reason
    assert "另有 1 条适用规则" in decision.reason


def test_a_long_list_of_alternatives_is_cut() -> None:
    units = [Unit(f"C{n}", f"市局{n}", f"duty{n}", Level.CITY, "990000") for n in range(9)]
    rules = [Rule(id=unit.code, lead=unit.code) for unit in units]
    decision = route(NOISE, rules, Directory(units, AREAS))
    assert decision.lead == "C0"
    assert [other.unit_code for other in decision.alternatives] == ["C1", "C2", "C3", "C4", "C5"]


STREET = replace(GENERAL, lead="duty:chengguan@street")


def test_enforcement_is_not_pushed_down_to_a_street() -> None:
    assert route(NOISE, [STREET], DIRECTORY).lead == "S0102"
    for facts, rule in (
        (replace(NOISE, kind="report"), STREET),
        (replace(NOISE, text="请依法查处无证摊贩"), STREET),
        (NOISE, replace(STREET, legal_basis="《行政处罚法》第二十条")),
    ):
        decision = route(facts, [rule], DIRECTORY)
        assert decision.lead == "D0105"
        assert "不得派往基层" in decision.reason


def test_a_rule_that_means_the_street_may_send_enforcement_there() -> None:
    report = replace(NOISE, kind="report")
    by_code = replace(STREET, lead="S0102")
    by_area = replace(STREET, area="990101001")
    assert route(report, [by_code], DIRECTORY).lead == "S0102"
    assert route(report, [by_area], DIRECTORY).lead == "S0102"


def test_enforcement_with_no_unit_above_the_street_goes_to_a_person() -> None:
    rule = replace(GENERAL, lead="duty:jiedao@street")
    assert route(NOISE, [rule], DIRECTORY).lead == "S0101"
    decision = route(replace(NOISE, kind="report"), [rule], DIRECTORY)
    assert decision.lead is None
    assert "不得派往基层" in decision.reason


def test_two_thousand_rules_are_read_in_a_fraction_of_a_millisecond() -> None:
    rules = [
        Rule(id=f"R{major:02}{minor:02}{area}", category=f"{major:02}{minor:02}", lead=lead)
        for major in range(1, 21)
        for minor in range(1, 21)
        for area, lead in enumerate(("C05", "C06", "C13", "D0105", "duty:chengguan@district"))
    ]
    catalogue = Catalogue(rules)
    assert len(catalogue.rules) == 2000
    begun = process_time()
    for _ in range(500):
        route(NOISE, catalogue, DIRECTORY)
    assert (process_time() - begun) / 500 < 0.0003
    assert route(NOISE, catalogue, DIRECTORY) == route(NOISE, rules, DIRECTORY)
