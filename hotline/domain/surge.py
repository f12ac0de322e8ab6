"""When a topic grows faster than its own past explains (热点预警): the tail of a distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.domain.terms import Term

if TYPE_CHECKING:
    from collections.abc import Sequence


class SurgeLevel(Term):
    """How urgent a warning is, the mildest first."""

    WATCH = "watch", "关注"
    WARN = "warn", "预警"
    ALARM = "alarm", "紧急预警"


@dataclass(frozen=True, kw_only=True, slots=True)
class SurgeBound:
    """From where a level holds: a tail this small, and so many contacts and callers at least."""

    level: SurgeLevel
    tail: float
    contacts: int
    callers: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SurgeRules:
    """What a surge is measured by.

    ``days``: what counts as now. ``prior_rate``: contacts a day of a topic without a past, as sure
    as ``prior_days`` of watching would make one.
    """

    days: int
    prior_rate: float
    prior_days: float
    bounds: Sequence[SurgeBound]


@dataclass(frozen=True, kw_only=True, slots=True)
class Surge:
    """What was found: contacts now, how many the past explains, how likely so many are by chance.

    ``level``: the highest one whose bound holds, None where none does.
    """

    contacts: int
    callers: int
    expected: float
    tail: float
    level: SurgeLevel | None


def surge(
    contacts: int, callers: int, *, before: int, days_before: float, rules: SurgeRules
) -> Surge:
    """Judge the contacts of the last days against ``before`` contacts in the days before them.

    The past gives the rate as a gamma distribution, so the number to come is negative binomial;
    the tail is the probability of at least as many contacts as there were.
    """
    shape = rules.prior_rate * rules.prior_days + before
    watched = rules.prior_days + days_before
    tail = _tail(contacts, shape, watched / (watched + rules.days))
    reached = [
        bound.level
        for bound in rules.bounds
        if tail <= bound.tail and contacts >= bound.contacts and callers >= bound.callers
    ]
    order = list(SurgeLevel)
    return Surge(
        contacts=contacts,
        callers=callers,
        expected=shape / watched * rules.days,
        tail=tail,
        level=max(reached, key=order.index, default=None),
    )


def _tail(count: int, shape: float, success: float) -> float:
    """P(N ≥ count) of a negative binomial with that shape and probability of success.

    Summed from ``count`` upwards: one minus the rest would lose what is small.
    """
    if count <= 0:
        return 1.0
    log_term = (
        math.lgamma(shape + count)
        - math.lgamma(shape)
        - math.lgamma(count + 1)
        + shape * math.log(success)
        + count * math.log1p(-success)
    )
    total, term, number = 0.0, math.exp(log_term), count
    while term > 0 and (number < shape + count or term > total * 1e-12):
        total += term
        term *= (shape + number) / (number + 1) * (1 - success)
        number += 1
    return min(1.0, total)
