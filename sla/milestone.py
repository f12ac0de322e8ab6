"""Moments on the way to a deadline and after it (节点): the steps of a ladder put on a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from sla.deadline import NATURAL_TIME, WORKING_TIME, next_office_moment, workdays_away
from sla.ladder import Anchor
from sla.limits import Unit
from sla.office import MICROSECOND, local_parts
from sla.workdays import open_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sla.calendar import Calendar
    from sla.changes import Pause
    from sla.ladder import Offset, Step
    from sla.limits import Limit

_LONG_DAYS = 2
"""A limit of at least so many days can be warned of by whole working days."""
_by_time = attrgetter("at")


class Milestone(NamedTuple):
    """A step of the ladder, by its id, at a moment (aware UTC)."""

    name: str
    at: datetime


def milestones(
    steps: Iterable[Step],
    calendar: Calendar,
    *,
    start: datetime,
    due: datetime,
    limit: Limit,
    pauses: Sequence[Pause] = (),
) -> tuple[Milestone, ...]:
    """When each step is reached, in order of time and then of the ladder, all after the start.

    `due` may lie later than the limit (延期). A step whose moment is over when the clock starts
    is left out. A share of the time is a share of the time the clock ran: while it stood still
    nobody was expected to work. Working limits are measured in office time, so nobody is urged
    at night. Raises CalendarError when the calendar does not reach the last step.
    """
    course = _Course(calendar, start, due, limit, pauses)
    plan = [Milestone(step.id, at) for step in steps if (at := course.reaches(step)) is not None]
    plan.sort(key=_by_time)
    return tuple(plan)


def yellow_at(plan: Iterable[Milestone], steps: Iterable[Step], due: datetime) -> datetime:
    """Moment from which the lamp is yellow: that of the first yellow step, else `due`."""
    warnings = {step.id for step in steps if step.mark == "yellow"}
    return min((m.at for m in plan if m.name in warnings), default=due.astimezone(UTC))


class _Course:
    """One clock from its start to its due moment; turns offsets into moments."""

    __slots__ = ("calendar", "due", "due_day", "is_short", "pauses", "runs_by_clock", "start")

    def __init__(
        self,
        calendar: Calendar,
        start: datetime,
        due: datetime,
        limit: Limit,
        pauses: Sequence[Pause],
    ) -> None:
        local_parts(start)  # a moment without a zone is refused here as everywhere
        self.due_day, _ = local_parts(due)
        self.calendar = calendar
        self.start, self.due = start.astimezone(UTC), due.astimezone(UTC)
        self.pauses = [pause for pause in pauses if pause.since < due]
        self.runs_by_clock = limit.unit in NATURAL_TIME
        self.is_short = self.runs_by_clock or _is_short(calendar, limit, self.due_day)

    def reaches(self, step: Step) -> datetime | None:
        """Moment of a step, None when it is not after the start."""
        if step.or_at is None or not self.is_short:
            at = self._moment(step.at)
            if at > self.start:
                return at
        if step.or_at is not None:
            at = self._moment(step.or_at)
            if at > self.start:
                return at
        return None

    def _moment(self, offset: Offset) -> datetime:
        anchor = offset.anchor
        if anchor is Anchor.PERCENT:
            return self._part(offset.amount)
        if anchor is Anchor.DUE:
            return self.due
        if anchor is Anchor.AFTER:
            if self.runs_by_clock:
                return self.due + MICROSECOND
            return next_office_moment(self.calendar, self.due)
        return self._days_away(offset)

    def _days_away(self, offset: Offset) -> datetime:
        index, days = self.calendar.index, offset.amount
        if offset.anchor is Anchor.NEXT_DAY:
            return open_at(index, index.through(self.due_day) + 1)
        if offset.anchor is Anchor.LATER:
            return workdays_away(self.calendar, self.due, days)
        if index.through(self.due_day) <= days:
            return self.start  # before the calendar begins, so not after the start
        return workdays_away(self.calendar, self.due, -days)

    def _part(self, percent: int) -> datetime:
        begun = self._place(self.start)
        stood = [(self._place(pause.since), self._place(pause.until)) for pause in self.pauses]
        ran = self._place(self.due) - begun - sum(until - since for since, until in stood)
        at = begun + ran * percent // 100
        for since, until in stood:
            at += until - since if at > since else 0
        if self.runs_by_clock:
            return self.start + MICROSECOND * at
        return self.calendar.index.moment(at)

    def _place(self, at: datetime) -> int:
        """Microseconds by which the clock is measured: of office time, or since its start."""
        if self.runs_by_clock:
            return (at - self.start) // MICROSECOND
        return self.calendar.index.position(at)


def _is_short(calendar: Calendar, limit: Limit, due_day: int) -> bool:
    if limit.unit not in WORKING_TIME:
        return limit.unit is Unit.NEXT_WORKDAY_END or limit.amount < _LONG_DAYS
    office = calendar.office_on(date.fromordinal(due_day))
    return limit.amount * WORKING_TIME[limit.unit] < _LONG_DAYS * office.per_day
