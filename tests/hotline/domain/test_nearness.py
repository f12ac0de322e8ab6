"""Nearness (同一地点): place and age raise or lower what the words say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.nearness import Spot, adjusted, metres

HERE = Spot("990101001", "湖滨路 18 号", 116.397, 39.908)
NEXT_DOOR = Spot("990101001", "湖滨路 20 号", 116.399, 39.909)
ACROSS = Spot("990103002", "望江路 1 号", 116.45, 39.95)
DAY = timedelta(days=1)
degrees = st.floats(-80, 80)


def test_distance_on_the_sphere() -> None:
    assert metres(HERE, NEXT_DOOR) == pytest.approx(204, abs=5)
    assert metres(HERE, HERE) == 0
    assert metres(HERE, Spot("990101001")) is None


def test_near_raises_and_far_lowers() -> None:
    near, why = adjusted(0.5, HERE, NEXT_DOOR, names_place=True, age=DAY)
    assert near > 0.7
    assert why == ("相距 204 米",)
    far, why = adjusted(0.5, HERE, ACROSS, names_place=True, age=DAY)
    assert far < 0.1
    assert "公里" in why[0]


def test_the_same_address_is_the_same_place_without_points() -> None:
    one = Spot("990101001", "湖滨路 18 号")
    score, why = adjusted(0.5, one, one, names_place=False, age=DAY)
    assert score > 0.7
    assert why == ("地址相同",)


def test_words_alone_are_one_matter_in_every_house() -> None:
    nowhere = Spot()
    assert adjusted(0.9, nowhere, nowhere, names_place=False, age=DAY)[0] < 0.5
    assert adjusted(0.9, nowhere, nowhere, names_place=True, age=DAY)[0] == pytest.approx(0.9)


def test_another_district_is_another_place() -> None:
    one, other = Spot("990101001"), Spot("990102001")
    score, why = adjusted(0.8, one, other, names_place=True, age=DAY)
    assert score < 0.5
    assert why == ("不在同一区",)
    assert adjusted(0.8, one, Spot("990101"), names_place=True, age=DAY)[0] == pytest.approx(0.8)
    assert adjusted(0.8, one, one, names_place=True, age=DAY)[0] > 0.8


def test_what_lies_for_months_is_less_likely_it() -> None:
    old = adjusted(0.6, HERE, HERE, names_place=True, age=timedelta(days=90))[0]
    assert old < adjusted(0.6, HERE, HERE, names_place=True, age=DAY)[0]


@given(st.floats(0, 1), degrees, degrees, degrees, degrees)
def test_a_likeness_stays_one(score: float, a: float, b: float, c: float, d: float) -> None:
    one, other = Spot(lon=a, lat=b), Spot(lon=c, lat=d)
    found, _ = adjusted(score, one, other, names_place=True, age=DAY)
    assert 0 <= found <= 1
    assert metres(one, other) == pytest.approx(metres(other, one))
