"""How alike two messages are (相似度): same matter at the same place, or merely the same words.

Use: take `fingerprint(title, text, address)` of each message once, keep its `pack()`, compare with
`likeness(unpack(stored), taken)`; from `SAME_MATTER` on it is the same matter at the same place.
`shared_words(taken, other)` says why, as long as one of the two was just taken from a text.
`index_keys(taken)` are a few numbers of which two prints of one matter share at least one.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from itertools import combinations
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from classifier.likeness.prints import Fingerprint, Weights

SAME_MATTER = 0.5
"""From here on two messages are of one matter: the threshold the weights below were fitted for."""
_SHORT = 24
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against one matter, each from 0 to 1.

    Differing matters and places count in short messages only: long ones speak of many.
    """

    words: float
    title: float
    characters: float
    matters: float
    places: float
    matter_and_place: float
    other_matter: float
    other_place: float


# Fitted on the tuning half of bench/samples (python -m bench.fit_likeness); the two last weigh
# heavier than fitted, for one sentence about another bus line or another trouble is another matter.
_WEIGHTS = Evidence(1.76, 2.34, 4.13, 1.31, 2.62, 2.48, -3.3, -4.5)
_BIAS = -4.67


def likeness(one: Fingerprint, other: Fingerprint) -> float:
    """Probability-like likeness of two prints, 0 to 1; `SAME_MATTER` and more: one matter."""
    said = zip(astuple(_WEIGHTS), astuple(evidence(one, other)), strict=True)
    return 1 / (1 + math.exp(-_BIAS - sum(weight * share for weight, share in said)))


def evidence(one: Fingerprint, other: Fingerprint) -> Evidence:
    """Weigh two prints against each other, part by part."""
    matters, places = cosine(one.matters, other.matters), cosine(one.places, other.places)
    shortness = max(0.0, 1 - min(len(one.words), len(other.words)) / _SHORT)
    return Evidence(
        words=cosine(one.words, other.words),
        title=cosine(one.title, other.title),
        characters=cosine(one.characters, other.characters),
        matters=matters,
        places=places,
        matter_and_place=matters * places,
        other_matter=shortness * _differ(one.matters, other.matters),
        other_place=shortness * _differ(one.places, other.places),
    )


def cosine(one: Weights, other: Weights) -> float:
    """Cosine of two sets of weights; 0 where one is empty."""
    few, many = sorted((one, other), key=len)
    shared = sum(value * many[key] for key, value in few.items() if key in many)
    return shared / math.sqrt(_square(one) * _square(other)) if shared else 0.0


def _square(weights: Weights) -> int:
    return sum(value * value for value in weights.values())


def _differ(one: Weights, other: Weights) -> bool:
    return bool(one) and bool(other) and one.keys().isdisjoint(other)


def shared_words(one: Fingerprint, other: Fingerprint) -> tuple[str, ...]:
    """Words that speak for one matter, places first, then matters, then the rarest words."""
    spelled = {**other.spelled, **one.spelled}
    found: dict[str, None] = {}
    for own, others in ((one.places, other.places), (one.matters, other.matters)):
        found |= dict.fromkeys(spelled[key] for key in own if key in others and key in spelled)
    for key in one.words:
        if key in other.words and key in spelled:
            found[spelled[key]] = None
    return tuple(found)[:_SHOWN]


def index_keys(taken: Fingerprint) -> tuple[int, ...]:
    """Numbers (31 bits) under which a print is filed; prints of one matter share some.

    Places with matters and rare words in pairs are selective; places and the rarest words alone
    catch what is worded in another way.
    """
    places, matters = list(taken.places)[:5], list(taken.matters)[:4]
    words, titles = list(taken.words)[:8], list(taken.title)[:4]
    pairs = [(place, matter) for place in places for matter in matters]
    pairs += [(min(pair), max(pair)) for pair in combinations(titles, 2)]
    pairs += [(min(pair), max(pair)) for pair in combinations(words[:5], 2)]
    singles = [(key, 0) for key in (*places, *words)]
    return tuple(dict.fromkeys(_key(pair) for pair in (*pairs, *singles)))


def _key(pair: tuple[int, int]) -> int:
    return crc32(pair[0].to_bytes(4, "little") + pair[1].to_bytes(4, "little")) & 0x7FFFFFFF
