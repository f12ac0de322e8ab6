"""A ladder (升级阶梯) written back: as a document for JSON, or as TOML for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sla.ladder import COUNTED
from sla.policy import KINDS, URGENCIES, Clock
from sla.profiles.writing import pairs

if TYPE_CHECKING:
    from sla.ladder import Ladder, Step, Trigger


def ladder_document(ladder: Ladder) -> dict[str, Any]:
    """All of a ladder in texts, whole numbers, lists and dicts; `ladder_from` reads it back."""
    return {
        "name": ladder.name,
        "version": ladder.version,
        "effective_from": ladder.effective_from.isoformat(),
        "step": [_step_table(step) for step in ladder.steps],
        "trigger": [_trigger_table(trigger) for trigger in ladder.triggers],
    }


def _step_table(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "label": step.label,
        "clocks": [clock.value for clock in Clock if clock in step.clocks],
        "at": str(step.at),
        **({"or_at": str(step.or_at)} if step.or_at else {}),
        "urgencies": [urgency for urgency in URGENCIES if urgency in step.urgencies],
        "kinds": [kind for kind in KINDS if kind in step.kinds],
        "min_round": step.min_round,
        **_rest_table(step),
    }


def _trigger_table(trigger: Trigger) -> dict[str, Any]:
    counted = {"count": trigger.count} if trigger.when in COUNTED else {}
    head = {"id": trigger.id, "label": trigger.label, "when": trigger.when}
    return {**head, **counted, **_rest_table(trigger)}


def _rest_table(entry: Step | Trigger) -> dict[str, Any]:
    words = {"template": entry.template, "mark": entry.mark, "act": entry.act}
    return {
        "tells": list(entry.tells),
        "by": list(entry.by),
        **{key: word for key, word in words.items() if word},
        "source": entry.source,
    }


def ladder_toml(ladder: Ladder) -> str:
    """TOML of a ladder, laid out like the files of this shelf; `parse_ladder` reads it back."""
    document = ladder_document(ladder)
    tables = {key: document.pop(key) for key in ("step", "trigger")}
    lines = [*pairs(document)]
    for key, rungs in tables.items():
        for rung in rungs:
            said = {name: value for name, value in rung.items() if value not in ([], "")}
            lines += ["", f"[[{key}]]", *pairs(said)]
    return "\n".join([*lines, ""])
