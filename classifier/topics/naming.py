"""A topic's name by its telling words (热点命名): the place first, then the matter."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from classifier.likeness.places import numbered_places
from classifier.reading.cleaning import fold
from classifier.reading.persons import persons_in
from classifier.topics.keys import MATTER, manner_words, rarity, runs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_PHRASES, MOST_WORDS, LONGEST = 4, 8, 12
LONGEST_RUN, LONGEST_PLACE = 6, 8
"""Words a phrase is made of: 伊/景园/滨河/苑."""
SHARE, FEWEST = 0.25, 2
"""A phrase of the name stands in so many of the titles."""
SWALLOWED = 0.7
"""A phrase is left out for a longer one that has so much of its titles."""
_PLACE = re.compile(
    r"[路街巷道里弄镇乡村屯组园苑城府湾庭居庄厦场站院校桥塘库湖河港]$|小区|社区|公园|中心$|学校|大道"
)


@dataclass(frozen=True, slots=True)
class Naming:
    """A topic's name, its place alone (may be empty), and its most telling words."""

    title: str
    place: str
    words: tuple[str, ...]


def name_topic(titles: Sequence[str], profile: Mapping[str, float]) -> Naming:
    """Name a topic by phrases its titles share, by the words of its profile where they share none.

    What stands in one title only, or in the texts alone, names nothing, and names of persons and
    numbers never get in: what many read must not point at one caller.
    """
    persons = frozenset(chain.from_iterable(persons_in(title) for title in titles))
    words = [w for w in _words(profile, persons) if sum(w in title for title in titles) >= FEWEST]
    phrases = _phrases([runs_of(title) for title in titles], persons)
    numbered = _numbered(titles)
    picked = _apart([*numbered, *(phrases or words)])[:MOST_PHRASES]
    places = [phrase for phrase in picked if phrase in numbered or _is_place(phrase)]
    named = [*places[:2], *(phrase for phrase in picked if phrase not in places)]
    named = _apart([*named, *_matters(profile)])[:MOST_PHRASES]
    return Naming(" ".join(named), places[0] if places else "", tuple(words[:MOST_WORDS]))


def _is_place(phrase: str) -> bool:
    """Whether it is a name alone: a whole sentence may end in 人行道 too."""
    return len(phrase) <= LONGEST_PLACE and _PLACE.search(phrase) is not None


def _numbered(titles: Sequence[str]) -> list[str]:
    """912路 and 3号线, where enough titles name one."""
    counted = Counter(chain.from_iterable(set(numbered_places(fold(t))) for t in titles))
    least = max(FEWEST, SHARE * len(titles))
    return [place for place, count in counted.most_common(2) if count >= least]


def _matters(profile: Mapping[str, float]) -> list[str]:
    """What its titles speak of, however worded, the most often named first."""
    known = [key for key in profile if key.startswith(MATTER)]
    return [key.removeprefix(MATTER) for key in sorted(known, key=lambda k: (-profile[k], k))][:2]


def _words(profile: Mapping[str, float], persons: frozenset[str]) -> list[str]:
    """The strongest keys, none that lies inside a stronger one."""
    words = (key for key in profile if not key.startswith(MATTER))
    ranked = sorted(words, key=lambda key: (-profile[key], key))
    return _apart(key for key in ranked if _may_name(key, persons))


def _apart(phrases: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for phrase in phrases:
        if not any(_overlap(phrase, other) for other in kept):
            kept.append(phrase)
    return kept


def _overlap(one: str, other: str) -> bool:
    """Whether two phrases share half of the shorter one, or three characters in a row."""
    least = min(3, (min(len(one), len(other)) + 1) // 2)
    return any(one[i : i + least] in other for i in range(len(one) - least + 1))


def _may_name(key: str, persons: frozenset[str]) -> bool:
    return key not in manner_words() and not any(person in key for person in persons)


def _phrases(titles: Sequence[Sequence[Sequence[str]]], persons: frozenset[str]) -> list[str]:
    """Runs of words that many titles have, the most telling first."""
    counted: Counter[tuple[str, ...]] = Counter()
    for parts in titles:
        counted.update({run for words in parts for run in _runs(words, persons)})
    least = max(FEWEST, SHARE * len(titles))
    common = {run: count for run, count in counted.items() if count >= least}
    kept = [run for run in common if not _is_swallowed(run, common)]
    kept.sort(key=lambda run: (-common[run] * sum(rarity(word) for word in run), run))
    return ["".join(run) for run in kept]


def _runs(words: Sequence[str], persons: frozenset[str]) -> Iterable[tuple[str, ...]]:
    """Runs of neighbouring words that may stand in a name; none reaches over the end of a place."""
    for first, word in enumerate(words):
        if len(word) == 1 and _PLACE.search(word):
            continue  # 路公交, cut off from its number
        for last in range(first + 1, min(first + LONGEST_RUN, len(words)) + 1):
            run = tuple(words[first:last])
            if run[-1] in manner_words():
                break
            is_place = _PLACE.search(run[-1]) is not None
            is_whole = is_place or (persons.isdisjoint(run) and len(run[-1]) > 1)
            if is_whole and FEWEST <= len("".join(run)) <= LONGEST:
                yield run
            if is_place and not (last < len(words) and _PLACE.search(words[last])):
                break


def _is_swallowed(run: tuple[str, ...], common: Mapping[tuple[str, ...], int]) -> bool:
    phrase = "".join(run)
    return any(
        len(other) > len(run) and phrase in "".join(other) and count >= SWALLOWED * common[run]
        for other, count in common.items()
    )
