"""How a story is told: it is a certain moment, people act, the jobs run, and we look."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import time_machine

import sla
from hotline.domain.terms import Clock
from hotline.jobs import sweep
from hotline.queries import office
from hotline.services import pulse
from hotline.services.intake import LOCAL
from hotline.services.timing import outages
from tests.hotline.people import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hotline.models import Deadline


def moment(text: str) -> datetime:
    """2026-09-30 10:00, as people in the city read it."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def read(when: datetime) -> str:
    """The other way round."""
    return f"{when.astimezone(LOCAL):%Y-%m-%d %H:%M}"


@contextmanager
def it_is(text: str) -> Iterator[datetime]:
    """Stop every clock of the house at that moment."""
    with time_machine.travel(moment(text), tick=False):
        yield moment(text)


def time_has_come(run_jobs: Callable[[], int]) -> None:
    """The house was at work all the time; its sweep looks now, and the jobs run."""
    now = datetime.now(UTC)
    pulse.beat(outages.PULSE, at=now - timedelta(seconds=20))
    sweep.sweep_clocks()
    run_jobs()


def due(ticket_id: int, kind: Clock) -> str:
    """Until when."""
    return read(clock(ticket_id, kind).due_at)


def days(row: Deadline) -> dict[str, tuple[bool, str]]:
    """Each day the calendar looked at: whether it counted, and why."""
    limit = sla.Limit(row.amount, sla.Unit(row.unit))
    told = sla.explain(office.calendar(), row.started_at, limit)
    return {f"{day.date:%m-%d}": (day.counted, day.why) for day in told.days}


__all__ = ["Clock", "days", "due", "it_is", "moment", "read", "time_has_come"]
