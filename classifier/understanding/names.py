"""Names that end in a telling word (名称): where a name begins, and whether it is one at all."""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from classifier.reading.segmenting import tag
from classifier.understanding.clauses import any_of, head, toml_of

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 9
_NOT_OF_A_NAME = r"[^0-9A-Za-z\u4e00-\u9fff]"
# What stands before a name and not in it, by the first letter of jieba's tags: adverb, preposition,
# pronoun, conjunction, particle, numeral, measure, time, verb, a place beside something.
_BESIDE_A_NAME = frozenset("dprcumtqyoevf")
_PROPER = ("nr", "ns", "nt", "nz", "ng", "x", "eng")


class Names:
    """The names of one text; its words are cut and tagged once, and only when one is asked for."""

    def __init__(self, text: str) -> None:
        self.text = head(text)

    def begin(self, end: int, *, floor: int = 0) -> int:
        """Where the name that goes on at ``end`` begins; ``end`` itself when nothing stands there.

        ``floor``: no name reaches back over this place, for what lies before belongs to another.
        What no break ends within ``LONGEST`` characters is a sentence and no name.
        """
        begin = max(floor, end - LONGEST)
        broken = _last_break().match(self.text, begin, end)
        if broken:
            begin = broken.end()
        elif begin != floor:
            begin = end
        return self._after_the_last_beside(begin, end)

    def is_common(self, begin: int, ending: int, end: int) -> bool:
        """Whether the ending belongs to a word that names nothing (绕路, 进村, 矿山, 出路)."""
        for place in range(begin, ending):
            word_end, kind = self._words.get(place, (0, ""))
            if word_end == end:
                return not kind.startswith(_PROPER)
        return False

    def _after_the_last_beside(self, begin: int, end: int) -> int:
        """Behind the last word that stands beside names; 创业 and 建设 are names of streets too."""
        for place in range(end - 1, begin - 1, -1):
            word_end, kind = self._words.get(place, (0, ""))
            is_beside = kind[:1] in _BESIDE_A_NAME and kind not in _PROPER
            if kind and is_beside and word_end <= end and self.text[place:word_end] not in _keeps():
                return word_end
        return begin

    @cached_property
    def _words(self) -> dict[int, tuple[int, str]]:
        """End and tag of each word by where it begins."""
        words: dict[int, tuple[int, str]] = {}
        place = 0
        for word, kind in tag(self.text):
            words[place] = (place + len(word), kind)
            place += len(word)
        return words


@lru_cache(maxsize=4)
def names_in(text: str) -> Names:
    """The names of a text; kept, because places and companies are looked for in turn."""
    return Names(text)


@cache
def _last_break() -> re.Pattern[str]:
    breaks = "|".join(f"(?:{one})" for one in (_NOT_OF_A_NAME, *word_list()["breaks"]))
    return re.compile(f".*(?:{breaks})", re.DOTALL)


@cache
def _keeps() -> frozenset[str]:
    return frozenset(word_list()["keeps"])


@cache
def word_list() -> dict[str, Any]:
    """The list of names' endings and limits, `data/place_words.toml`."""
    return toml_of("place_words.toml")


def longest_first(endings: Iterable[str]) -> re.Pattern[str]:
    """One expression for endings; of two that begin alike the longer one is tried first."""
    return any_of(sorted(endings, key=len, reverse=True))
