"""Names of places in a text (地点词): estates, roads, schools, firms, numbered lines."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from classifier.likeness.rarity import weight
from classifier.reading.word_lists import sections_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NUMBERED = re.compile(r"(\d{1,4}) ?(路|号线|国道|省道)(?!\d)")
_LONGEST_ENDING = 3
_ROADS = frozenset({"路", "街", "大道", "巷"})
"""Streets are named after everyday words too: 人民 路, 解放 路."""


def name_places(runs: Sequence[Sequence[str]]) -> Counter[str]:
    """Count the names in runs of words: 锦绣 for 锦绣 苑 小区, 中山路 for itself."""
    return Counter(name for run in runs for name in _names(run))


def numbered_places(folded: str) -> Counter[str]:
    """Count the numbered roads and lines of a text with plain digits: 912路, 3号线."""
    return Counter(number + kind for number, kind in _NUMBERED.findall(folded))


def _names(words: Sequence[str]) -> Iterator[str]:
    endings, dropped = _endings(), sections_of("place_endings.txt")["dropped"]
    for before, word in zip(("", *words), words, strict=False):
        if word in endings:
            if _can_be_a_name(before):
                yield before
            elif word in _ROADS and len(before) > 1 and before not in _nobody():
                yield before + word
        elif _tail(word) in endings and weight(word):
            tail = _tail(word)
            yield word[: -len(tail)] if tail in dropped else word


def _tail(word: str) -> str:
    """Find the ending a longer word has: 路 in 中山路; empty for one too short to hold a name."""
    for length in range(_LONGEST_ENDING, 0, -1):
        if len(word) >= length + 2 and word[-length:] in _endings():
            return word[-length:]
    return ""


def _can_be_a_name(word: str) -> bool:
    return weight(word) > 0 and word not in _endings() and word not in _nobody()


@cache
def _nobody() -> frozenset[str]:
    return frozenset(sections_of("place_endings.txt")["nobody"])


@cache
def _endings() -> frozenset[str]:
    return frozenset(sections_of("place_endings.txt")["ending"])
