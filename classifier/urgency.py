"""Danger words raise urgency (紧急程度) at once: 特急 for life, 紧急 for water, power, gas, heat.

Levels after the municipal rules in domain.md (一般 / 紧急 / 特急); words lie in `dangers.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from classifier.reading.cleaning import traditional_table

if TYPE_CHECKING:
    from collections.abc import Iterator

Level: TypeAlias = Literal["normal", "urgent", "critical"]

_CLAUSE_END = re.compile(r"[，,。.；;！!？?：:\n]+")
_BLANKS = re.compile(r"[ \t\u3000]+")
# How far a word of prevention or of drill can stand from the danger word it takes back.
_CONTEXT = 18


@dataclass(frozen=True, slots=True)
class Urgency:
    """How urgent a text is, the words that say so, and what to tell the citizen at once."""

    level: Level
    words: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class _Danger:
    """One kind of danger: its level, what it looks like and what helps."""

    level: Level
    pattern: re.Pattern[str]
    advice: str


@dataclass(frozen=True, slots=True)
class _DangerList:
    """All dangers, and the turns of phrase that take a danger word back."""

    dangers: tuple[_Danger, ...]
    harmless: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]


def urgency(text: str) -> Urgency:
    """Urgency of a text; the advice names the numbers to call and is empty when normal.

    A word in a turn of prevention, drill or figure of speech (防触电宣传, 跳楼价) does not count.
    """
    listed = _danger_list()
    found = {"critical": _Finding(), "urgent": _Finding()}
    for clause in _clauses(text):
        for danger in listed.dangers:
            for match in danger.pattern.finditer(clause):
                if not _taken_back(listed, clause, match):
                    found[danger.level].add(match.group(), danger.advice)
    levels: tuple[Level, Level] = ("critical", "urgent")
    for level in levels:
        if found[level].words:
            return Urgency(level, tuple(found[level].words), "".join(found[level].advice))
    return Urgency("normal", (), "")


class _Finding:
    """Words and advice found for one level, each once, in reading order."""

    def __init__(self) -> None:
        self.words: dict[str, None] = {}
        self.advice: dict[str, None] = {}

    def add(self, word: str, advice: str) -> None:
        self.words[word] = None
        self.advice[advice] = None


def _clauses(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", text).translate(traditional_table())
    for clause in _CLAUSE_END.split(_BLANKS.sub("", folded)):
        if clause:
            yield clause


def _taken_back(listed: _DangerList, clause: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    if any(h.start() < end and start < h.end() for h in listed.harmless.finditer(clause)):
        return True
    return bool(
        listed.before.search(clause[max(0, start - _CONTEXT) : start])
        or listed.after.search(clause[end : end + _CONTEXT])
    )


@cache
def _danger_list() -> _DangerList:
    source = files("classifier").joinpath("data", "dangers.toml").read_text(encoding="utf-8")
    listed: dict[str, Any] = tomllib.loads(source)
    return _DangerList(
        tuple(
            _Danger(entry["level"], _any_of(entry["words"]), entry["advice"])
            for entry in listed["danger"]
        ),
        _any_of(listed["harmless"]),
        _any_of(listed["before"]),
        _any_of(listed["after"]),
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
