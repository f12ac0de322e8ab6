"""The catalogue's own faults are found and told in words an administrator can use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from routing import Directory, Finding, Level, Rule, Unit, check

TODAY = date(2026, 9, 30)
AREAS = {"990000": "示范市", "990101": "东湖区", "990102": "西岭区", "990101001": "书院街道"}
UNITS = [
    Unit("C05", "市城管局", "chengguan", Level.CITY, "990000"),
    Unit("D0105", "东湖区城管局", "chengguan", Level.DISTRICT, "990101", "C05"),
    Unit("D0107", "东湖区教育局", "jiaoyu", Level.DISTRICT, "990101"),
    Unit("S0101", "书院街道办", "jiedao", Level.STREET, "990101001", "D0105"),
]
DIRECTORY = Directory(UNITS, AREAS)
SOUND = Rule(id="R1", category="01", lead="duty:chengguan@district")


def findings(*rules: Rule, categories: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    found = check(rules, DIRECTORY, categories, on=TODAY)
    assert all(isinstance(finding, Finding) for finding in found)
    return [(finding.kind, finding.text) for finding in found]


def test_a_sound_catalogue_has_no_findings() -> None:
    street = Rule(id="R2", category="02", lead="duty:jiedao@street", helpers=("C05",))
    assert findings(SOUND, street, categories=("01", "0101", "02")) == []


def test_gaps_are_named_with_where() -> None:
    only_east = replace(SOUND, id="R2", category="02", area="990101")
    conditional = replace(SOUND, id="R3", category="03", kind="help")
    over = replace(SOUND, id="R4", category="04", effective_from=date(2027, 1, 1))
    assert findings(SOUND, only_east, conditional, over, categories=("0101", "02", "03", "04")) == [
        ("gap", "分类 02 在西岭区没有通用派单规则"),
        ("gap", "分类 03 在全市没有通用派单规则"),
        ("gap", "分类 04 在全市没有通用派单规则"),
    ]


def test_a_city_wide_rule_or_all_districts_together_leave_no_gap() -> None:
    city = replace(SOUND, area="990000")
    east, west = (
        replace(SOUND, id=f"R{area}", category="02", area=area) for area in ("990101", "990102")
    )
    assert findings(city, east, west, categories=("01", "02")) == []
    assert check([], Directory([], {}), ["01"], on=TODAY) == (
        Finding("gap", "分类 01 在全市没有通用派单规则"),
    )


def test_ties_are_rules_that_only_the_id_tells_apart() -> None:
    twin = replace(SOUND, id="R2", lead="C05")
    assert findings(SOUND, twin) == [("tie", "规则 R1 与 R2 同等具体，现按编号先后取 R1")]
    assert findings(replace(SOUND, area="990000"), replace(twin, area="99"))[0][0] == "tie"
    worded = replace(SOUND, words=("噪声", "油烟"))
    assert findings(worded, replace(twin, words=("油烟",)))[0][0] == "tie"


def test_rules_that_never_meet_do_not_tie() -> None:
    twin = replace(SOUND, id="R2", lead="C05")
    for other in (
        replace(twin, area="990101"),
        replace(twin, kind="help"),
        replace(twin, urgency="urgent"),
        replace(twin, words=("噪声",)),
        replace(twin, effective_from=date(2027, 1, 1)),
    ):
        assert findings(replace(SOUND, effective_to=date(2026, 12, 31)), other) == []
    assert findings(replace(SOUND, words=("油烟",)), replace(twin, words=("噪声",))) == []


def test_units_that_cannot_be_found() -> None:
    assert findings(
        replace(SOUND, id="R2", category="02", lead="X99"),
        replace(SOUND, id="R3", category="03", helpers=("duty:chengguan@planet",)),
        replace(SOUND, id="R4", category="04", lead="duty:xiaofang@city"),
        replace(SOUND, id="R5", category="05", lead="duty:jiaoyu@district"),
        replace(SOUND, id="R6", category="06", lead="duty:jiaoyu@district", area="990101"),
    ) == [
        ("unknown_unit", "规则 R2 的主办单位：规则指定的单位 X99 不在单位名录中"),
        ("unknown_unit", "规则 R3 的协办单位：规则中的单位写法 duty:chengguan@planet 无法识别"),
        ("unknown_unit", "规则 R4 的主办单位：示范市及其上级没有职责为“xiaofang”的市级单位"),
        ("unknown_unit", "规则 R5 的主办单位：西岭区及其上级没有职责为“jiaoyu”的区级单位"),
    ]


def test_long_lists_of_areas_are_cut_short() -> None:
    areas = {"990000": "示范市", **{f"9901{n:02}": f"{n}区" for n in range(1, 6)}}
    rule = replace(SOUND, lead="duty:jiaoyu@district")
    (found,) = check([rule], Directory(UNITS[:1], areas), ["01"], on=TODAY)
    assert "1区、2区、3区 等 5 处及其上级" in found.text


def test_rules_past_their_last_day() -> None:
    ended = replace(SOUND, id="R2", effective_to=date(2026, 9, 29))
    never = replace(SOUND, id="R3", effective_from=date(2026, 5, 2), effective_to=date(2026, 5, 1))
    last_day = replace(SOUND, effective_to=TODAY)
    assert findings(last_day, ended, never) == [
        ("expired", "规则 R2 已于 2026-09-29 失效"),
        ("expired", "规则 R3 的失效日早于生效日，从不生效"),
    ]


def test_a_street_leads_only_by_law_and_by_its_own_duty_list() -> None:
    lawless = Rule(id="R1", category="01", lead="duty:jiedao@street")
    lawful = replace(lawless, id="R2", category="0801", legal_basis="履职清单", lead="S0101")
    found = check([lawless, lawful], DIRECTORY, ["01", "0801"], on=TODAY, street_duties=["08"])
    assert [(one.kind, one.rules, one.severity) for one in found] == [
        ("grassroots", ("R1",), "error"),
        ("grassroots", ("R1",), "error"),
    ]
    assert "没有写明依据" in found[0].text
    assert "不在街道履职事项清单中" in found[1].text
    assert check([lawless], DIRECTORY, ["01"], on=TODAY) == (), "no list known, nothing asked"


def test_units_above_themselves_are_found_with_the_rules_they_lead() -> None:
    ring = [replace(UNITS[0], parent="D0105"), UNITS[1], *UNITS[2:]]
    (found,) = check([SOUND], Directory(ring, AREAS), ["01"], on=TODAY)
    assert (found.kind, found.severity, found.rules) == ("cycle", "error", ("R1",))
    assert "市城管局（C05）的上级是东湖区城管局（D0105）的上级是市城管局（C05）" in found.text
    into_each_other = [replace(UNITS[0], successor="D0105"), replace(UNITS[1], successor="C05")]
    merged = Directory(UNITS[2:], AREAS, into_each_other)
    kinds = [one.kind for one in check([SOUND], merged, ["01"], on=TODAY)]
    assert kinds == ["unknown_unit", "cycle"]


def test_a_rule_that_finer_rules_always_beat_never_wins() -> None:
    leaves = ("0101", "0102")
    finer = [replace(SOUND, id=f"R{code}", category=code) for code in leaves]
    (found,) = check([SOUND, *finer], DIRECTORY, leaves, on=TODAY)
    assert (found.kind, found.severity) == ("never_wins", "warning")
    assert found.rules == ("R1", "R0101", "R0102")
    assert found.advice


def test_a_rule_that_may_still_win_is_left_alone() -> None:
    leaves = ("0101", "0102")
    finer = [replace(SOUND, id=f"R{code}", category=code) for code in leaves]
    for changed in (
        [finer[0]],
        [finer[0], replace(finer[1], area="990101")],
        [finer[0], replace(finer[1], kind="help")],
        [finer[0], replace(finer[1], effective_to=date(2026, 12, 31))],
        [finer[0], replace(finer[1], effective_from=date(2027, 1, 1))],
    ):
        kinds = {one.kind for one in check([SOUND, *changed], DIRECTORY, leaves, on=TODAY)}
        assert "never_wins" not in kinds, changed
    danger = replace(SOUND, words=("爆炸",), urgency="critical")
    assert check([danger, *finer], DIRECTORY, leaves, on=TODAY) == ()


def test_a_category_or_area_that_is_none() -> None:
    lost = replace(SOUND, id="R2", category="77")
    afar = replace(SOUND, id="R3", category="01", area="110101")
    found = check([SOUND, lost, afar], DIRECTORY, ["01"], on=TODAY)
    assert [(one.kind, one.rules) for one in found if one.kind == "unknown_scope"] == [
        ("unknown_scope", ("R2",)),
        ("unknown_scope", ("R3",)),
    ]


def test_a_large_catalogue_is_checked_in_a_moment() -> None:
    from time import perf_counter

    codes = [f"{a:02}{b:02}{c:02}" for a in range(10) for b in range(10) for c in range(10)]
    rules = [replace(SOUND, id=f"R{code}", category=code) for code in codes]
    rules += [replace(SOUND, id=f"E{code}", category=code, area="990101") for code in codes]
    began = perf_counter()
    assert check(rules, DIRECTORY, codes, on=TODAY, street_duties=[]) == ()
    assert perf_counter() - began < 2
