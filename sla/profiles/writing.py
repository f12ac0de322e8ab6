"""A profile (城市配置) written back: as a document for JSON, or as TOML for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sla.policy import CHANNELS, KINDS, URGENCIES
from sla.profile_terms import PAUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from sla.limits import Limit
    from sla.policy import PolicyRule, Profile

DATES = frozenset({"effective_from", "effective_to"})


def profile_document(profile: Profile) -> dict[str, Any]:
    """All of a profile in texts, whole numbers, lists and dicts; `profile_from` reads it back."""
    extension, hanging = profile.extension, profile.hanging
    returns, redo = profile.returns, profile.redo
    return {
        "name": profile.name,
        "version": profile.version,
        "effective_from": profile.effective_from.isoformat(),
        "extension": _said(
            first_max=extension.first_max,
            second_max=extension.second_max,
            total_max=extension.total_max,
            ask_before=_limit(extension.ask_before),
            source=extension.source,
        ),
        "hanging": {
            "review_every_days": hanging.review_every_days,
            "max_days": hanging.max_days,
            "source": hanging.source,
        },
        "returns": {
            "max_returns": returns.max_returns,
            "within": _limit(returns.within),
            "source": returns.source,
        },
        "redo": {"max_rounds": redo.max_rounds, "source": redo.source},
        "pauses": {
            "stages": [stage for stage in PAUSES if stage in profile.pauses],
            "source": profile.pauses_source,
        },
        "rule": [_rule(rule) for rule in profile.rules],
    }


def _rule(rule: PolicyRule) -> dict[str, Any]:
    conditions = {
        "kinds": [kind for kind in KINDS if kind in rule.kinds],
        "urgencies": [urgency for urgency in URGENCIES if urgency in rule.urgencies],
        "categories": list(rule.categories),
        "areas": list(rule.areas),
        "departments": sorted(rule.departments),
        "channels": [channel for channel in CHANNELS if channel in rule.channels],
    }
    return _said(
        id=rule.id,
        clock=rule.clock.value,
        **{key: codes or None for key, codes in conditions.items()},
        min_round=rule.min_round if rule.min_round > 1 else None,
        effective_from=_day(rule.effective_from),
        effective_to=_day(rule.effective_to),
        amount=rule.limit.amount,
        unit=rule.limit.unit.value,
        source=rule.source,
        statutory=_limit(rule.statutory),
        statutory_source=rule.statutory_source or None,
    )


def _said(**fields: object) -> dict[str, Any]:
    """The fields that say something."""
    return {key: value for key, value in fields.items() if value is not None}


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    return None if limit is None else {"amount": limit.amount, "unit": limit.unit.value}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def profile_toml(profile: Profile) -> str:
    """TOML of a profile, laid out like the files of this shelf; `parse_profile` reads it back."""
    document = profile_document(profile)
    rules = document.pop("rule")
    sections = {key: document.pop(key) for key in list(document) if isinstance(document[key], dict)}
    lines = [*pairs(document)]
    for key, section in sections.items():
        lines += ["", f"[{key}]", *pairs(section)]
    for rule in rules:
        lines += ["", "[[rule]]", *pairs(rule)]
    return "\n".join([*lines, ""])


def pairs(table: Mapping[str, Any]) -> Iterator[str]:
    """The fields of one table, one a line."""
    for key, value in table.items():
        yield f"{key} = {value if key in DATES else _value(value)}"


def _value(value: object) -> str:
    """A value as TOML; its basic strings know the escapes JSON uses, and forbid DEL besides."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
