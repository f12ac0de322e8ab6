"""Finds what is wrong with a dispatch catalogue (派单目录体检) before a ticket does."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from routing.areas import Level, prefix_of
from routing.catalogue import Catalogue
from routing.finding import Finding
from routing.unit_faults import areas_of, cycles, grassroots, some, unknown_units

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date

    from routing.directory import Directory
    from routing.rules import Rule


def check(
    rules: Catalogue | Iterable[Rule],
    directory: Directory,
    categories: Iterable[str],
    *,
    on: date,
    street_duties: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """All findings as of the local day `on`; `categories` are the codes tickets may carry.

    gap: a category without an unconditional rule somewhere; tie: two rules nothing but their id
    tells apart; unknown_unit: a unit that cannot be found; grassroots: a street that leads without
    law or against `street_duties`, the codes of its own list (None: not known, not asked); cycle:
    units above themselves; never_wins: always beaten by others; unknown_scope: a category or area
    that is none; expired: past its last day.
    """
    catalogue = rules if isinstance(rules, Catalogue) else Catalogue(rules)
    codes = sorted(set(categories))
    alive = [rule for rule in catalogue.rules if not _is_over(rule, on)]
    held = Catalogue(alive)
    return (
        *_gaps(Catalogue(rule for rule in alive if rule.is_effective(on)), directory, codes),
        *_ties(alive),
        *(finding for rule in alive for finding in unknown_units(rule, directory)),
        *(
            finding
            for rule in alive
            if street_duties is not None
            for finding in grassroots(rule, directory, street_duties)
        ),
        *cycles(alive, directory),
        *(finding for rule in alive for finding in _scopes(rule, directory, codes)),
        *(finding for rule in alive for finding in _never_wins(rule, held, codes, on=on)),
        *(_expired(rule) for rule in catalogue.rules if _is_over(rule, on)),
    )


def _is_over(rule: Rule, on: date) -> bool:
    end = rule.effective_to
    return end is not None and (end < on or end < rule.effective_from)


def _expired(rule: Rule) -> Finding:
    if rule.effective_to is not None and rule.effective_to < rule.effective_from:
        return Finding("expired", f"规则 {rule.id} 的失效日早于生效日，从不生效", (rule.id,))
    return Finding("expired", f"规则 {rule.id} 已于 {rule.effective_to} 失效", (rule.id,))


def _gaps(
    catalogue: Catalogue, directory: Directory, categories: Iterable[str]
) -> Iterator[Finding]:
    districts = areas_of(Level.DISTRICT, directory) or [""]
    for category in categories:
        bare = [area for area in districts if not _is_covered(catalogue, category, area)]
        if len(bare) == len(districts):
            yield Finding("gap", f"分类 {category} 在全市没有通用派单规则")
        elif bare:
            yield Finding("gap", f"分类 {category} 在{some(bare, directory)}没有通用派单规则")


def _is_covered(catalogue: Catalogue, category: str, area: str) -> bool:
    return any(rule.is_unconditional for rule in catalogue.covering(category, area))


def _ties(rules: Iterable[Rule]) -> Iterator[Finding]:
    groups: dict[tuple[str, str, str, str, int], list[Rule]] = {}
    for rule in rules:
        closeness = (rule.kind or "", rule.urgency or "", rule.times.count)
        key = (rule.category, prefix_of(rule.area), *closeness)
        groups.setdefault(key, []).append(rule)
    for group in groups.values():
        for one, other in combinations(group, 2):
            if _overlap(one, other) and _same_words(one, other) and one.times.meet(other.times):
                words = f"规则 {one.id} 与 {other.id} 同等具体，现按编号先后取 {one.id}"
                yield Finding("tie", words, (one.id, other.id))


def _overlap(one: Rule, other: Rule) -> bool:
    ends = [rule.effective_to for rule in (one, other) if rule.effective_to is not None]
    return not ends or max(one.effective_from, other.effective_from) <= min(ends)


def _same_words(one: Rule, other: Rule) -> bool:
    if not one.words and not other.words:
        return True
    return not set(one.words).isdisjoint(other.words)


def _scopes(rule: Rule, directory: Directory, categories: Collection[str]) -> Iterator[Finding]:
    """A category no ticket can carry, an area that is on no map: such a rule is never asked."""
    if categories and not any(code.startswith(rule.category) for code in categories):
        words = f"规则 {rule.id} 的分类 {rule.category} 不存在或已停用"
        yield Finding("unknown_scope", words, (rule.id,))
    inside = prefix_of(rule.area)
    if directory.areas and not any(area.startswith(inside) for area in directory.areas):
        words = f"规则 {rule.id} 的区域 {rule.area} 不存在"
        yield Finding("unknown_scope", words, (rule.id,))


def _never_wins(
    rule: Rule, catalogue: Catalogue, categories: Iterable[str], *, on: date
) -> Iterator[Finding]:
    """Whatever ticket it would be for, a rule for a finer category comes before it, always."""
    if rule.words and rule.urgency:
        return  # danger goes before any category
    beaten_by: dict[str, None] = {}
    is_asked = False
    for code in categories:
        if not code.startswith(rule.category):
            continue
        is_asked = True
        winner = next(
            (
                one
                for one in catalogue.covering(code, prefix_of(rule.area))
                if _beats(one, rule, on)
            ),
            None,
        )
        if winner is None:
            return
        beaten_by[winner.id] = None
    if is_asked:
        named = "、".join(list(beaten_by)[:3])
        more = f" 等 {len(beaten_by)} 条" if len(beaten_by) > 3 else ""  # noqa: PLR2004 - as named
        words = f"规则 {rule.id} 永远不会被采用：{named}{more}的分类更细，总是排在前面"
        yield Finding("never_wins", words, (rule.id, *beaten_by))


def _beats(one: Rule, rule: Rule, on: date) -> bool:
    if not one.is_unconditional or len(one.category) <= len(rule.category):
        return False
    if one.effective_from > max(on, rule.effective_from):
        return False
    ends = one.effective_to
    return ends is None or (rule.effective_to is not None and rule.effective_to <= ends)
