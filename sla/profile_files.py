"""City profiles (城市配置) read from TOML; one that leaves a ticket without a limit is refused."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import cast

from sla.errors import LimitError, ProfileError
from sla.limits import Limit, Unit
from sla.policy import KINDS, URGENCIES, Clock, PolicyRule, Profile

DEFAULT_PROFILE = "通用默认"
PROFILES = Path(__file__).parent / "profiles"
_PROFILE_KEYS = {"name": str, "version": str, "effective_from": date, "rule": list}
_RULE_KEYS: dict[str, type] = {
    "id": str,
    "clock": str,
    "amount": int,
    "unit": str,
    "source": str,
    "kinds": list,
    "urgencies": list,
    "min_round": int,
}
_OPTIONAL = {"kinds", "urgencies", "min_round"}
_TYPE_WORDS = {str: "文字", int: "整数", list: "列表", date: "日期（如 2025-07-01）"}


def load_profile(name: str = DEFAULT_PROFILE, *, folder: Path = PROFILES) -> Profile:
    """Profile by its Chinese name or its file's stem. Raises ProfileError with what to do."""
    profiles = _profiles(folder)
    for stem, profile in profiles.items():
        if name in {stem, profile.name}:
            return profile
    known = "、".join(profile.name for profile in profiles.values())
    raise ProfileError(f"没有名为 {name!r} 的时限配置，可用：{known}")


def profile_names(*, folder: Path = PROFILES) -> tuple[str, ...]:
    """Names of all profiles at hand, the default first."""
    names = [profile.name for profile in _profiles(folder).values()]
    return tuple(sorted(names, key=lambda name: (name != DEFAULT_PROFILE, name)))


@lru_cache(maxsize=8)
def _profiles(folder: Path) -> dict[str, Profile]:
    found: dict[str, Profile] = {}
    for path in sorted(folder.glob("*.toml")):
        profile = parse_profile(path.read_text(encoding="utf-8"), origin=path.name)
        if any(profile.name == other.name for other in found.values()):
            raise ProfileError(f"{path.name}：配置名称“{profile.name}”已被另一文件使用")
        found[path.stem] = profile
    if not found:
        raise ProfileError(f"{folder} 中没有时限配置文件（*.toml）")
    return found


def parse_profile(text: str, *, origin: str) -> Profile:
    """Profile written in TOML; `origin` names the file in errors. Raises ProfileError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{origin}：不是合法的 TOML：{error}") from None
    _demand_fields(table, _PROFILE_KEYS, set(), origin)
    rules = tuple(
        _rule(entry, f"{origin} 第 {number} 条规则")
        for number, entry in enumerate(table["rule"], 1)
    )
    _demand_decisive(rules, origin)
    return Profile(table["name"], table["version"], table["effective_from"], rules)


def _rule(entry: object, where: str) -> PolicyRule:
    if not isinstance(entry, dict):
        raise ProfileError(f"{where}：须写成 [[rule]] 表")
    fields = cast("dict[str, object]", entry)
    if isinstance(fields.get("id"), str):
        where = f"{where}（{fields['id']}）"
    _demand_fields(fields, _RULE_KEYS, _OPTIONAL, where)
    try:
        limit = Limit(cast("int", fields["amount"]), cast("Unit", fields["unit"]))
    except LimitError as error:
        raise ProfileError(f"{where}：{error}") from None
    min_round = cast("int", fields.get("min_round", 1))
    if min_round < 1:
        raise ProfileError(f"{where}：min_round 从 1 开始")
    return PolicyRule(
        id=cast("str", fields["id"]),
        limit=limit,
        source=cast("str", fields["source"]),
        clock=Clock(_one_of(fields["clock"], tuple(Clock), f"{where}：clock")),
        kinds=_some_of(fields.get("kinds", []), KINDS, f"{where}：kinds"),
        urgencies=_some_of(fields.get("urgencies", []), URGENCIES, f"{where}：urgencies"),
        min_round=min_round,
    )


def _demand_fields(
    table: dict[str, object], keys: dict[str, type], optional: set[str], where: str
) -> None:
    unknown = sorted(set(table) - set(keys))
    if unknown:
        raise ProfileError(f"{where}：不认识的字段 {'、'.join(unknown)}")
    for key, kind in keys.items():
        if key not in table:
            if key in optional:
                continue
            raise ProfileError(f"{where}：缺少字段 {key}")
        value = table[key]
        if not isinstance(value, kind) or isinstance(value, bool) or value in ("", "　"):
            raise ProfileError(f"{where}：字段 {key} 须为{_TYPE_WORDS[kind]}且不为空")


def _one_of(value: object, known: tuple[str, ...], where: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise ProfileError(f"{where} 不能是 {value!r}，可用：{'、'.join(known)}")
    return value


def _some_of(values: object, known: tuple[str, ...], where: str) -> frozenset[str]:
    return frozenset(_one_of(value, known, where) for value in cast("list[object]", values))


def _demand_decisive(rules: tuple[PolicyRule, ...], origin: str) -> None:
    """Each clock has a rule for every ticket, and never two that are equally specific."""
    for clock in Clock:
        if not any(rule.clock is clock and rule.weight == (1, False, False) for rule in rules):
            raise ProfileError(f"{origin}：计时 {clock.value} 缺少适用于所有工单的规则")
    for one, other in combinations(rules, 2):
        if one.id == other.id:
            raise ProfileError(f"{origin}：规则编号 {one.id} 重复")
        if one.rivals(other):
            raise ProfileError(f"{origin}：规则 {one.id} 与 {other.id} 同等具体，无法取舍")
