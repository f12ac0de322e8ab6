"""What a stored clock was judged by: its calendar, its changes, its steps (计时依据)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sla
from hotline.domain.terms import Clock
from hotline.domain.timing import ChangeKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hotline.domain.rules import Rules
    from hotline.models import DeadlineChange

OF_THE_UNIT = frozenset(
    {Clock.SIGN, Clock.CONTACT, Clock.HANDLE, Clock.HANG_REVIEW, Clock.VERIFY, Clock.CORRECT}
)
"""These run in the office hours of the unit that holds the ticket, the others in the hotline's."""
AGAIN = "+"
"""yellow+1: the yellow card of the due moment after the first extension."""


def calendar_of(rules: Rules, clock: Clock, area_code: str | None, unit_code: str) -> sla.Calendar:
    """The calendar of the place and of whoever works against this clock."""
    return rules.calendar(area_code or "", unit_code if clock in OF_THE_UNIT else "")


def step_of(name: str) -> str:
    """The step of the ladder a milestone belongs to."""
    return name.partition(AGAIN)[0]


def replayed(changes: Iterable[DeadlineChange]) -> list[sla.Pause | sla.Extension]:
    """Stored changes as the arithmetic wants them, oldest first; an open pause waits."""
    found: list[sla.Pause | sla.Extension] = []
    for row in sorted(changes, key=lambda row: row.id):
        if row.kind is ChangeKind.PAUSE and row.since and row.until:
            found.append(sla.Pause(row.since, row.until))
        elif row.kind is ChangeKind.EXTENSION and row.amount and row.unit:
            found.append(sla.Extension(sla.Limit(row.amount, sla.Unit(row.unit))))
    return found


def extended_at(changes: Iterable[DeadlineChange]) -> datetime | None:
    """When a clock was last extended: what is to come after that, may warn once more."""
    granted = [row.at for row in changes if row.kind is ChangeKind.EXTENSION]
    return max(granted, default=None)
