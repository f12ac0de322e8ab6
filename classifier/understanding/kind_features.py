"""What the kind of a demand is read from: characters, edges and telling words (类型特征).

Signs are plain strings: one to three characters that stand together, how the text begins and ends,
and ``R:`` with a section of `kinds.txt` for each telling word. A sign counts once.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from classifier.reading.word_lists import sections_of
from classifier.understanding.clauses import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

# The kind is told at the beginning and at the end; a middle of any length says what happened.
HEAD, TAIL = 500, 300
LONGEST_WORD = 4
_LONGEST_GRAM = 3
_BEGINNING, _END = 3, 2
_RULE = "R:"
_ASKS = f"{_RULE}asks"
_NEITHER_HAN_NOR_LATIN = re.compile(r"[^\u4e00-\u9fffa-z？！]+")


def readable(text: str) -> str:
    """Beginning and end of a text as the model reads it: folded, runs parted by one blank."""
    plain = folded(text)
    if len(plain) > HEAD + TAIL:
        plain = f"{plain[:HEAD]} {plain[-TAIL:]}"
    marked = plain.lower().replace("?", "？").replace("!", "！")
    return _NEITHER_HAN_NOR_LATIN.sub(" ", marked).strip()


def signs_of(text: str) -> set[str]:
    """Collect the signs of a readable text; empty when it holds no letter."""
    signs = set(_grams(text))
    words = _telling_words()
    for sign in tuple(signs):
        signs.update(words.get(sign, ()))
    for start in range(len(text) - _LONGEST_GRAM):
        signs.update(words.get(text[start : start + LONGEST_WORD], ()))
    bare = text.strip("？！ ")
    if not bare:
        return set()
    signs.update((f"^{bare[:_END]}", f"^{bare[:_BEGINNING]}", f"{bare[-_END:]}$"))
    if text.endswith("？"):
        signs.add(_ASKS)
    return signs


def _grams(text: str) -> Iterator[str]:
    for run in text.split():
        for length in range(1, _LONGEST_GRAM + 1):
            for start in range(len(run) - length + 1):
                yield run[start : start + length]


def is_telling(sign: str) -> bool:
    """Whether a sign stands for a telling word, or for the question the text ends in."""
    return sign.startswith(_RULE)


def telling(text: str, kind: str) -> tuple[str, ...]:
    """Telling words of a kind that stand in a readable text, strong ones first."""
    sections = sections_of("kinds.txt")
    found = [w for s in ("strong", "weak") for w in sections[f"{kind} {s}"] if w in text]
    return tuple(word for word in found if not any(word in o for o in found if o != word))


@cache
def _telling_words() -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for section, listed in sections_of("kinds.txt").items():
        for word in listed:
            words[word] = (*words.get(word, ()), f"{_RULE}{section}")
    return words
