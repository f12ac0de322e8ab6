"""The print of a message (诉求指纹): telling words, places and matters, small to store."""

from __future__ import annotations

import math
import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

from classifier.likeness.matters import name_matters
from classifier.likeness.places import name_places, numbered_places
from classifier.likeness.rarity import weight
from classifier.reading.cleaning import clean, fold
from classifier.reading.segmenting import segment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The first sentences say what it is about; later ones tell the story, and would drown it.
READ_AT_MOST = 600
_WORDS, _TITLE_WORDS, _CHARACTERS, _MATTERS, _PLACES = 40, 20, 60, 6, 8
_IN_TITLE = 1.5
_PER_UNIT = 10
_HEAVIEST = 255
_VERSION = 1
_HEAD = struct.Struct("<6B")

Weights = dict[int, int]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What one message says, as hashes with their weight in tenths; the same in every process.

    `spelled` gives the words of the hashes while the text is at hand; it is not stored.
    """

    words: Weights
    title: Weights
    characters: Weights
    matters: Weights
    places: Weights
    spelled: Mapping[int, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def parts(self) -> tuple[Weights, ...]:
        """The five parts in the order they are stored."""
        return (self.words, self.title, self.characters, self.matters, self.places)

    def pack(self) -> bytes:
        """Bytes to store: 6 and five for each of the hashes, about 300 for a usual message."""
        flat = [item for part in self.parts for pair in part.items() for item in pair]
        body = struct.pack("<" + "IB" * (len(flat) // 2), *flat)
        return _HEAD.pack(_VERSION, *map(len, self.parts)) + body


def unpack(stored: bytes) -> Fingerprint:
    """Fingerprint of stored bytes; raises ValueError for bytes of another version or length."""
    if len(stored) < _HEAD.size or stored[0] != _VERSION:
        raise ValueError("not a fingerprint of this version")
    _, *sizes = _HEAD.unpack_from(stored)
    body = stored[_HEAD.size :]
    if len(body) != sum(sizes) * 5:
        raise ValueError("a fingerprint cut short")
    pairs = struct.iter_unpack("<IB", body)
    parts = [dict(next(pairs) for _ in range(size)) for size in sizes]
    return Fingerprint(*parts)


def fingerprint(title: str, text: str, address: str = "") -> Fingerprint:
    """Take the print of a message; any part may be empty.

    Places as data masks them (A7县) say nothing here: only what the citizen wrote is read.
    """
    heads = (clean(title), clean(text)[:READ_AT_MOST], clean(address))
    title_runs, text_runs, address_runs = (_runs(head) for head in heads)
    title_words = [word for run in title_runs for word in run]
    words = _telling([word for run in (*title_runs, *text_runs, *address_runs) for word in run])
    numbered = numbered_places(fold(f"{title} {text[:READ_AT_MOST]} {address}"))
    parts = {
        "words": _heaviest(words, _WORDS),
        "title": _heaviest({word: weight(word) for word in title_words}, _TITLE_WORDS),
        "characters": _heaviest(_spread(_heaviest(words, _WORDS)), _CHARACTERS),
        "matters": _heaviest(_named(name_matters(heads[1]), name_matters(heads[0])), _MATTERS),
        "places": _heaviest(
            {
                **_named(name_places((*text_runs, *address_runs)), name_places(title_runs)),
                **_named(numbered, numbered),
            },
            _PLACES,
        ),
    }
    spelled = {_hash(word): word for part in parts.values() for word in part}
    hashed = {name: _hashed(part) for name, part in parts.items()}
    return Fingerprint(**hashed, spelled=spelled)


def _runs(cleaned: str) -> list[list[str]]:
    """Words run by run: no name reaches over a comma or a number.

    A street lamp stands in a street: 中山路路灯 is cut wrongly as one run.
    """
    return [segment(run) for run in cleaned.replace("路路灯", "路 路灯").split()]


def _telling(words: Sequence[str]) -> dict[str, float]:
    counts = Counter(words)
    return {word: weight(word) * (1 + math.log(count)) for word, count in counts.items()}


def _spread(words: Mapping[str, int]) -> dict[str, float]:
    """Weights of words on their characters, so that 拥堵 and 堵车 meet."""
    spread: Counter[str] = Counter()
    for word, value in words.items():
        for character in word:
            spread[character] += value / len(word) / _PER_UNIT  # type: ignore[assignment]
    return dict(spread)


def _named(told: Counter[str], headed: Counter[str]) -> dict[str, float]:
    """Weights of names: once for being told, more for being told often and in the title."""
    return {
        name: 1 + math.log(max(1, told[name] + headed[name])) + (_IN_TITLE if headed[name] else 0)
        for name in told | headed
    }


def _heaviest(weights: Mapping[str, float], most: int) -> dict[str, int]:
    """The heaviest few, in tenths; equal ones by spelling, so that no order of words counts."""
    told = {word: min(_HEAVIEST, round(value * _PER_UNIT)) for word, value in weights.items()}
    first = sorted(told.items(), key=lambda item: (-item[1], item[0]))[:most]
    return {word: value for word, value in first if value}


def _hashed(part: Mapping[str, int]) -> Weights:
    return {_hash(word): value for word, value in part.items()}


def _hash(word: str) -> int:
    return crc32(word.encode())
