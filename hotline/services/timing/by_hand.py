"""Whom a supervisor's own deed tells: like a rung of the ladder, pulled by hand (人工督办)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sla
from hotline.domain.events import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SOURCE = "domain.md 8.1：督办；国办函〔2025〕66号：督查督办、提级办理；告知对象为本系统默认"


def _rung(name: str, label: str, tells: tuple[str, ...], template: str) -> sla.Trigger:
    return sla.Trigger(
        id=name,
        label=label,
        when="",
        source=SOURCE,
        tells=tells,
        by=("notice",),
        template=template,
    )


RUNGS: dict[Event, sla.Trigger] = {
    Event.SUPERVISED: _rung("hand-supervise", "督办", ("leader",), "supervised_unit"),
    Event.RAISED: _rung(
        "hand-raise", "提级办理", ("unit", "leader", "parent_leader", "authority"), "raised_hand"
    ),
    Event.ORDERED: _rung("hand-order", "领导批示", ("unit", "leader"), "ordered"),
    Event.RELEASED: _rung("hand-release", "解除督办", ("unit", "leader"), "released"),
}
"""What these events tell beyond the notices of their own: 催办 and 督办 tell the unit anyway."""


def rung_of(event: Event, payload: Mapping[str, Any]) -> sla.Trigger | None:
    """Give the rung of a person's deed; an order is told by its triggers if they reach the unit."""
    return None if payload.get("is_told") else RUNGS.get(event)


def reaches_unit(triggers: Sequence[sla.Trigger]) -> bool:
    """Whether the unit that handles the ticket hears of one of these (承办单位)."""
    return any("unit" in trigger.tells for trigger in triggers)
