"""Near-copies among messages (近似重复): so that no fold is asked what another fold was told."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHINGLE = 4
SKETCH = 12
CROWD = 60
SAME, INSIDE = 0.5, 0.8


def near_copies(texts: Sequence[tuple[str, str]]) -> NDArray[np.int64]:
    """One number for all messages that share half of their 4-character shingles.

    Or of which one holds 80 % of the other. Only messages that share one of their twelve
    smallest hashes are compared.
    """
    shingles = [_shingles(re.sub(r"[\W_]+", "", text)) for _, text in texts]
    known: dict[int, list[int]] = defaultdict(list)
    for row, own in enumerate(shingles):
        for key in sorted(own)[:SKETCH]:
            known[key].append(row)
    pairs = {pair for rows in known.values() if len(rows) < CROWD for pair in combinations(rows, 2)}
    leader = list(range(len(texts)))
    for one, other in sorted(pairs):
        if _alike(shingles[one], shingles[other]):
            low, high = sorted((_find(leader, one), _find(leader, other)))
            leader[high] = low
    return np.array([_find(leader, row) for row in range(len(texts))], dtype=np.int64)


def _shingles(letters: str) -> frozenset[int]:
    starts = range(max(1, len(letters) - SHINGLE + 1))
    return frozenset(crc32(letters[i : i + SHINGLE].encode()) for i in starts)


def _alike(one: frozenset[int], other: frozenset[int]) -> bool:
    shared = len(one & other)
    return shared >= SAME * len(one | other) or shared >= INSIDE * min(len(one), len(other))


def _find(leader: list[int], row: int) -> int:
    while leader[row] != row:
        leader[row] = leader[leader[row]]
        row = leader[row]
    return row
