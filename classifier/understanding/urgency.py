"""Danger words raise urgency (紧急程度) at once: 特急 for life, 紧急 for water, power, gas, heat.

Levels after the municipal rules in domain.md (一般 / 紧急 / 特急); words lie in `dangers.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from classifier.understanding.clauses import TakeBacks, any_of, clauses, spoken, toml_of

if TYPE_CHECKING:
    import re

Level: TypeAlias = Literal["normal", "urgent", "critical"]


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
    take_backs: TakeBacks


def urgency(text: str) -> Urgency:
    """Urgency of a text; the advice names the numbers to call and is empty when normal.

    A word in a turn of prevention, drill or figure of speech (防触电宣传, 跳楼价) does not count.
    """
    listed = _danger_list()
    found = {"critical": _Finding(), "urgent": _Finding()}
    for clause in clauses(text):
        for danger in listed.dangers:
            for match in spoken(danger.pattern, listed.take_backs, (clause,)):
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


@cache
def _danger_list() -> _DangerList:
    listed = toml_of("dangers.toml")
    return _DangerList(
        tuple(
            _Danger(entry["level"], any_of(entry["words"]), entry["advice"])
            for entry in listed["danger"]
        ),
        TakeBacks.of(listed),
    )
