"""The dispatch catalogue (派单目录): rules indexed by category and area, so few need be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from routing.areas import prefix_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from routing.rules import Facts, Rule, Specificity


class Match(NamedTuple):
    """A rule that holds for the facts, and how closely."""

    rule: Rule
    fit: Specificity


class Catalogue:
    """Rules at one moment; immutable. Make it once and route many demands through it."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._shelves: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.rules:
            self._shelves.setdefault((rule.category, prefix_of(rule.area)), []).append(rule)
        self._category_digits = sorted({len(category) for category, _ in self._shelves})
        self._area_digits = sorted({len(area) for _, area in self._shelves})

    def covering(self, category: str, area: str) -> list[Rule]:
        """Rules whose category and area contain the given ones, whatever else they demand."""
        found: list[Rule] = []
        for digits in self._category_digits:
            if digits > len(category):
                break
            for area_digits in self._area_digits:
                if area_digits > len(area):
                    break
                found += self._shelves.get((category[:digits], area[:area_digits]), ())
        return found

    def matches(self, facts: Facts, area: str) -> list[Match]:
        """Rules that hold, the most specific first, the lower rule id first among equals."""
        on: date = facts.on
        found = [
            Match(rule, fit)
            for rule in self.covering(facts.category, area)
            if (fit := rule.fit(facts, on)) is not None
        ]
        found.sort(key=lambda match: match.rule.id)
        found.sort(key=lambda match: match.fit, reverse=True)
        return found
