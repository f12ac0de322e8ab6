"""Cleaning of citizens' words (文本清洗): mask what is private or local, fold 繁體, keep words."""

from __future__ import annotations

import re
from functools import cache

from classifier.reading.word_lists import lines_of

# Longer texts tell no more about their category, and a bound keeps one suggestion fast.
READ_AT_MOST = 4_000

# Full-width ASCII (Ａ, １, ！) lies this far above its plain form.
_WIDE, _WIDE_BY = range(0xFF01, 0xFF5F), 0xFEE0

_ADDRESS = r"https?://[!-~]+|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]+"
_PHONE = r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}"
# Places are masked in shared data as A7县, B市 or 西地省: they say where, never what.
_PLACE = r"西地省|[A-Z]\d{0,2}(?=[市区县州])|[A-Z]\d{1,2}"
_MASKED = re.compile(f"{_ADDRESS}|{_PHONE}|{_PLACE}")
_NEITHER_HAN_NOR_LATIN = re.compile(r"[^\u4e00-\u9fffa-z]+")


@cache
def traditional_table() -> dict[int, str]:
    """Traditional characters (code points) and their simplified form."""
    return {ord(pair[0]): pair[1] for line in lines_of("traditional.txt") for pair in line.split()}


@cache
def _folding_table() -> dict[int, str]:
    """Traditional characters and full-width letters with what they are read as."""
    return {wide: chr(wide - _WIDE_BY) for wide in _WIDE} | traditional_table()


def fold(text: str) -> str:
    """Text in simplified characters and plain letters, digits and all, no longer than is read."""
    return text[:READ_AT_MOST].translate(_folding_table())


def clean(text: str) -> str:
    """Words of a text as lower-case Latin and simplified Han runs parted by single blanks."""
    folded = _MASKED.sub(" ", fold(text))
    return _NEITHER_HAN_NOR_LATIN.sub(" ", folded.lower()).strip()


def count_traditional(text: str) -> int:
    """How many characters of a text occur in traditional writing only."""
    return len(_traditional().findall(text))


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, traditional_table()))}]")
