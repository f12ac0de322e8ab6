"""热度与预警: every part from 0 to 1, the sum is what is shown, the tail is what it says."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.heat import HeatFacts, HeatPart, heat
from hotline.domain.surge import SurgeLevel, surge
from hotline.domain.topic_rules import topic_rules

QUIET = HeatFacts(
    contacts=0, callers=0, expected=0.0, hours=10_000.0, urgent=0.0, bad=0.0, repeated=0.0
)
RULES = topic_rules()
shares = st.floats(0, 1)
facts = st.builds(
    HeatFacts,
    contacts=st.integers(0, 10_000),
    callers=st.integers(0, 10_000),
    expected=st.floats(0, 10_000),
    hours=st.floats(-1, 100_000),
    urgent=shares,
    bad=shares,
    repeated=shares,
)


@given(facts)
def test_parts_are_shares_and_the_sum_is_the_heat(said: HeatFacts) -> None:
    found = heat(said, RULES.heat)
    assert all(0 <= term.value <= 1 for term in found.terms)
    assert math.isclose(found.score, sum(term.points for term in found.terms))
    assert 0 <= found.score <= 100 + 1e-9


def test_nothing_is_cold_and_everything_is_a_hundred() -> None:
    assert heat(QUIET, RULES.heat).score < 0.001
    full = HeatFacts(
        contacts=10**9, callers=10**6, expected=0.0, hours=0.0, urgent=1.0, bad=0.0, repeated=0.0
    )
    assert math.isclose(heat(full, RULES.heat).score, 100, rel_tol=1e-6)


@pytest.mark.parametrize(
    ("part", "warmer"),
    [
        (HeatPart.CONTACTS, {"contacts": 5}),
        (HeatPart.CALLERS, {"callers": 5}),
        (HeatPart.FRESHNESS, {"hours": 1.0}),
        (HeatPart.SEVERITY, {"bad": 0.5}),
        (HeatPart.SEVERITY, {"urgent": 0.5}),
        (HeatPart.SEVERITY, {"repeated": 0.5}),
    ],
)
def test_each_part_warms(part: HeatPart, warmer: dict[str, float]) -> None:
    terms = {term.part: term.value for term in heat(replace(QUIET, **warmer), RULES.heat).terms}  # type: ignore[arg-type]
    before = {term.part: term.value for term in heat(QUIET, RULES.heat).terms}
    assert terms[part] > before[part]


def test_growth_is_measured_against_the_own_past() -> None:
    def growth(contacts: int, expected: float) -> float:
        said = replace(QUIET, contacts=contacts, expected=expected)
        return next(t.value for t in heat(said, RULES.heat).terms if t.part is HeatPart.GROWTH)

    assert growth(10, 10) == 0
    assert growth(5, 10) == 0
    assert growth(30, 10) == pytest.approx(20 / 45)
    assert growth(5, 0) == 0.5
    assert growth(95, 0) == 0.95


def level(contacts: int, callers: int, before: int) -> SurgeLevel | None:
    return surge(contacts, callers, before=before, days_before=27, rules=RULES.surge).level


def test_a_new_crowd_is_a_surge_and_a_steady_one_is_not() -> None:
    assert level(4, 4, 0) is None
    assert level(6, 6, 0) is SurgeLevel.WATCH
    assert level(12, 8, 0) is SurgeLevel.WARN
    assert level(25, 20, 0) is SurgeLevel.ALARM
    assert level(12, 12, 108) is None
    assert level(25, 1, 0) is None


@given(st.integers(0, 60), st.integers(0, 300), st.floats(0, 27))
def test_the_tail_is_the_sum_of_what_is_as_much_or_more(
    count: int, before: int, days: float
) -> None:
    found = surge(count, 0, before=before, days_before=days, rules=RULES.surge)
    shape = RULES.surge.prior_rate * RULES.surge.prior_days + before
    chance = (RULES.surge.prior_days + days) / (RULES.surge.prior_days + days + RULES.surge.days)

    def mass(number: int) -> float:
        ways = math.lgamma(shape + number) - math.lgamma(shape) - math.lgamma(number + 1)
        return math.exp(ways + shape * math.log(chance) + number * math.log1p(-chance))

    assert math.isclose(found.tail, 1 - sum(map(mass, range(count))), abs_tol=1e-9)
    fewer = surge(max(0, count - 1), 0, before=before, days_before=days, rules=RULES.surge)
    assert found.tail <= fewer.tail + 1e-9
