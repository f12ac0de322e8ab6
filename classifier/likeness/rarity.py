"""How much a word tells (词的分量): rare words name the matter, everyday words do not."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files

from classifier.reading.word_lists import lines_of, sections_of

# Counts of jieba's general dictionary add up to this; half the logarithm, because it was counted
# in books and papers, not in complaints.
_COUNTED = 60_101_967
_RARE_COUNT = 50
_FEWEST_LETTERS = 2
RAREST = 8.2
"""Weight of a word that no dictionary and no everyday list knows, most often a name."""


def weight(word: str) -> float:
    """How much a word tells: 0 for empty words, 2 for everyday ones, up to `RAREST` for names."""
    if len(word) < _FEWEST_LETTERS or word in empty_words():
        return 0.0
    return _known_weights().get(word, RAREST)


@cache
def empty_words() -> frozenset[str]:
    """Words that say nothing of a matter: particles and courtesies."""
    return frozenset(word for line in lines_of("stopwords.txt") for word in line.split())


@cache
def _known_weights() -> dict[str, float]:
    """Weights of the words met often enough to be less than a name.

    The dictionary is read as a file: loading jieba itself takes two seconds and 100 MB.
    """
    known: dict[str, float] = {}
    for line in files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ")
        if int(count) >= _RARE_COUNT and len(word) >= _FEWEST_LETTERS:
            known[word] = math.log(_COUNTED / int(count)) / 2
    for heading, words in sections_of("everyday_words.txt").items():
        for word in words:
            known[word] = min(float(heading), known.get(word, RAREST))
    return known
