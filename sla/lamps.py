"""The lamp (绿黄红牌) at a moment, and how much time is left (剩余时间) in words."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sla.limits import Unit
from sla.office import LOCAL, MICROSECOND
from sla.wording import spell

if TYPE_CHECKING:
    from datetime import datetime

    from sla.calendar import Calendar

_NATURAL_DAY = 24 * 60 * 60 * 1_000_000
_RUNNING = frozenset({Unit.NATURAL_MINUTES, Unit.NATURAL_HOURS})


class Lamp(StrEnum):
    """Green 正常, yellow 临期 (黄牌), red 超期 (红牌)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


LAMP_LABELS = {Lamp.GREEN: "正常", Lamp.YELLOW: "黄牌", Lamp.RED: "红牌"}


def lamp(at: datetime, *, yellow_at: datetime, due: datetime) -> Lamp:
    """Lamp at a moment: red only after `due` (work done at that very moment is on time)."""
    if at > due:
        return Lamp.RED
    return Lamp.YELLOW if at >= yellow_at else Lamp.GREEN


def remaining(calendar: Calendar, at: datetime, due: datetime, *, unit: Unit | None = None) -> str:
    """Words such as 剩 2 个工作日 3 小时 or 已超期 1 个工作日.

    Office time is told, unless the limit's `unit` runs by the clock, or `due` lies outside
    office hours, or no office time lies between: then natural time is.
    """
    if at == due:
        return "时限已到"
    head = "剩" if at < due else "已超期"
    sooner, later = min(at, due), max(at, due)
    if unit not in _RUNNING:
        office = _office_span(calendar, sooner, later, due)
        if office:
            per_day = calendar.office_on(due.astimezone(LOCAL).date()).per_day
            return _told(head, spell(office, day=per_day, day_word="个工作日"))
    span = (later - sooner) // MICROSECOND
    return _told(head, spell(span, day=_NATURAL_DAY, day_word="天"))


def _told(head: str, span: str) -> str:
    return f"{head} {span}" if span[0].isdigit() else head + span


def _office_span(calendar: Calendar, sooner: datetime, later: datetime, due: datetime) -> int:
    index = calendar.index
    in_office = index.moment(index.position(due)) == due
    return index.position(later) - index.position(sooner) if in_office else 0
