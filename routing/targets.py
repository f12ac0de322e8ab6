"""From a rule's words for a unit to the unit itself (确定承办单位), and how it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from routing.areas import LEVEL_LABELS, UPWARD, Level
from routing.standing import choose

if TYPE_CHECKING:
    from routing.directory import Directory, Unit
    from routing.standing import Weigh

DUTY = "duty:"


class Target(NamedTuple):
    """A unit found, or None, with the way in Chinese words, and others that would do as well."""

    unit: Unit | None
    how: str
    others: tuple[Unit, ...] = ()


class Duty(NamedTuple):
    """A unit named by what it does and on which level."""

    duty: str
    level: Level


def parse_duty(spec: str) -> Duty | None:
    """Read `duty:<duty>@<level>`; None when it is not written so."""
    duty, at, level = spec.removeprefix(DUTY).rpartition("@")
    known = level in set(Level)
    return Duty(duty, Level(level)) if spec.startswith(DUTY) and at and duty and known else None


def find_unit(
    spec: str,
    area: str,
    directory: Directory,
    *,
    grassroots: bool = True,
    weigh: Weigh | None = None,
) -> Target:
    """Find the unit a rule means for a matter in `area`, upward from the level it names.

    With `grassroots` false a duty is not looked for on street level (不得派往基层), while a unit
    named by its code is taken as meant.
    """
    if not spec.startswith(DUTY):
        unit = directory.unit(spec)
        return Target(unit, f"规则直接指定 {unit.name}" if unit else _missing(spec, directory))
    wanted = parse_duty(spec)
    if wanted is None:
        return Target(None, f"规则中的单位写法 {spec} 无法识别")
    return _find_by_duty(wanted, area, directory, grassroots=grassroots, weigh=weigh)


def _missing(code: str, directory: Directory) -> str:
    if code not in directory.abolished:
        return f"规则指定的单位 {code} 不在单位名录中"
    heir = directory.heir(code)
    into = f"并入 {heir.name}（{heir.code}）" if heir else "停用"
    return f"规则指定的单位 {directory.abolished[code].name}（{code}）已{into}"


def _find_by_duty(
    wanted: Duty, area: str, directory: Directory, *, grassroots: bool, weigh: Weigh | None
) -> Target:
    places = directory.places(area)
    steps: list[str] = []
    for level in UPWARD[UPWARD.index(wanted.level) :]:
        if level is Level.STREET and not grassroots:
            steps.append("执法事项不得派往基层，上提一级")
            continue
        place = places.get(level)
        if place is None:
            steps.append(f"{LEVEL_LABELS[level]}区域不明")
            continue
        candidates = directory.units_for(wanted.duty, level, place)
        if candidates:
            (unit, *others), why = choose(candidates, weigh)
            heired = "（承接撤并单位的职责）" if unit.duty != wanted.duty else ""
            steps.append(f"按职责在{directory.area_name(place)}找到 {unit.name}{heired}")
            steps += [why] if why else []
            return Target(unit, "，".join(steps), tuple(others))
        steps.append(f"{directory.area_name(place)}没有这项职责的单位（{wanted.duty}）")
    return Target(None, "，".join(steps))
