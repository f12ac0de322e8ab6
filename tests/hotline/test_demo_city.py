"""The seed of 示范市 holds together: references resolve, every category has a department."""

import csv
import re
import tomllib
from collections import Counter
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CITY = ROOT / "hotline" / "demo_city"
CATEGORIES = ROOT / "classifier" / "data" / "categories.csv"

Row = dict[str, str]

KINDS = {"", "consult", "help", "complaint", "report", "suggestion", "praise"}
URGENCIES = {"", "normal", "urgent", "critical"}
ROLES = {
    "agent",
    "dispatcher",
    "department",
    "department_lead",
    "callback",
    "supervisor",
    "authority",
    "knowledge",
    "admin",
    "security",
    "auditor",
}
DEMO_LOGINS = {
    "agent": "agent",
    "dispatcher": "dispatcher",
    "department": "department",
    "department2": "department",
    "callback": "callback",
    "supervisor": "supervisor",
    "knowledge": "knowledge",
    "admin": "admin",
    "security": "security",
    "auditor": "auditor",
}
DISTRICT_DUTIES = {
    "chengguan",
    "zhujian",
    "huanbao",
    "jiaoyu",
    "renshe",
    "shichang",
    "weijian",
    "jiaotong",
    "gongan",
    "nongye",
    "ziran",
    "minzheng",
    "zhengfu",
}
TEMPLATES = {
    "registered",
    "dispatched_unit",
    "warned_unit",
    "overdue_unit",
    "overdue_supervisor",
    "urged_unit",
    "supervised_unit",
    "replied_rate",
    "rating_thanks",
    "redo_citizen",
    "closed_citizen",
    "declined_citizen",
    "transferred_citizen",
    "answered_citizen",
    "ask_info_citizen",
    "extension_citizen",
    "critical_alert",
    "one_time_code",
    "motion_leader",
    "motion_desk",
    "motion_refused_unit",
    "adjudicated_unit",
    "extension_unit",
    "hanging_unit",
    "hanging_citizen",
    "resumed_unit",
    "resumed_citizen",
}
FIELDS = {
    "ticket_no",
    "query_code",
    "unit",
    "promised",
    "link",
    "reason",
    "target",
    "reply",
    "advice",
    "question",
    "minutes",
    "code",
    "title",
    "due",
    "left",
    "over",
    "clock",
    "step",
    "leader",
    "span",
    "soon",
    "urges",
    "others",
    "motion",
    "days",
    "before",
    "reply_text",
    "level",
    "contacts",
    "callers",
    "expected",
}
DUTY = re.compile(r"duty:([a-z]+)@(city|district|street)")


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, strict=True))
    assert found, f"{path.name} is empty"
    for row in found:
        assert None not in row, f"{path.name}: too many cells in {row}"
        assert None not in row.values(), f"{path.name}: too few cells in {row}"
    return found


def by(found: list[Row], key: str) -> dict[str, Row]:
    twice = [value for value, n in Counter(row[key] for row in found).items() if n > 1]
    assert not twice, f"{key} twice: {twice}"
    return {row[key]: row for row in found}


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((CITY / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def areas() -> dict[str, Row]:
    return by(rows(CITY / "areas.csv"), "code")


@pytest.fixture(scope="module")
def departments() -> dict[str, Row]:
    return by(rows(CITY / "departments.csv"), "code")


@pytest.fixture(scope="module")
def categories() -> dict[str, Row]:
    return by(rows(CATEGORIES), "code")


@pytest.fixture(scope="module")
def catalogue() -> list[Row]:
    found = rows(CITY / "catalogue.csv")
    by(found, "id")
    return found


@pytest.fixture(scope="module")
def duties(departments: dict[str, Row]) -> set[tuple[str, str, str]]:
    return {(d["duty"], d["level"], d["area_code"]) for d in departments.values()}


def test_areas_form_a_city_of_ten_districts_with_streets(areas: dict[str, Row]) -> None:
    above = {"city": None, "district": "city", "street": "district"}
    for area in areas.values():
        parent = areas.get(area["parent"])
        assert (parent["level"] if parent else None) == above[area["level"]], area
        assert 112 < float(area["lon"]) < 114, area
        assert 27 < float(area["lat"]) < 29, area
        if area["level"] == "street":
            assert re.fullmatch(area["parent"] + r"\d{3}", area["code"]), area
    assert [a["code"] for a in areas.values() if a["level"] == "city"] == ["990000"]
    streets = Counter(a["parent"] for a in areas.values() if a["level"] == "street")
    districts = {a["code"] for a in areas.values() if a["level"] == "district"}
    assert districts == {f"9901{n:02d}" for n in range(1, 11)}
    assert set(streets) == districts
    assert all(5 <= n <= 7 for n in streets.values()), streets
    assert len({a["name"] for a in areas.values()}) == len(areas)


def test_departments_stand_in_three_levels(
    areas: dict[str, Row], departments: dict[str, Row]
) -> None:
    levels = Counter(d["level"] for d in departments.values())
    assert set(levels) == {"city", "district", "street"}
    assert levels["city"] + levels["district"] >= 45
    for department in departments.values():
        assert re.fullmatch(r"[A-Z][0-9]+", department["code"]), department
        assert re.fullmatch(r"0999-\d{7}", department["phone"]), department
        assert re.fullmatch(r"[a-z]+", department["duty"]), department
        assert areas[department["area_code"]]["level"] == department["level"], department
        assert not department["parent"] or department["parent"] in departments, department
    for key in ("name", "short_name", "phone"):
        by(list(departments.values()), key)


def test_each_unit_answers_to_the_right_one_above(departments: dict[str, Row]) -> None:
    for department in departments.values():
        if department["level"] == "city":
            continue
        parent = departments[department["parent"]]
        if department["level"] == "district":
            assert (parent["level"], parent["duty"]) == ("city", department["duty"])
        else:
            assert (parent["level"], parent["duty"]) == ("district", "zhengfu")
            assert department["duty"] == "jiedao"
            assert department["area_code"].startswith(parent["area_code"])


def test_a_duty_is_held_by_one_department_of_an_area(departments: dict[str, Row]) -> None:
    held = Counter((d["duty"], d["area_code"]) for d in departments.values())
    assert max(held.values()) == 1


def test_every_district_has_its_bureaus_and_every_street_its_office(
    areas: dict[str, Row], duties: set[tuple[str, str, str]]
) -> None:
    for area in areas.values():
        if area["level"] == "district":
            have = {duty for duty, _, code in duties if code == area["code"]}
            assert have == DISTRICT_DUTIES, area
        if area["level"] == "street":
            assert ("jiedao", "street", area["code"]) in duties, area


def test_staff_belong_to_departments_and_every_role_is_filled(
    departments: dict[str, Row],
) -> None:
    staff = by(rows(CITY / "staff.csv"), "login")
    assert len(staff) >= 35
    assert {person["role"] for person in staff.values()} == ROLES
    for person in staff.values():
        assert person["department_code"] in departments, person
        assert person["name"], person
    assert {login: staff[login]["role"] for login in DEMO_LOGINS} == DEMO_LOGINS
    homes = [departments[staff[x]["department_code"]] for x in ("department", "department2")]
    assert [home["short_name"] for home in homes] == ["东湖区城管局", "东湖区住建局"]


def test_catalogue_rows_are_well_formed(
    catalogue: list[Row], categories: dict[str, Row], areas: dict[str, Row]
) -> None:
    for rule in catalogue:
        assert not rule["category"] or rule["category"] in categories, rule
        assert rule["category"] or rule["words"], f"a rule for any category needs words: {rule}"
        assert not rule["area"] or rule["area"] in areas, rule
        assert rule["kind"] in KINDS, rule
        assert rule["urgency"] in URGENCIES, rule
        assert rule["effective_from"] == "2024-01-01", rule
        assert "《" in rule["legal_basis"], rule
        words = rule["words"].split("|") if rule["words"] else []
        assert all(words), rule
        assert len(set(words)) == len(words), rule
    asked = Counter(
        tuple(rule[key] for key in ("category", "area", "kind", "urgency", "words", "times"))
        for rule in catalogue
    )
    assert max(asked.values()) == 1


def test_every_lead_and_helper_of_the_catalogue_exists(
    catalogue: list[Row], departments: dict[str, Row], duties: set[tuple[str, str, str]]
) -> None:
    held = {(duty, level) for duty, level, _ in duties}
    for rule in catalogue:
        helpers = rule["helpers"].split("|") if rule["helpers"] else []
        assert rule["lead"] not in helpers, rule
        assert len(set(helpers)) == len(helpers), rule
        for target in [rule["lead"], *helpers]:
            match = DUTY.fullmatch(target)
            assert match or target in departments, rule
            assert match is None or match.groups() in held, rule
        lead = DUTY.fullmatch(rule["lead"])
        assert lead is None or (lead[1], "city") in held, f"no city fallback: {rule}"
        assert lead is None or lead[2] != "street", f"not to the grass roots: {rule}"


def test_every_category_finds_a_plain_rule(
    catalogue: list[Row], categories: dict[str, Row]
) -> None:
    plain = {
        rule["category"]
        for rule in catalogue
        if not any(rule[key] for key in ("area", "kind", "urgency", "words", "effective_to"))
    }
    for code, category in categories.items():
        if category["level"] in {"1", "2"}:
            assert code in plain, f"{code} {category['name']} has no rule of its own"
        else:
            assert code in plain or category["parent"] in plain, code


@pytest.mark.parametrize(
    ("category", "duty"),
    [
        ("010206", "gongjiao"),
        ("010208", "reli"),
        ("010212", "zhujian"),
        ("010213", "ranqi"),
        ("010214", "chengguan"),
        ("010215", "gongdian"),
        ("010216", "gongshui"),
        ("010901", "gongjijin"),
        ("010910", "ziran"),
        ("0202", "huanbao"),
        ("0905", "jiaojing"),
        ("15", "jiwei"),
    ],
)
def test_known_duties_are_led_by_whom_they_belong_to(
    catalogue: list[Row], departments: dict[str, Row], category: str, duty: str
) -> None:
    leads = [
        rule["lead"]
        for rule in catalogue
        if rule["category"] == category
        and not any(rule[key] for key in ("area", "kind", "urgency", "words", "times"))
    ]
    assert len(leads) == 1
    match = DUTY.fullmatch(leads[0])
    assert (match[1] if match else departments[leads[0]]["duty"]) == duty


def test_gas_and_night_work_reach_the_right_unit_by_word(
    catalogue: list[Row], departments: dict[str, Row]
) -> None:
    gas = [r for r in catalogue if r["urgency"] == "critical" and "煤气味" in r["words"].split("|")]
    assert [departments[rule["lead"]]["duty"] for rule in gas] == ["ranqi"]
    helping = {departments[h]["duty"] for h in gas[0]["helpers"].split("|") if h in departments}
    assert {"xiaofang", "yingji"} <= helping
    night = [r for r in catalogue if "夜间施工" in r["words"].split("|")]
    assert {"01", "02", "0202", "020203"} <= {rule["category"] for rule in night}
    assert {rule["lead"] for rule in night} == {"duty:chengguan@district"}


def test_knowledge_entries_point_to_categories_and_owners(
    categories: dict[str, Row], departments: dict[str, Row]
) -> None:
    entries = by(rows(CITY / "knowledge.csv"), "id")
    assert len(entries) >= 65
    by(list(entries.values()), "title")
    for entry in entries.values():
        assert entry["category"] in categories, entry
        assert entry["department_code"] in departments, entry
        assert 60 <= len(entry["answer"]) <= 200, (entry["id"], len(entry["answer"]))
        assert all(entry["keywords"].split("|")), entry
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", entry["valid_until"]), entry


def test_notice_texts_are_short_and_use_known_fields() -> None:
    templates = toml("templates.toml")["templates"]
    assert set(templates) >= TEMPLATES
    for key, template in templates.items():
        assert set(template) == {"text"}, key
        text = template["text"]
        assert len(text) <= 140, key
        fields = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        assert fields <= FIELDS, (key, fields - FIELDS)
        if key != "one_time_code" and not key.startswith(("digest_", "topic_")):
            assert "ticket_no" in fields, key
    assert "{link}" in templates["replied_rate"]["text"]
    assert "{reason}" in templates["declined_citizen"]["text"]


def test_reasons_carry_the_fifteen_refusals_returns_and_transfers() -> None:
    reasons = toml("reasons.toml")
    assert {"decline", "decline_advice", "return", "transfer"} < set(reasons)
    assert len(reasons["decline"]) == 15
    assert set(reasons["decline_advice"]) == set(reasons["decline"])
    labels = set(reasons["return"].values())
    assert {"职责不符", "属地不符", "权属不清", "重复工单"} <= labels
    assert {"110", "119", "120", "122", "petition", "discipline", "province", "court"} <= set(
        reasons["transfer"]
    )
    for code, target in reasons["transfer"].items():
        assert set(target) == {"label", "where"}, code
        assert all(target.values()), code
