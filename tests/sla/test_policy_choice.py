"""Of all rules that hold for a ticket the most specific is chosen, and there is only one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.errors import ProfileError
from sla.limits import Limit, Unit
from sla.policy import CHANNELS, KINDS, URGENCIES, Case, Clock, PolicyRule, Profile
from sla.profile_files import load_profile

DAY = date(2026, 3, 2)
TWO_HOURS = Limit(2, Unit.WORKING_HOURS)


def rule(**conditions: Any) -> PolicyRule:
    whole = {"id": "r", "clock": Clock.SIGN, "limit": TWO_HOURS, "source": "甲市规定", **conditions}
    return PolicyRule(**whole)


def profile(*rules: PolicyRule) -> Profile:
    return Profile(name="甲市", version="1", effective_from=date(2026, 1, 1), rules=rules)


STREET_CASE = Case(
    kind="help",
    urgency="urgent",
    round_no=2,
    category="020203",
    area="990101001",
    department="C03",
    channel="phone",
)

LADDER = [
    # each step is more specific than all before it
    {},
    {"kinds": frozenset({"help"})},
    {"channels": frozenset({"phone"})},
    {"channels": frozenset({"phone"}), "kinds": frozenset({"help"})},
    {"areas": ("99",)},
    {"areas": ("990101",)},
    {"areas": ("990101001",)},
    {"categories": ("02",)},
    {"categories": ("0202",), "areas": ("99",)},
    {"categories": ("020203",)},
    {"departments": frozenset({"C03"})},
    {"urgencies": frozenset({"urgent"})},
    {"urgencies": frozenset({"urgent"}), "kinds": frozenset({"help"})},
    {"min_round": 2},
    {"min_round": 2, "kinds": frozenset({"help"})},
]


@pytest.mark.parametrize("height", range(len(LADDER)))
def test_the_more_specific_rule_wins(height: int) -> None:
    rules = [rule(id=str(step), **LADDER[step]) for step in range(height + 1)]
    assert profile(*reversed(rules)).rule("sign", STREET_CASE, on=DAY).id == str(height)


@pytest.mark.parametrize(
    ("conditions", "change", "holds"),
    [
        ({"categories": ("0202",)}, {"category": "020299"}, True),
        ({"categories": ("0202",)}, {"category": "02"}, False),  # only known to be 02
        ({"categories": ("0202", "0301")}, {"category": "030101"}, True),
        ({"categories": ("0202",)}, {"category": ""}, False),
        ({"areas": ("990101",)}, {"area": "990101"}, True),
        ({"areas": ("990101",)}, {"area": "990102001"}, False),
        ({"departments": frozenset({"C03"})}, {"department": "C04"}, False),
        ({"channels": frozenset({"web", "app"})}, {"channel": "app"}, True),
        ({"channels": frozenset({"web", "app"})}, {"channel": "sms"}, False),
        ({"kinds": frozenset({"consult"})}, {"kind": "praise"}, False),
        ({"urgencies": frozenset({"critical"})}, {"urgency": "critical"}, True),
        ({"min_round": 3}, {"round_no": 2}, False),
    ],
)
def test_which_tickets_a_rule_speaks_about(
    conditions: dict[str, Any], change: dict[str, Any], *, holds: bool
) -> None:
    assert rule(**conditions).holds_for(replace(STREET_CASE, **change), DAY) is holds


@pytest.mark.parametrize(
    ("on", "amount"),
    [("2026-04-30", 2), ("2026-05-01", 1), ("2026-09-30", 1), ("2026-10-01", 2)],
)
def test_a_summer_rule_holds_in_summer_both_ends_included(on: str, amount: int) -> None:
    summer = rule(
        id="summer",
        kinds=frozenset(KINDS),
        limit=Limit(1, Unit.WORKING_HOURS),
        effective_from=date(2026, 5, 1),
        effective_to=date(2026, 9, 30),
    )
    found = profile(rule(), summer).rule("sign", STREET_CASE, on=date.fromisoformat(on))
    assert found.limit.amount == amount


@pytest.mark.parametrize(
    ("one", "other", "rivals"),
    [
        ({}, {}, True),
        ({}, {"clock": Clock.CONTACT}, False),
        ({"kinds": {"help", "praise"}}, {"kinds": {"praise"}}, True),
        ({"kinds": {"help"}}, {"kinds": {"praise"}}, False),
        ({"kinds": {"help"}}, {"channels": {"web"}}, False),  # the channel is the earlier word
        ({"categories": ("0202",)}, {"categories": ("0203", "0202")}, True),
        ({"categories": ("0202",)}, {"categories": ("0203",)}, False),
        ({"categories": ("0202",)}, {"categories": ("02",)}, False),  # the deeper one wins
        ({"areas": ("990101",)}, {"areas": ("990102",)}, False),
        ({"departments": {"C03"}}, {"departments": {"C03"}, "kinds": {"help"}}, False),
        ({"effective_to": DAY}, {"effective_from": DAY}, True),
        ({"effective_to": date(2026, 3, 1)}, {"effective_from": DAY}, False),
    ],
)
def test_rivals_hold_for_one_ticket_on_one_day(
    one: dict[str, Any], other: dict[str, Any], *, rivals: bool
) -> None:
    first, second = (
        rule(**{key: frozenset(v) if isinstance(v, set) else v for key, v in fields.items()})
        for fields in (one, other)
    )
    assert first.rivals(second) is rivals
    assert second.rivals(first) is rivals


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "joke"}, "诉求类型.*joke"),
        ({"urgency": "soon"}, "紧急程度.*soon"),
        ({"round_no": 0}, "轮次"),
    ],
)
def test_a_case_that_does_not_exist_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        Case(**{"kind": "help", "urgency": "normal", **change})


def test_what_no_rule_times_is_refused() -> None:
    with pytest.raises(ProfileError, match=r"计时.*lunch"):
        load_profile().rule("lunch", STREET_CASE, on=DAY)
    with pytest.raises(ProfileError, match="没有 2026-03-02 适用的签收时限"):
        profile(rule(kinds=frozenset({"praise"}))).rule("sign", STREET_CASE, on=DAY)


CODES = st.sampled_from(["02", "03", "0202", "0203", "020203"])
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))
RULES = st.builds(
    rule,
    kinds=st.frozensets(st.sampled_from(KINDS), max_size=2),
    urgencies=st.frozensets(st.sampled_from(URGENCIES), max_size=2),
    channels=st.frozensets(st.sampled_from(CHANNELS), max_size=2),
    departments=st.frozensets(st.sampled_from(["C03", "C04"]), max_size=2),
    categories=st.just(()) | CODES.map(lambda code: (code,)),
    areas=st.sampled_from([(), ("99",), ("990101", "990102")]),
    min_round=st.integers(1, 2),
    effective_from=DAYS,
)
CASES = st.builds(
    Case,
    kind=st.sampled_from(KINDS),
    urgency=st.sampled_from(URGENCIES),
    round_no=st.integers(1, 3),
    category=st.sampled_from(["", "0202", "020203", "030101"]),
    area=st.sampled_from(["", "990101001", "990103"]),
    department=st.sampled_from(["", "C03"]),
    channel=st.sampled_from(["", *CHANNELS]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(RULES, max_size=12), CASES, st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_without_rivals_the_choice_is_the_only_one(
    drawn: list[PolicyRule], case: Case, on: date
) -> None:
    rules = [rule(id="all")]
    for one in drawn:
        if not any(one.rivals(other) for other in rules):
            rules.append(one)
    fitting = [one for one in rules if one.holds_for(case, on)]
    heaviest = max(one.weight for one in fitting)
    winners = [one for one in fitting if one.weight == heaviest]
    assert len(winners) == 1
    assert profile(*rules).rule("sign", case, on=on) is winners[0]
    assert profile(*reversed(rules)).rule("sign", case, on=on) is winners[0]
