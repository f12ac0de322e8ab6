"""Area codes are hierarchical by prefix; units are found by duty and place."""

from __future__ import annotations

import pytest

from routing import Directory, Level, Unit

DIRECTORY = Directory(
    [
        Unit("C2", "市局二", "chengguan", Level.CITY, "990000"),
        Unit("C1", "市局一", "chengguan", Level.CITY, "990000"),
    ],
    {"990000": "示范市", "990101": "东湖区"},
)


@pytest.mark.parametrize(
    ("area", "places"),
    [
        ("990101001", {"street": "990101001", "district": "990101", "city": "990000"}),
        ("990101001007", {"street": "990101001", "district": "990101", "city": "990000"}),
        ("990101", {"district": "990101", "city": "990000"}),
        ("990000", {"city": "990000"}),
        ("", {"city": "990000"}),
        ("110101", {"district": "110101"}),
        ("99", {"city": "990000"}),
        ("x", {}),
    ],
)
def test_an_area_lies_in_the_wider_ones(area: str, places: dict[str, str]) -> None:
    assert DIRECTORY.places(area) == places


def test_with_two_cities_the_nearer_prefix_counts_and_nothing_is_guessed() -> None:
    two = Directory([], {"430000": "某省", "430100": "甲市", "430200": "乙市"})
    assert two.places("430102001")[Level.CITY] == "430100"
    assert two.places("430300")[Level.CITY] == "430000"
    assert two.places("") == {}
    assert two.located("") == ""


def test_units_are_found_by_code_and_by_duty_the_lower_code_first() -> None:
    found = DIRECTORY.units_for("chengguan", Level.CITY, "990000")[0]
    assert found is not None
    assert found.code == "C1"
    assert DIRECTORY.unit("C2") is not None
    assert DIRECTORY.unit("C3") is None
    assert (DIRECTORY.area_name("990101"), DIRECTORY.area_name("")) == ("东湖区", "全市")
