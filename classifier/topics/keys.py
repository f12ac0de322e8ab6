"""What a message speaks of (关键词): words, neighbouring words, and matters however worded."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from classifier.likeness.matters import name_matters
from classifier.likeness.places import name_places, numbered_places
from classifier.likeness.rarity import weight
from classifier.reading.cleaning import clean, fold
from classifier.reading.segmenting import segment
from classifier.reading.word_lists import sections_of, unspoken_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

HEAD = 250
"""So many characters of the text are read: people say first what it is about."""
MOST = 60
"""Keys of one message; its weaker words tell nothing that the stronger do not."""
LONGEST = 12
IN_TITLE, IN_PAIR, IN_TEXT, REPEATED = 2.5, 1.3, 1.0, 1.5
PLACE, IN_PLACE = "@", 1.5
"""Before the name of a place: an estate, a road, a firm, a numbered line."""
MATTER, MATTER_TELLS = "~", 2.5
"""Before the name of a matter, which is no word of the text; and how much it tells."""
SHORTEST_PAIR, LONGEST_PAIR = 3, 6
YOUNG = 50
"""So many topics are taken for alive from the start, so that the first words are not all common."""

# Cities and districts of shared data are masked as A市, A7县; what follows is another word.
_MASKED_PLACE = re.compile(r"西地省|[A-Z]\d{0,2}[市区县州]")


def read_keys(title: str, text: str, address: str = "") -> dict[str, float]:
    """Keys of one message with their weight, the most telling first; the same for the same words.

    Words of the title and the address count more, neighbours in them are kept as a pair too, for
    the dictionary cuts the names of estates and shops in pieces.
    """
    emphasis: dict[str, float] = {}
    for line in (title, address):
        words = _words_of(line)
        emphasis |= {word: IN_TITLE for word in words if _tells(word)}
        emphasis |= {pair: IN_PAIR for pair in _pairs(words) if pair not in emphasis}
    head = text[:HEAD]
    for word, times in Counter(_words_of(head)).items():
        if _tells(word):
            emphasis.setdefault(word, REPEATED if times > 1 else IN_TEXT)
    named = [*name_places([*runs_of(title), *runs_of(address)]), *numbered_places(fold(title))]
    emphasis |= {PLACE + place: IN_PLACE for place in named}
    for matter in name_matters(_cleaned(title)):
        emphasis[MATTER + matter] = IN_TITLE
    ranked = sorted(emphasis, key=lambda key: (-emphasis[key] * rarity(key), key))
    return {key: emphasis[key] for key in ranked[:MOST]}


def rarities(keys: Iterable[str], held: Mapping[str, int], topics: int) -> dict[str, float]:
    """How much each key tells: in Chinese at large, or among the living topics, if that is less.

    ``held``: how many of the ``topics`` alive hold a key. A word that every second matter of this
    city has, its own name above all, tells them not apart, however rare it is elsewhere.
    """
    most = math.log(topics + YOUNG)
    return {k: max(0.0, min(rarity(k), most - math.log(held.get(k, 0) + 0.5))) for k in keys}


def rarity(key: str) -> float:
    """About 2 for an everyday word, up to `RAREST` for a name, and for two words side by side."""
    return MATTER_TELLS if key.startswith(MATTER) else weight(key)


def runs_of(line: str) -> list[list[str]]:
    """Words of a line, cut where a number, a mask or a mark stood between."""
    return [segment(part) for part in _cleaned(line).split()]


def _cleaned(line: str) -> str:
    return clean(_MASKED_PLACE.sub(" ", line))


def _words_of(line: str) -> list[str]:
    return list(chain.from_iterable(runs_of(line)))


@cache
def manner_words() -> frozenset[str]:
    """Words for how something is asked or who asks; half the city asks alike for other things."""
    return unspoken_words() | frozenset(sections_of("topic_words.txt")["manner"])


def _tells(word: str) -> bool:
    return len(word) <= LONGEST and weight(word) > 0 and word not in manner_words()


def _pairs(words: Sequence[str]) -> Iterator[str]:
    for one, other in pairwise(words):
        is_name = SHORTEST_PAIR <= len(one) + len(other) <= LONGEST_PAIR
        if is_name and one not in manner_words() and other not in manner_words():
            yield one + other
