"""Clauses of a text (分句), and word lists whose words a turn of phrase can take back (词表)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from classifier.reading.cleaning import READ_AT_MOST, traditional_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CLAUSE_END = re.compile(r"[，,。.；;！!？?：:\n]+")
_BLANKS = re.compile(r"[ \t\u3000]+")
# How far a word of prevention or of drill can stand from the word it takes back.
_CONTEXT = 18


@lru_cache(maxsize=4)
def folded(text: str) -> str:
    """The text without blanks, half-width and simplified, as all word lists are written."""
    plain = unicodedata.normalize("NFKC", text).translate(traditional_table())
    return _BLANKS.sub("", plain)


@lru_cache(maxsize=4)
def head(text: str) -> str:
    """The folded beginning of a text: who asks where and against whom says it early."""
    return folded(text)[:READ_AT_MOST]


@lru_cache(maxsize=4)
def clauses(text: str) -> tuple[str, ...]:
    """Clauses of a text, folded; kept, because several lists read the same text in turn."""
    return tuple(clause for clause in _CLAUSE_END.split(folded(text)) if clause)


@dataclass(frozen=True, slots=True)
class TakeBacks:
    """Turns of phrase that take a word back: around it, before it, after it (反证)."""

    around: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]

    @classmethod
    def of(cls, section: dict[str, Any]) -> TakeBacks:
        """Take the lists ``harmless``, ``before`` and ``after`` of a section."""
        return cls(*(any_of(section[key]) for key in ("harmless", "before", "after")))

    def take_back(self, clause: str, match: re.Match[str]) -> bool:
        """Whether the clause says that what the word names is not so."""
        start, end = match.span()
        if any(h.start() < end and start < h.end() for h in self.around.finditer(clause)):
            return True
        return bool(
            self.before.search(clause[max(0, start - _CONTEXT) : start])
            or self.after.search(clause[end : end + _CONTEXT])
        )


def spoken(
    pattern: re.Pattern[str], take_backs: TakeBacks, said: Iterable[str]
) -> Iterator[re.Match[str]]:
    """What a list finds in the clauses and no turn of phrase takes back."""
    for clause in said:
        for match in pattern.finditer(clause):
            if not take_backs.take_back(clause, match):
                yield match


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One expression for all; of none, one that is found nowhere."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")


def literal(words: Iterable[str]) -> re.Pattern[str]:
    """One expression for plain words, the longest first where one begins another."""
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))))


def toml_of(name: str) -> dict[str, Any]:
    """A word list `classifier/data/<name>` as it is written."""
    source = files("classifier").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(source)
