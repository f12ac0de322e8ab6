"""Rules of a profile looked at together (规则互查): no ticket without one, none with two equals."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from sla.policy import (
    ANY_CASE,
    CHANNEL_LABELS,
    CLOCK_LABELS,
    KIND_LABELS,
    URGENCY_LABELS,
    Clock,
    PolicyRule,
)
from sla.profiles.sections import YEARS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sla.policy import Weight
    from sla.profiles.sections import Notes

LAST_DAY = date(YEARS[-1], 12, 31)
ADVICE = "请让两条不再重叠，或给其中一条补上更具体的条件"


def check_rules(rules: Mapping[int, PolicyRule], since: date | None, notes: Notes) -> None:
    """Note clocks without a rule for every ticket, and rules that cannot be chosen between.

    `rules` by their index in the document; `since` is the first day of the profile.
    """
    _check_cover(rules, since or LAST_DAY, notes)
    equals: defaultdict[tuple[Clock, Weight], list[int]] = defaultdict(list)
    for index, rule in rules.items():
        equals[rule.clock, rule.weight].append(index)
    for indexes in equals.values():
        for first, second in combinations(indexes, 2):
            if rules[first].rivals(rules[second]):
                _note_rivals(rules, first, second, notes)


def _check_cover(rules: Mapping[int, PolicyRule], since: date, notes: Notes) -> None:
    catch_all: defaultdict[Clock, dict[int, PolicyRule]] = defaultdict(dict)
    for index, rule in rules.items():
        if rule.weight == ANY_CASE:
            catch_all[rule.clock][index] = rule
    bare = [_clock_words(clock) for clock in Clock if clock not in catch_all]
    if bare:
        message = f"计时 {'、'.join(bare)}缺少适用于所有工单的规则；请各补一条不带任何条件的规则"
        notes.add((), "规则", message)
    for clock, found in catch_all.items():
        gap = _first_gap(found.values(), since)
        if gap is not None:
            said = f"计时 {_clock_words(clock)}自 {gap} 起缺少适用于所有工单的规则"
            message = f"{said}；请接上生效日期，或去掉 effective_to"
            notes.add(("rule", max(found), "id"), "规则", message)


def _clock_words(clock: Clock) -> str:
    return f"{clock.value}（{CLOCK_LABELS[clock]}）"


def _first_gap(rules: Collection[PolicyRule], since: date) -> date | None:
    """First day from `since` on which none of the rules holds; None: there is no such day."""
    day = since
    for rule in sorted(rules, key=lambda rule: rule.effective_from or date.min):
        if rule.effective_from is not None and rule.effective_from > day:
            return day
        if rule.effective_to is None:
            return None
        day = max(day, rule.effective_to + timedelta(days=1))
    return day if day <= LAST_DAY else None


def _note_rivals(rules: Mapping[int, PolicyRule], first: int, second: int, notes: Notes) -> None:
    one, other = rules[first], rules[second]
    path, earlier = ("rule", second, "id"), notes.line(("rule", first, "id"))
    message = (
        f"规则 {one.id}{earlier or ' '}与 {other.id}{notes.line(path) or ' '}同等具体，"
        f"{_shared(one, other)}两条都适用，无法取舍；{ADVICE}"
    )
    notes.add(path, f"第 {second + 1} 条规则（{other.id}）", message)


def _shared(one: PolicyRule, other: PolicyRule) -> str:
    """Words for the tickets both rules hold for."""
    parts = [
        _words("诉求类型", one.kinds & other.kinds, KIND_LABELS),
        _words("紧急程度", one.urgencies & other.urgencies, URGENCY_LABELS),
        _words("类别", set(one.categories) & set(other.categories), {}),
        _words("区划", set(one.areas) & set(other.areas), {}),
        _words("承办单位", one.departments & other.departments, {}),
        _words("渠道", one.channels & other.channels, CHANNEL_LABELS),
        f"第 {one.min_round} 次及以后办理" if one.min_round > 1 else "",
        _days(one, other),
    ]
    said = "、".join(part for part in parts if part)
    return f"对{said}的工单" if said else "对所有工单"


def _words(what: str, codes: Collection[str], labels: Mapping[str, str]) -> str:
    if not codes:
        return ""
    ordered = sorted(codes, key=lambda code: (list(labels).index(code) if labels else 0, code))
    return f"{what}为{'或'.join(labels.get(code, f'“{code}”') for code in ordered)}"


def _days(one: PolicyRule, other: PolicyRule) -> str:
    begins = [rule.effective_from for rule in (one, other) if rule.effective_from]
    ends = [rule.effective_to for rule in (one, other) if rule.effective_to]
    said = f"{max(begins)} 起" if begins else ""
    return said + (f"至 {min(ends)} 止" if ends else "")
