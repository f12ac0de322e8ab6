"""Personal names in a text (人名): found to be left out where many read what one person wrote."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PERSON = "nr"
"""How jieba's dictionary and its guesses mark a person's name, with what follows it or without."""


def persons_in(text: str) -> frozenset[str]:
    """Words of a cleaned text that the dictionary takes for names of persons."""
    return frozenset(word for word, kind in _tagger()(text) if kind.startswith(PERSON))


@cache
def _tagger() -> Callable[[str], Iterable[tuple[str, str]]]:
    try:
        import rjieba  # noqa: PLC0415  # optional: no wheel on some machines
    except ImportError:
        from jieba import posseg  # noqa: PLC0415  # slow to load, and only the fallback's

        return lambda text: [(pair.word, pair.flag) for pair in posseg.lcut(text)]
    tag: Callable[[str], Iterable[tuple[str, str]]] = rjieba.tag
    return tag
