"""The units (承办单位) of a city and their areas, found by code or by duty and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing.areas import DISTRICT_DIGITS, STREET_DIGITS, Level, level_of, prefix_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that can handle tickets; `duty` is the same word for one trade on all levels.

    `successor`: the code of the unit an abolished one was merged into (撤并).
    """

    code: str
    name: str
    duty: str
    level: Level
    area_code: str
    parent: str | None = None
    successor: str | None = None


class Directory:
    """All units and areas at one moment; immutable, made once and shared.

    `areas` maps area codes to their Chinese names. `abolished` units handle nothing any more; the
    duty of one is its successor's where no other unit has it.
    """

    def __init__(
        self, units: Iterable[Unit], areas: Mapping[str, str], abolished: Iterable[Unit] = ()
    ) -> None:
        ordered = sorted(units, key=lambda unit: unit.code)
        self.areas = dict(areas)
        self.units = {unit.code: unit for unit in ordered}
        self.abolished = {unit.code: unit for unit in sorted(abolished, key=lambda u: u.code)}
        self._by_duty: dict[tuple[str, str, str], list[Unit]] = {}
        for unit in ordered:
            self._by_duty.setdefault((unit.duty, unit.level, unit.area_code), []).append(unit)
        self._inherited: dict[tuple[str, str, str], Unit] = {}
        for unit in self.abolished.values():
            slot = (unit.duty, unit.level, unit.area_code)
            heir = self.heir(unit.code)
            if heir and slot not in self._by_duty:
                self._inherited.setdefault(slot, heir)
        self._by_name = {unit.name: unit.code for unit in self.abolished.values()}
        self._by_name |= {unit.name: unit.code for unit in ordered}
        cities = {unit.area_code for unit in ordered if unit.level == Level.CITY}
        cities |= {code for code in areas if level_of(code) is Level.CITY}
        self._cities = frozenset(cities)

    def unit(self, code: str) -> Unit | None:
        """Give the unit of that code, if there is one."""
        return self.units.get(code)

    def named(self, word: str) -> Unit | None:
        """Give the unit of that code or name; for an abolished one, its heir."""
        code = word if word in self.units or word in self.abolished else self._by_name.get(word, "")
        return self.units.get(code) or self.heir(code)

    def heir(self, code: str) -> Unit | None:
        """Give the unit that an abolished one was merged into in the end; None in a circle."""
        passed: set[str] = set()
        unit = self.abolished.get(code)
        while unit and unit.successor and unit.code not in passed:
            passed.add(unit.code)
            if unit.successor in self.units:
                return self.units[unit.successor]
            unit = self.abolished.get(unit.successor)
        return None

    def units_for(self, duty: str, level: Level, area_code: str) -> list[Unit]:
        """Give the units with that duty, level and exactly that area, by code."""
        slot = (duty, level, area_code)
        found = self._by_duty.get(slot)
        if found:
            return found
        heir = self._inherited.get(slot)
        return [heir] if heir else []

    def area_name(self, code: str) -> str:
        """Chinese name of an area, its code where the name is not known."""
        return self.areas.get(code) or code or "全市"

    def places(self, area: str) -> dict[Level, str]:
        """Street, district and city that an area code lies in, as far as it says; may be empty."""
        found: dict[Level, str] = {}
        if len(area) >= STREET_DIGITS:
            found[Level.STREET] = area[:STREET_DIGITS]
        if len(area) >= DISTRICT_DIGITS and level_of(area) is not Level.CITY:
            found[Level.DISTRICT] = area[:DISTRICT_DIGITS]
        city = self._city_of(area)
        if city:
            found[Level.CITY] = city
        return found

    def located(self, area: str) -> str:
        """Area code, or where none is known, the city's if there is only one city."""
        return area or self._city_of("")

    def _city_of(self, area: str) -> str:
        if not area:
            return next(iter(self._cities)) if len(self._cities) == 1 else ""
        around = [city for city in self._cities if area.startswith(prefix_of(city))]
        return max(around, key=lambda city: (len(prefix_of(city)), city), default="")
