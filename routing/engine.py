"""Chooses the lead unit and helpers (主办、协办) for a demand, and says why in words.

国办函〔2025〕66号: duty clear → by the catalogue; matters of functional departments must not be
pushed to the grass roots. What the catalogue does not settle is left to a dispatcher.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from routing.areas import Level, level_of
from routing.catalogue import Catalogue
from routing.targets import find_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from routing.catalogue import Match
    from routing.directory import Directory
    from routing.rules import Facts, Rule, Specificity
    from routing.standing import Weigh
    from routing.targets import Target

ENFORCEMENT_WORDS = ("执法", "查处", "处罚", "取缔", "违法", "违建", "违章", "无证", "无照")
ENFORCEMENT_KIND = "report"
MOST_ALTERNATIVES = 5
_COMPARED = 3
_ADVANTAGES = {
    "danger": "涉及人身安全",
    "category": "问题分类更细",
    "area": "区域更具体",
    "words": "关键词更吻合",
    "urgency": "限定了紧急程度",
    "kind": "限定了诉求类型",
    "times": "限定了适用时间",
}


class Candidate(NamedTuple):
    """Another unit a dispatcher may choose (备选单位); `is_equal`: as fit as the one taken."""

    unit_code: str
    rule_id: str
    reason: str
    is_equal: bool = False


class Decision(NamedTuple):
    """Where a demand goes, by which rule, and why; `lead` is None when a person must decide."""

    lead: str | None
    helpers: tuple[str, ...]
    rule_id: str | None
    legal_basis: str
    reason: str
    alternatives: tuple[Candidate, ...]


def route(
    facts: Facts,
    rules: Catalogue | Iterable[Rule],
    directory: Directory,
    *,
    weigh: Weigh | None = None,
) -> Decision:
    """Apply the most specific rule in force: danger, category, area, words, urgency, kind, times.

    Where several units have the duty of the rule in one area, `weigh` tells how they stand.

    Equals are settled by the lower rule id, and the reason says so. A rule whose unit cannot be
    found is not passed over in silence: the decision then has no lead. Raises ValueError when
    `facts.at` has no time zone. Pass a Catalogue when routing more than one demand.
    """
    catalogue = rules if isinstance(rules, Catalogue) else Catalogue(rules)
    area = directory.located(facts.area)
    matches = catalogue.matches(facts, area)
    if not matches:
        where = f"分类 {facts.category or '不明'}、区域 {directory.area_name(facts.area)}"
        reason = f"派单目录中没有适用的规则（{where}），请人工派单"
        return Decision(None, (), None, "", reason, ())
    best = matches[0].rule
    target = _lead(best, facts, area, directory, weigh)
    words = [_why_this_rule(matches), target.how]
    taken = {target.unit.code} if target.unit else set()
    helpers: tuple[str, ...] = ()
    if target.unit is None:
        words.append("请人工派单")
    else:
        helpers, missing = _helpers(best, area, directory, taken)
        words += missing
    peers = [
        Candidate(unit.code, best.id, "与主办单位职责相同", is_equal=True) for unit in target.others
    ]
    taken |= {peer.unit_code for peer in peers}
    more = _alternatives(matches, facts, area, directory, taken=taken)
    alternatives = (*peers, *more)[:MOST_ALTERNATIVES]
    lead = target.unit.code if target.unit else None
    return Decision(lead, helpers, best.id, best.legal_basis, "；".join(words), alternatives)


def is_enforcement(facts: Facts, rule: Rule) -> bool:
    """Whether the matter calls for law enforcement (执法事项), so that streets may not get it."""
    if facts.kind == ENFORCEMENT_KIND:
        return True
    return any(word in facts.text or word in rule.legal_basis for word in ENFORCEMENT_WORDS)


def _lead(
    rule: Rule, facts: Facts, area: str, directory: Directory, weigh: Weigh | None = None
) -> Target:
    # a rule written for one street, or naming its unit by code, means it (街道综合执法)
    meant = level_of(rule.area) is Level.STREET
    grassroots = meant or not is_enforcement(facts, rule)
    return find_unit(rule.lead, area, directory, grassroots=grassroots, weigh=weigh)


def _helpers(
    rule: Rule, area: str, directory: Directory, lead: set[str]
) -> tuple[tuple[str, ...], list[str]]:
    found: dict[str, None] = {}
    missing: list[str] = []
    for spec in rule.helpers:
        target = find_unit(spec, area, directory)
        if target.unit is None:
            missing.append(f"协办单位未找到：{target.how}")
        elif target.unit.code not in lead:
            found[target.unit.code] = None
    return tuple(found), missing


def _alternatives(
    matches: Sequence[Match], facts: Facts, area: str, directory: Directory, *, taken: set[str]
) -> tuple[Candidate, ...]:
    seen = set(taken)
    found: list[Candidate] = []
    best, *others = matches
    for match in others:
        target = _lead(match.rule, facts, area, directory)
        if target.unit is None or target.unit.code in seen:
            continue
        seen.add(target.unit.code)
        reason = f"规则 {match.rule.id}（{_scope(match.rule)}）也适用，{target.how}"
        is_equal = match.fit == best.fit
        found.append(Candidate(target.unit.code, match.rule.id, reason, is_equal))
        if len(found) == MOST_ALTERNATIVES:
            break
    return tuple(found)


def _why_this_rule(matches: Sequence[Match]) -> str:
    best, others = matches[0], matches[1:]
    head = f"按派单目录规则 {best.rule.id}（{_scope(best.rule)}）"
    if not others:
        return f"{head}，仅此一条适用"
    beaten = [
        f"与规则 {other.rule.id} 同等具体，按规则编号先后取 {best.rule.id}"
        if other.fit == best.fit
        else f"优于规则 {other.rule.id}（{_advantage(best.fit, other.fit)}）"
        for other in others[:_COMPARED]
    ]
    more = len(others) - len(beaten)
    tail = f"，另有 {more} 条适用规则更不具体或编号在后" if more else ""
    return f"{head}，{'，'.join(beaten)}{tail}"


def _advantage(best: Specificity, other: Specificity) -> str:
    field = next(name for name in best._fields if getattr(best, name) != getattr(other, name))
    return _ADVANTAGES[field]


def _scope(rule: Rule) -> str:
    parts = [f"分类 {rule.category or '不限'}", f"区域 {rule.area or '不限'}"]
    if rule.words:
        parts.append(f"关键词 {'、'.join(rule.words)}")
    if rule.urgency:
        parts.append(f"紧急程度 {rule.urgency}")
    if rule.kind:
        parts.append(f"诉求类型 {rule.kind}")
    if rule.times:
        parts.append(f"适用时间 {rule.times.words}")
    return "，".join(parts)
