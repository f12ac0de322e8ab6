"""Whether what comes in changes: shares of categories against earlier ones (数据漂移、PSI)."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from hotline.domain.terms import Term

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANGED, CHANGED_MUCH = 0.1, 0.25
"""The usual marks of the population stability index."""
FEWEST = 50
"""Below so many tickets on either side a change cannot be told from chance."""


class Shift(Term):
    """What the index says in a word."""

    UNKNOWN = "unknown", "工单太少，看不出"
    STABLE = "stable", "稳定"
    CHANGED = "changed", "有变化"
    MUCH = "much", "明显变化"


@dataclass(frozen=True, slots=True)
class Stability:
    """The index, what chance alone would make of it, and the word for both."""

    index: float
    by_chance: float
    shift: Shift


def stability(now: Mapping[str, int], before: Mapping[str, int]) -> Stability:
    """Compare counts by group: PSI = Σ (本期占比 − 对照占比) × ln(本期占比 ÷ 对照占比).

    Half a ticket is added to each group, so that an empty one divides by nothing. With few tickets
    chance alone gives about (组数 − 1) × (1/本期件数 + 1/对照件数); below twice that it is called
    stable whatever the index.
    """
    groups = sorted(set(now) | set(before))
    here, there = sum(now.values()), sum(before.values())
    if min(here, there) < FEWEST:
        return Stability(0.0, 0.0, Shift.UNKNOWN)
    index = 0.0
    for group in groups:
        a = (now.get(group, 0) + 0.5) / (here + 0.5 * len(groups))
        b = (before.get(group, 0) + 0.5) / (there + 0.5 * len(groups))
        index += (a - b) * log(a / b)
    by_chance = (len(groups) - 1) * (1 / here + 1 / there)
    return Stability(index, by_chance, _word(index, by_chance))


def _word(index: float, by_chance: float) -> Shift:
    if index < CHANGED or index < 2 * by_chance:
        return Shift.STABLE
    return Shift.MUCH if index >= CHANGED_MUCH else Shift.CHANGED
