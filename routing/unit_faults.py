"""Units a catalogue names and cannot use: missing, grass roots, circles (单位体检)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.areas import LEVEL_LABELS, Level, level_of, prefix_of
from routing.finding import Finding
from routing.targets import find_unit, parse_duty

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from routing.directory import Directory, Unit
    from routing.rules import Rule

_NAMED = 3


def unknown_units(rule: Rule, directory: Directory) -> Iterator[Finding]:
    """Lead and helpers that cannot be found, somewhere or anywhere."""
    for role, spec in (("主办", rule.lead), *(("协办", helper) for helper in rule.helpers)):
        wanted = parse_duty(spec)
        if wanted is None:
            target = find_unit(spec, rule.area, directory)
            if target.unit is None:
                words = f"规则 {rule.id} 的{role}单位：{target.how}"
                yield Finding("unknown_unit", words, (rule.id,))
            continue
        bare = [
            area
            for area in _scope(rule, wanted.level, directory)
            if find_unit(spec, area, directory).unit is None
        ]
        if bare:
            where = f"{some(bare, directory)}及其上级"
            words = f"{where}没有职责为“{wanted.duty}”的{LEVEL_LABELS[wanted.level]}单位"
            yield Finding("unknown_unit", f"规则 {rule.id} 的{role}单位：{words}", (rule.id,))


def grassroots(
    rule: Rule, directory: Directory, street_duties: Collection[str]
) -> Iterator[Finding]:
    """不得下推基层 (国办函〔2025〕66号): a street leads only by law and by its own duty list."""
    if not _leads_to_street(rule, directory):
        return
    if not rule.legal_basis.strip():
        words = f"规则 {rule.id} 由街道主办，没有写明依据"
        yield Finding("grassroots", words, (rule.id,))
    if not any(rule.category.startswith(code) for code in street_duties):
        what = f"分类 {rule.category}" if rule.category else "全部分类"
        words = f"规则 {rule.id} 由街道主办，{what}不在街道履职事项清单中"
        yield Finding("grassroots", words, (rule.id,))


def _leads_to_street(rule: Rule, directory: Directory) -> bool:
    wanted = parse_duty(rule.lead)
    if wanted is not None:
        return wanted.level is Level.STREET
    unit = directory.unit(rule.lead)
    return unit is not None and unit.level == Level.STREET


def cycles(rules: Iterable[Rule], directory: Directory) -> Iterator[Finding]:
    """Units that delegate in a circle (循环下派), or were merged in one, with the rules they lead.

    A ticket goes down the tree of units; where a unit is above itself it never arrives.
    """
    above = {unit.code: unit.parent for unit in directory.units.values() if unit.parent}
    into = {unit.code: unit.successor for unit in directory.abolished.values() if unit.successor}
    known = {**directory.units, **directory.abolished}
    for links, verb in ((above, "的上级是"), (into, "并入")):
        for ring in _rings(links):
            names = verb.join(_name(code, known) for code in (*ring, ring[0]))
            ids = tuple(rule.id for rule in rules if _names_any(rule, ring, known))
            yield Finding("cycle", f"单位循环：{names}", ids)


def _rings(links: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    seen: set[str] = set()
    for start in sorted(links):
        path: list[str] = []
        at: str | None = start
        while at is not None and at not in seen:
            seen.add(at)
            path.append(at)
            at = links.get(at)
        if at in path:
            yield tuple(path[path.index(at) :])


def _name(code: str, known: Mapping[str, Unit]) -> str:
    return f"{known[code].name}（{code}）" if code in known else code


def _names_any(rule: Rule, ring: tuple[str, ...], known: Mapping[str, Unit]) -> bool:
    duties = {(known[code].duty, known[code].level) for code in ring if code in known}
    wanted = parse_duty(rule.lead)
    return rule.lead in ring or (wanted is not None and (wanted.duty, wanted.level) in duties)


def _scope(rule: Rule, level: Level, directory: Directory) -> list[str]:
    """Areas of that level in which the rule applies; the rule's own area when it is finer."""
    inside = prefix_of(rule.area)
    areas = [area for area in areas_of(level, directory) if area.startswith(inside)]
    return areas or [directory.located(rule.area)]


def areas_of(level: Level, directory: Directory) -> list[str]:
    """Codes of all areas of a level."""
    return sorted(area for area in directory.areas if level_of(area) is level)


def some(areas: list[str], directory: Directory) -> str:
    """Name the first areas of a list, and how many there are."""
    named = "、".join(directory.area_name(area) for area in areas[:_NAMED])
    return named + (f" 等 {len(areas)} 处" if len(areas) > _NAMED else "")
