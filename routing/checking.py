"""Finds what is wrong with a dispatch catalogue (派单目录体检) before a ticket does."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Literal, NamedTuple

from routing.areas import LEVEL_LABELS, Level, level_of, prefix_of
from routing.catalogue import Catalogue
from routing.targets import find_unit, parse_duty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from routing.directory import Directory
    from routing.rules import Rule

FindingKind = Literal["gap", "tie", "unknown_unit", "expired"]
_NAMED = 3


class Finding(NamedTuple):
    """Something an administrator should mend, in Chinese words."""

    kind: FindingKind
    text: str


def check(
    rules: Catalogue | Iterable[Rule],
    directory: Directory,
    categories: Iterable[str],
    *,
    on: date,
) -> tuple[Finding, ...]:
    """All findings as of the local day `on`; `categories` are the codes tickets may carry.

    gap: a category without an unconditional rule somewhere; tie: two rules nothing but their id
    tells apart; unknown_unit: a unit that cannot be found; expired: past its last day.
    """
    catalogue = rules if isinstance(rules, Catalogue) else Catalogue(rules)
    alive = [rule for rule in catalogue.rules if not _is_over(rule, on)]
    return (
        *_gaps(Catalogue(rule for rule in alive if rule.is_effective(on)), directory, categories),
        *_ties(alive),
        *(finding for rule in alive for finding in _unknown_units(rule, directory)),
        *(_expired(rule) for rule in catalogue.rules if _is_over(rule, on)),
    )


def _is_over(rule: Rule, on: date) -> bool:
    end = rule.effective_to
    return end is not None and (end < on or end < rule.effective_from)


def _expired(rule: Rule) -> Finding:
    if rule.effective_to is not None and rule.effective_to < rule.effective_from:
        return Finding("expired", f"规则 {rule.id} 的失效日早于生效日，从不生效")
    return Finding("expired", f"规则 {rule.id} 已于 {rule.effective_to} 失效")


def _gaps(
    catalogue: Catalogue, directory: Directory, categories: Iterable[str]
) -> Iterator[Finding]:
    districts = _areas_of(Level.DISTRICT, directory) or [""]
    for category in categories:
        bare = [area for area in districts if not _is_covered(catalogue, category, area)]
        if len(bare) == len(districts):
            yield Finding("gap", f"分类 {category} 在全市没有通用派单规则")
        elif bare:
            yield Finding("gap", f"分类 {category} 在{_some(bare, directory)}没有通用派单规则")


def _is_covered(catalogue: Catalogue, category: str, area: str) -> bool:
    return any(rule.is_unconditional for rule in catalogue.covering(category, area))


def _ties(rules: Iterable[Rule]) -> Iterator[Finding]:
    groups: dict[tuple[str, str, str, str], list[Rule]] = {}
    for rule in rules:
        key = (rule.category, prefix_of(rule.area), rule.kind or "", rule.urgency or "")
        groups.setdefault(key, []).append(rule)
    for group in groups.values():
        for one, other in combinations(group, 2):
            if _overlap(one, other) and _same_words(one, other):
                yield Finding(
                    "tie", f"规则 {one.id} 与 {other.id} 同等具体，现按编号先后取 {one.id}"
                )


def _overlap(one: Rule, other: Rule) -> bool:
    ends = [rule.effective_to for rule in (one, other) if rule.effective_to is not None]
    return not ends or max(one.effective_from, other.effective_from) <= min(ends)


def _same_words(one: Rule, other: Rule) -> bool:
    if not one.words and not other.words:
        return True
    return not set(one.words).isdisjoint(other.words)


def _unknown_units(rule: Rule, directory: Directory) -> Iterator[Finding]:
    for role, spec in (("主办", rule.lead), *(("协办", helper) for helper in rule.helpers)):
        wanted = parse_duty(spec)
        if wanted is None:
            target = find_unit(spec, rule.area, directory)
            if target.unit is None:
                yield Finding("unknown_unit", f"规则 {rule.id} 的{role}单位：{target.how}")
            continue
        bare = [
            area
            for area in _scope(rule, wanted.level, directory)
            if find_unit(spec, area, directory).unit is None
        ]
        if bare:
            where = f"{_some(bare, directory)}及其上级"
            words = f"{where}没有职责为“{wanted.duty}”的{LEVEL_LABELS[wanted.level]}单位"
            yield Finding("unknown_unit", f"规则 {rule.id} 的{role}单位：{words}")


def _scope(rule: Rule, level: Level, directory: Directory) -> list[str]:
    """Areas of that level in which the rule applies; the rule's own area when it is finer."""
    inside = prefix_of(rule.area)
    areas = [area for area in _areas_of(level, directory) if area.startswith(inside)]
    return areas or [directory.located(rule.area)]


def _areas_of(level: Level, directory: Directory) -> list[str]:
    return sorted(area for area in directory.areas if level_of(area) is level)


def _some(areas: list[str], directory: Directory) -> str:
    named = "、".join(directory.area_name(area) for area in areas[:_NAMED])
    return named + (f" 等 {len(areas)} 处" if len(areas) > _NAMED else "")
