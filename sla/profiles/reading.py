"""A profile document (城市配置) becomes a profile, or one error that names every mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sla.errors import ProfileError
from sla.limits import Limit, Unit
from sla.policy import CHANNELS, KINDS, URGENCIES, Clock, PolicyRule, Profile
from sla.profiles.checking import check_rules
from sla.profiles.reading_terms import read_terms
from sla.profiles.sections import Notes, Section, part_limit, read_limit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sla.profiles.locating import Path, Place

HEAD = "基本信息"
_STAND_IN = Limit(1, Unit.WORKING_DAYS)
_CATEGORY = r"(\d\d){1,8}"
_DEPARTMENT = r"\S{1,32}"
_AREA = r"\d{1,12}"
_WHOLE_CITY = re.compile(r"\d{4}00")


def profile_from(
    table: Mapping[str, Any], *, origin: str, places: Mapping[Path, Place] | None = None
) -> Profile:
    """Profile of a document; `origin` names it in errors, `places` are those of its TOML text.

    Dates may be ISO writings, as a document kept as JSON has them. Raises ProfileError whose
    `problems` are all mistakes of the document.
    """
    notes = Notes(places)
    head = Section(table, (), HEAD, notes)
    name, version = head.text("name"), head.text("version")
    since = head.day("effective_from")
    rules = _rules(head, notes)
    if rules is not None:
        check_rules(rules, since, notes)
    terms = read_terms(head)
    head.close("name", "version", "effective_from", "rule")
    if notes.problems or since is None:
        raise ProfileError.listing(origin, notes.problems)
    found = tuple((rules or {}).values())
    return Profile(name=name, version=version, effective_from=since, rules=found, **terms)


def _rules(head: Section, notes: Notes) -> dict[int, PolicyRule] | None:
    """Rules by their index in the document, without those whose conditions cannot be told."""
    entries = head.take("rule", list)
    if entries is None:
        return None
    found: dict[int, PolicyRule] = {}
    seen: dict[str, int] = {}
    for index, entry in enumerate(entries):
        where = f"第 {index + 1} 条规则"
        if not isinstance(entry, dict):
            notes.add(("rule", index), where, "须写成 [[rule]] 表")
            continue
        name = entry.get("id")
        if isinstance(name, str) and name.strip():
            where = f"{where}（{name}）"
            first = seen.setdefault(name, index)
            if first != index:
                line = notes.line(("rule", first, "id"))
                message = f"规则编号 {name} 重复，第 {first + 1} 条规则{line}已用过"
                notes.add(("rule", index, "id"), where, message)
        rule = _rule(Section(entry, ("rule", index), where, notes))
        if rule is not None:
            found[index] = rule
    return found


def _rule(section: Section) -> PolicyRule | None:
    """One rule; a figure that is wrong has a stand-in, as its mistake is noted anyway."""
    before = len(section.notes.problems)
    conditions = _conditions(section)
    clock = section.word("clock", tuple(Clock))
    is_told = bool(clock) and len(section.notes.problems) == before
    name, source = section.text("id"), section.text("source")
    limit = read_limit(section)
    statutory, statutory_source = _statutory(section, limit)
    section.close("id", "clock", "amount", "unit", "source")
    if not is_told:
        return None
    return PolicyRule(
        id=name,
        clock=Clock(clock),
        limit=limit or _STAND_IN,
        source=source,
        statutory=statutory,
        statutory_source=statutory_source,
        **conditions,
    )


def _conditions(section: Section) -> dict[str, Any]:
    """Which tickets and days a rule speaks about."""
    begin, end = section.day("effective_from"), section.day("effective_to")
    if begin and end and end < begin:
        section.note("effective_to", f"字段 effective_to（{end}）早于 effective_from（{begin}）")
    return {
        "kinds": frozenset(section.words("kinds", KINDS)),
        "urgencies": frozenset(section.words("urgencies", URGENCIES)),
        "categories": _prefixes(section, "categories", _CATEGORY),
        "areas": _prefixes(section, "areas", _AREA),
        "departments": frozenset(section.words("departments", shape=_DEPARTMENT)),
        "channels": frozenset(section.words("channels", CHANNELS)),
        "min_round": section.number("min_round", 1, 99),
        "effective_from": begin,
        "effective_to": end,
    }


def _prefixes(section: Section, key: str, shape: str) -> tuple[str, ...]:
    """Prefixes of codes, all of one length, so that the rule has one weight."""
    codes = section.words(key, shape=shape)
    lengths = sorted({len(code) for code in codes})
    if len(lengths) > 1:
        said = "、".join(map(str, lengths))
        section.note(key, f"字段 {key} 中的编码须同样长，现有 {said} 位；请按位数拆成几条规则")
    for number, code in enumerate(codes):
        if key == "areas" and _WHOLE_CITY.fullmatch(code):
            prefix = re.sub("(00)+$", "", code)
            message = f"字段 areas 按编码前缀匹配，{code} 不含其下级区划；请写“{prefix}”"
            section.note(key, message, number)
    return codes


def _statutory(section: Section, promised: Limit | None) -> tuple[Limit | None, str]:
    """What a regulation allows at the most (法定时限), and which regulation."""
    statutory, source = part_limit(section, "statutory"), section.text("statutory_source")
    has_limit = section.table.get("statutory") is not None
    has_source = section.table.get("statutory_source") is not None
    if has_limit and not has_source:
        section.note("statutory", "写了法定时限（statutory）就要写出处（statutory_source）")
    if has_source and not has_limit:
        section.note("statutory_source", "写了法定时限的出处，但没有法定时限（statutory）")
    if statutory and promised and _is_longer(promised, statutory):
        section.note("amount", f"承诺时限（{promised}）长于法定时限（{statutory}）")
    return statutory, source


def _is_longer(one: Limit, other: Limit) -> bool:
    """Whether `one` is longer for certain; limits of different units depend on the calendar."""
    return one.unit is other.unit and one.amount > other.amount
