"""The heat of a topic (热度): one formula of six parts, each from 0 to 1, weights as data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.domain.terms import Term

if TYPE_CHECKING:
    from collections.abc import Mapping

FULL = 100


class HeatPart(Term):
    """What makes a topic hot."""

    CONTACTS = "contacts", "诉求件数"
    CALLERS = "callers", "反映人数"
    GROWTH = "growth", "增长"
    FRESHNESS = "freshness", "新近"
    SEVERITY = "severity", "严重程度"


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatFacts:
    """What was counted of a topic.

    ``contacts``, ``callers``: in the days that count; ``expected``: contacts that so many days
    would have had by the topic's own earlier rate; ``hours``: since the last contact; ``urgent``,
    ``bad``, ``repeated``: shares from 0 to 1 of urgent ones, of bad among its ratings, and of
    contacts by somebody who had called before.
    """

    contacts: int
    callers: int
    expected: float
    hours: float
    urgent: float
    bad: float
    repeated: float


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatRules:
    """Weights of the parts (whatever they add up to), and what counts as full or half.

    ``contacts_full``, ``callers_full``: so many are a full part; ``growth_half``: so many new ones
    without a past are half a growth; ``half_hours``: after so many hours without a contact the
    freshness is a half.
    """

    weights: Mapping[HeatPart, float]
    contacts_full: int
    callers_full: int
    growth_half: int
    half_hours: float


@dataclass(frozen=True, slots=True)
class HeatTerm:
    """One part: its value from 0 to 1, its weight, and the points out of 100 it gives."""

    part: HeatPart
    value: float
    weight: float
    points: float


@dataclass(frozen=True, slots=True)
class Heat:
    """The heat from 0 to 100 and the parts it is the sum of."""

    score: float
    terms: tuple[HeatTerm, ...]


def heat(facts: HeatFacts, rules: HeatRules) -> Heat:
    """热度 = 100 × Σ 权重 × 分项 ÷ Σ 权重; every part is shown with its number beside it."""
    values = {
        HeatPart.CONTACTS: _filled(facts.contacts, rules.contacts_full),
        HeatPart.CALLERS: _filled(facts.callers, rules.callers_full),
        HeatPart.GROWTH: _surplus(facts.contacts, facts.expected, rules.growth_half),
        HeatPart.FRESHNESS: 0.5 ** (max(0.0, facts.hours) / rules.half_hours),
        HeatPart.SEVERITY: 1 - (1 - facts.urgent) * (1 - facts.bad) * (1 - facts.repeated),
    }
    whole = sum(rules.weights.values())
    terms = tuple(
        HeatTerm(part, values[part], weight, FULL * weight * values[part] / whole)
        for part, weight in rules.weights.items()
    )
    return Heat(sum(term.points for term in terms), terms)


def _filled(count: int, full: int) -> float:
    """ln(1+n) ÷ ln(1+full), 1 at the most: the tenth caller counts less than the second."""
    return min(1.0, math.log1p(max(0, count)) / math.log1p(full))


def _surplus(count: int, expected: float, half: int) -> float:
    """(n − e) ÷ (n + e + half): 0 without growth; a few more are little growth yet."""
    return max(0.0, (count - expected) / (count + expected + half))
