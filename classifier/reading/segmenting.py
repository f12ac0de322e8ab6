"""Cutting Chinese into words (分词): jieba is the reference, rjieba its equal, faster twin."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from classifier.reading.word_lists import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# High enough that a domain word is never cut in pieces, low enough not to swallow neighbours.
DOMAIN_WORD_FREQUENCY = 2_000


def domain_words() -> tuple[str, ...]:
    """Words of the hotline's trade that the general dictionary would cut in pieces."""
    return tuple(word for line in lines_of("domain_words.txt") for word in line.split())


@cache
def reference_cutter() -> Callable[[str], list[str]]:
    """Cutter of jieba itself (2 s to load), used where rjieba has no wheel."""
    import jieba  # noqa: PLC0415  # two seconds that only the fallback should cost

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    for word in domain_words():
        tokenizer.add_word(word, DOMAIN_WORD_FREQUENCY, "n")
    cut: Callable[[str], list[str]] = tokenizer.lcut
    return cut


@cache
def fast_cutter() -> Callable[[str], list[str]]:
    """Cutter of rjieba, or the reference where it is not installed."""
    try:
        import rjieba  # noqa: PLC0415  # optional: no wheel on some machines
    except ImportError:
        return reference_cutter()
    for word in domain_words():  # its own cutter: a second one would hold the dictionary twice
        rjieba.add_word(word, DOMAIN_WORD_FREQUENCY, "n")
    cut: Callable[[str], list[str]] = rjieba.cut
    return cut


def segment(cleaned: str) -> list[str]:
    """Words of a text that went through `clean`, in order, without blanks."""
    return [word for word in fast_cutter()(cleaned) if word != " "]


@cache
def _tagger() -> Callable[[str], Iterable[tuple[str, str]]]:
    """Tagger of rjieba, or the reference's words with the tags of its own dictionary."""
    fast_cutter()  # knows the words of the trade from here on
    try:
        import rjieba  # noqa: PLC0415  # optional: no wheel on some machines
    except ImportError:
        from jieba import posseg  # noqa: PLC0415  # its dictionary is large

        tags: dict[str, str] = posseg.POSTokenizer().word_tag_tab
        return lambda text: ((word, tags.get(word, "x")) for word in reference_cutter()(text))
    tagged: Callable[[str], Iterable[tuple[str, str]]] = rjieba.tag
    return tagged


def tag(text: str) -> Iterable[tuple[str, str]]:
    """Words of a text in order, nothing left out, each with its part of speech (n, v, ns, …)."""
    return _tagger()(text)
