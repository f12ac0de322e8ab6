"""How much a word tells (词的分量): rare words name the matter, everyday words do not."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zlib import adler32, crc32

import numpy as np

from classifier.reading.word_lists import READABLE, is_telling, sections_of

# Counts of jieba's general dictionary add up to this; half the logarithm, because it was counted
# in books and papers, not in complaints.
_COUNTED = 60_101_967
_RARE_COUNT = 50
RAREST = 8.2
"""Weight of a word that no dictionary and no everyday list knows, most often a name."""


def weight(word: str) -> float:
    """How much a word tells: 0 for empty words, 2 for everyday ones, up to `RAREST` for names."""
    if not is_telling(word):
        return 0.0
    return _known_weights().of(word)


@cache
def _known_weights() -> _Weights:
    """Weights of the words met often enough to be less than a name.

    The dictionary is read as a file: loading jieba itself takes two seconds and 100 MB.
    """
    keys, values = array("Q"), array("f")
    with files("jieba").joinpath("dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, _ = line.split(" ")
            if int(count) >= _RARE_COUNT and len(word) >= READABLE:
                keys.append(_key(word))
                values.append(math.log(_COUNTED / int(count)) / 2)
    order = np.argsort(np.frombuffer(keys, dtype=np.uint64))
    everyday = {
        word: float(heading)
        for heading, words in sections_of("everyday_words.txt").items()
        for word in words
    }
    return _Weights(
        array("Q", np.frombuffer(keys, dtype=np.uint64)[order].tobytes()),
        array("f", np.frombuffer(values, dtype=np.float32)[order].tobytes()),
        everyday,
    )


@dataclass(frozen=True, slots=True)
class _Weights:
    """Sorted keys with their weights: a tenth of the memory of a dictionary, in every worker."""

    keys: array[int]
    values: array[float]
    everyday: dict[str, float]

    def of(self, word: str) -> float:
        key = _key(word)
        place = bisect_left(self.keys, key)
        is_known = place < len(self.keys) and self.keys[place] == key
        return min(self.values[place] if is_known else RAREST, self.everyday.get(word, RAREST))


def _key(word: str) -> int:
    """64 bits of a word: two of a hundred thousand words are never taken for each other."""
    letters = word.encode()
    return crc32(letters) << 32 | adler32(letters)
