"""Companies and shops a text names (被诉企业): a proper name with a trade or a shop's word.

Public utilities and government units are not listed: the dispatch catalogue knows them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from classifier.understanding.names import longest_first, names_in, word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.understanding.names import Names

MOST = 4
_SHORTEST = 2


def companies(text: str) -> tuple[str, ...]:
    """Proper names of companies in a text, each once, in reading order, at most ``MOST``."""
    return tuple(dict.fromkeys(_named(names_in(text))))[:MOST]


def _named(names: Names) -> Iterator[str]:
    lists, plain, floor = _lists(), names.text, 0
    for match in lists.ends.finditer(plain):
        start = names.begin(match.start(), floor=floor)
        floor = match.end()
        proper, name = plain[start : match.start()], plain[start:floor]
        if len(proper) < _SHORTEST or lists.generic.match(proper) or lists.public.search(name):
            continue
        if lists.is_place.search(proper):  # 翠微家园物业 names the estate, not its manager
            continue
        yield name


@dataclass(frozen=True, slots=True)
class _Lists:
    """Endings of a company's name, and what makes it no company or no name."""

    ends: re.Pattern[str]
    generic: re.Pattern[str]
    public: re.Pattern[str]
    is_place: re.Pattern[str]


@cache
def _lists() -> _Lists:
    listed = word_list()["company"]
    trades, forms = longest_first(listed["trades"]).pattern, "|".join(listed["forms"])
    shops = longest_first(listed["shops"]).pattern
    estates = longest_first(word_list()["estate"]["ends"]).pattern
    return _Lists(
        re.compile(f"(?:{trades})*(?:{forms})|{shops}", re.IGNORECASE),
        re.compile(listed["generic"]),
        re.compile(listed["public"]),
        re.compile(f"(?:{estates})$"),
    )
