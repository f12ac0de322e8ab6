"""A profile written down is the same profile when it is read again, as TOML and as JSON."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.errors import ProfileError
from sla.limits import Limit, Unit
from sla.policy import CHANNELS, KINDS, URGENCIES, Clock, PolicyRule, Profile
from sla.profile_files import load_profile, parse_profile, profile_names
from sla.profile_terms import PAUSES, ExtensionTerms, HangingTerms, RedoTerms, ReturnTerms
from sla.profiles.reading import profile_from
from sla.profiles.writing import profile_document, profile_toml


@pytest.mark.parametrize("city", profile_names())
def test_a_city_is_written_and_read_again(city: str) -> None:
    profile = load_profile(city)
    document = json.loads(json.dumps(profile_document(profile)))
    assert profile_from(document, origin="库") == profile
    assert parse_profile(profile_toml(profile), origin="甲") == profile
    assert pickle.loads(pickle.dumps(profile)) == profile  # noqa: S301 - our own bytes


def test_a_document_says_only_what_the_profile_says() -> None:
    document = profile_document(load_profile("山东"))
    rules = {rule["id"]: rule for rule in document["rule"]}
    assert rules["handle"] == {
        "id": "handle",
        "clock": "handle",
        "amount": 5,
        "unit": "working_days",
        "source": rules["handle"]["source"],
    }
    assert rules["handle-complaint"]["statutory"] == {"amount": 15, "unit": "working_days"}
    assert document["effective_from"] == "2025-07-01"
    assert document["pauses"]["stages"] == ["supplementing", "hung"]


def test_terms_left_out_are_ours() -> None:
    document = profile_document(load_profile("山东"))
    for part in ("extension", "hanging", "returns", "redo", "pauses"):
        del document[part]
    profile = profile_from(document, origin="库")
    assert (profile.extension, profile.hanging) == (ExtensionTerms(), HangingTerms())
    assert (profile.returns, profile.redo) == (ReturnTerms(), RedoTerms())
    assert profile.pauses == {"supplementing", "hung"}
    assert "本系统默认" in profile.pauses_source


def test_mistakes_of_a_json_document_have_no_line() -> None:
    document = profile_document(load_profile())
    document["rule"][2] |= {"amount": 0, "effective_from": "soon"}
    with pytest.raises(ProfileError) as caught:
        profile_from(document, origin="库中第 3 版")
    places = [(problem.line, problem.column) for problem in caught.value.problems]
    assert set(places) == {(None, None)}
    assert str(caught.value).startswith(
        "库中第 3 版 第 3 条规则（sign）：字段 effective_from 须为日期"
    )


LIMITS = st.builds(
    Limit, st.integers(1, 300), st.sampled_from([u for u in Unit if u != Unit.NEXT_WORKDAY_END])
) | st.just(Limit(1, Unit.NEXT_WORKDAY_END))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
DAYS = st.dates(date(2000, 1, 1), date(2200, 12, 31))
CODES = st.sampled_from([(), ("02",), ("0202", "0301")])


@st.composite
def rules(draw: st.DrawFn) -> PolicyRule:
    """A rule with some conditions and a shape that is allowed."""
    limit = draw(LIMITS)
    has_statutory = draw(st.booleans())
    return PolicyRule(
        id=draw(TEXTS),
        clock=draw(st.sampled_from(Clock)),
        limit=limit,
        source=draw(TEXTS),
        statutory=limit if has_statutory else None,
        statutory_source=draw(TEXTS) if has_statutory else "",
        kinds=draw(st.frozensets(st.sampled_from(KINDS))),
        urgencies=draw(st.frozensets(st.sampled_from(URGENCIES))),
        categories=draw(CODES),
        areas=draw(CODES),
        departments=draw(st.frozensets(st.sampled_from(["C03", "S-07", "东湖"]))),
        channels=draw(st.frozensets(st.sampled_from(CHANNELS))),
        min_round=draw(st.integers(2, 9)),
        effective_from=draw(st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))),
        effective_to=draw(st.none() | st.dates(date(2100, 1, 1), date(2200, 12, 31))),
    )


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """The default profile with some more rules and terms of its own."""
    first, second = draw(st.integers(0, 10)), draw(st.integers(0, 10))
    extension = ExtensionTerms(
        first_max=first,
        second_max=second,
        total_max=draw(st.integers(max(first, second), first + second)),
        ask_before=draw(st.none() | LIMITS),
        source=draw(TEXTS),
    )
    kept = list(load_profile().rules)
    for rule in draw(st.lists(rules(), max_size=6)):
        if not any(rule.rivals(other) or rule.id == other.id for other in kept):
            kept.append(rule)
    return replace(
        load_profile(),
        name=draw(TEXTS),
        version=draw(TEXTS),
        effective_from=draw(DAYS),
        rules=tuple(kept),
        extension=extension,
        returns=ReturnTerms(max_returns=draw(st.integers(0, 9)), within=draw(LIMITS)),
        pauses=draw(st.frozensets(st.sampled_from(PAUSES))),
        pauses_source=draw(TEXTS),
    )


@settings(max_examples=60, deadline=None)
@given(profiles())
def test_any_profile_is_written_and_read_again(profile: Profile) -> None:
    document: dict[str, Any] = profile_document(profile)
    assert profile_from(json.loads(json.dumps(document)), origin="库") == profile
    assert profile_document(parse_profile(profile_toml(profile), origin="甲")) == document
