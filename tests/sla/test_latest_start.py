"""The last moment that lies a whole limit before a deadline (须提前提出)."""

from __future__ import annotations

from datetime import datetime

import pytest

import sla

OFFICIAL = sla.official_calendar()
DUE = "2026-10-13 17:30"  # Tuesday after the National Day week; 10-10 is a worked Saturday

BEFORE = [
    ((1, "working_days"), "2026-10-12 17:30"),
    ((3, "working_days"), "2026-10-09 17:30"),
    ((1, "next_workday_end"), "2026-10-12 17:30"),
    ((2, "working_hours"), "2026-10-13 15:30"),
    ((8, "working_hours"), "2026-10-12 16:30"),
    ((30, "working_minutes"), "2026-10-13 17:00"),
    ((24, "natural_hours"), "2026-10-12 17:30"),
    ((2, "natural_days"), "2026-10-11 17:30"),
    ((45, "natural_minutes"), "2026-10-13 16:45"),
]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=sla.LOCAL)


@pytest.mark.parametrize(("limit", "latest"), BEFORE)
def test_so_long_before(limit: tuple[int, str], latest: str) -> None:
    found = sla.latest_start(OFFICIAL, moment(DUE), sla.Limit(limit[0], sla.Unit(limit[1])))
    assert found == moment(latest)


def test_past_the_calendar_is_said() -> None:
    with pytest.raises(sla.CalendarError):
        sla.latest_start(OFFICIAL, moment(DUE), sla.Limit(10**6, sla.Unit.WORKING_DAYS))
