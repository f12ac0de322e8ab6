"""Between several units of one duty in one area: on duty first, then the least loaded (择优)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from routing.directory import Unit


class Standing(NamedTuple):
    """How a unit stands at this moment: tickets in hand (在办), and whether anybody is there."""

    open_tickets: int = 0
    is_on_duty: bool = True


Weigh = Callable[[Sequence[str]], Mapping[str, Standing]]
"""Tells how the units of these codes stand; asked only where the catalogue names several."""


def choose(candidates: Sequence[Unit], weigh: Weigh | None) -> tuple[list[Unit], str]:
    """Put candidates in order, the one to take first, and say why in words.

    Without anybody who can weigh them the lower code goes first. One candidate needs no words.
    """
    if len(candidates) == 1:
        return list(candidates), ""
    count = len(candidates)
    if weigh is None:
        ordered = sorted(candidates, key=lambda unit: unit.code)
        return ordered, f"{count} 个单位职责相同，按单位编码先后取 {ordered[0].name}"
    found = weigh([unit.code for unit in candidates])
    stand = {unit.code: found.get(unit.code, Standing()) for unit in candidates}

    def rank(unit: Unit) -> tuple[bool, int, str]:
        one = stand[unit.code]
        return (not one.is_on_duty, one.open_tickets, unit.code)

    ordered = sorted(candidates, key=rank)
    told = "、".join(f"{unit.name}{_words(stand[unit.code])}" for unit in ordered)
    best, second = (rank(unit) for unit in ordered[:2])
    why = "在岗" if best[0] != second[0] else "在办较少" if best[1] != second[1] else "编码在前"
    return ordered, f"{count} 个单位职责相同（{told}），取{why}的 {ordered[0].name}"


def _words(standing: Standing) -> str:
    away = "" if standing.is_on_duty else "，不在办公时间"
    return f"在办 {standing.open_tickets} 件{away}"
