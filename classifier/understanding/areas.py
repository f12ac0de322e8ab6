"""Which known area of the city a text names (所属区域): district or street, by its full name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.understanding.clauses import head, literal

if TYPE_CHECKING:
    from collections.abc import Iterable

# 高新区块链, 东湖区域, 东湖区间车: the name goes on, and then it is not that of the area.
_NOT_AN_AREA = r"(?![域块间别])"


@dataclass(frozen=True, slots=True)
class NamedArea:
    """The one area a text names, empty when there is none or more than one; and the names."""

    code: str = ""
    names: tuple[str, ...] = ()


class AreaBook:
    """Areas of a city by name; their codes after GB/T 2260, a part begins with its whole's."""

    def __init__(self, areas: Iterable[tuple[str, str]]) -> None:
        self._codes: dict[str, tuple[str, ...]] = {}
        for code, name in areas:
            if name:
                self._codes[name] = (*self._codes.get(name, ()), code)
        every = [code for codes in self._codes.values() for code in codes]
        # Who names the whole city has said nothing about where in it.
        self._whole = {code for code in every if all(_holds(code, other) for other in every)}
        self._pattern = self._expression()

    def named(self, text: str) -> NamedArea:
        """The smallest area that all named ones agree on: a street and its district are one.

        Two districts, or a street's name that two districts have, name no area.
        """
        if self._pattern is None:
            return NamedArea()
        names = tuple(dict.fromkeys(m.group() for m in self._pattern.finditer(head(text))))
        codes = {code for name in names for code in self._codes[name]} - self._whole
        sure = {self._codes[name][0] for name in names if len(self._codes[name]) == 1}
        for name in names:
            meant = self._codes[name]
            held = [c for c in meant if any(_holds(s, c) for s in sure - self._whole)]
            if len(meant) > 1 and held:
                codes -= set(meant) - set(held)
        smallest = [c for c in codes if not any(_holds(c, other) and c != other for other in codes)]
        return NamedArea(smallest[0] if len(smallest) == 1 else "", names)

    def _expression(self) -> re.Pattern[str] | None:
        if not self._codes:
            return None
        return re.compile(f"(?:{literal(self._codes).pattern}){_NOT_AN_AREA}")


def _holds(code: str, other: str) -> bool:
    """Whether the area of a code holds the other one, or is the same."""
    whole = code
    while len(whole) > 2 and whole.endswith("00"):  # noqa: PLR2004 - two digits per level
        whole = whole[:-2]
    return other.startswith(whole)
