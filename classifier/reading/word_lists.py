"""Word lists shipped with the package (词表): read once, comments and empty lines dropped."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

# Words of one character say little to a reader, though they count.
READABLE = 2


@cache
def lines_of(name: str) -> tuple[str, ...]:
    """Lines of `classifier/data/<name>` without comments (#) and empty lines."""
    text = files("classifier").joinpath("data", name).read_text(encoding="utf-8")
    stripped = (line.strip() for line in text.splitlines())
    return tuple(line for line in stripped if line and not line.startswith("#"))


@cache
def sections_of(name: str) -> dict[str, tuple[str, ...]]:
    """Words of a list by its `[section]` headings; words are parted by blanks."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines_of(name):
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], [])
        else:
            current.extend(line.split())
    return {heading: tuple(words) for heading, words in sections.items()}


@cache
def unspoken_words() -> frozenset[str]:
    """Words of grammar, courtesy and impatience: they count, but no matter is told by them."""
    return frozenset(word for line in lines_of("stopwords.txt") for word in line.split())


def is_telling(word: str) -> bool:
    """Whether a word may be shown as a reason, and is one."""
    return len(word) >= READABLE and word not in unspoken_words()
