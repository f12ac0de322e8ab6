"""Words of a crowd in the making and of threats (群体苗头、极端言行); they lie in `alarms.toml`.

A crowd: people act, or are about to act, together. Many who suffer the same are none yet. A
threat: violence against people or things, or against oneself as pressure. To petition, to sue or
to call the press is everybody's right (信访条例) and no threat.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from classifier.understanding.clauses import (
    TakeBacks,
    any_of,
    clauses,
    literal,
    spoken,
    toml_of,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Alarms:
    """The words that speak of a crowd and of a threat, each once; empty when nothing does."""

    crowd: tuple[str, ...] = ()
    threat: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _List:
    """What a clause must hold to be worth reading, the words, and what takes them back."""

    signs: re.Pattern[str]
    words: re.Pattern[str]
    take_backs: TakeBacks

    def found(self, said: Iterable[str]) -> tuple[str, ...]:
        """The words that are spoken in the clauses, each once."""
        worth = [clause for clause in said if self.signs.search(clause)]
        matches = spoken(self.words, self.take_backs, worth)
        return tuple(dict.fromkeys(match.group() for match in matches))


def alarms(text: str) -> Alarms:
    """Crowd and threat words of a text; figures of speech and prevention do not count."""
    said, lists = clauses(text), _lists()
    return Alarms(crowd=lists["crowd"].found(said), threat=lists["threat"].found(said))


@cache
def _lists() -> dict[str, _List]:
    return {
        name: _List(literal(section["signs"]), any_of(section["words"]), TakeBacks.of(section))
        for name, section in toml_of("alarms.toml").items()
    }
