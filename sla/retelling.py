"""Why a due moment moved (期限变动说明): each pause and extension in words, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sla.changes import Extension, Pause, course
from sla.deadline import NATURAL_TIME
from sla.explanation import FULL_DAY, DayNote, Explanation, explain
from sla.limits import Unit
from sla.office import LOCAL, MICROSECOND
from sla.wording import spell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sla.calendar import Calendar
    from sla.changes import Leg
    from sla.limits import Limit


class ChangeNote(NamedTuple):
    """One change: what it did in words, due moments in local time, and the days it counted."""

    words: str
    before: datetime
    after: datetime
    days: tuple[DayNote, ...]


class Retelling(NamedTuple):
    """The first count of a limit, every change after it, and the due moment in the end."""

    first: Explanation
    changes: tuple[ChangeNote, ...]
    due_at: datetime
    provisional: bool

    @property
    def days(self) -> tuple[DayNote, ...]:
        """Every day counted or skipped, extensions included; each day once."""
        days = {note.date: note for note in self.first.days}
        for change in self.changes:
            days |= {note.date: note for note in change.days if note.date not in days}
        return tuple(days[day] for day in sorted(days))


def retell(
    calendar: Calendar, start: datetime, limit: Limit, changes: Iterable[Pause | Extension]
) -> Retelling:
    """Tell the same moment as `course`, with a note for each day and each change."""
    ran = course(calendar, start, limit, changes)
    return Retelling(
        explain(calendar, start, limit),
        tuple(_note(calendar, limit.unit, leg) for leg in ran.legs),
        ran.due.at.astimezone(LOCAL),
        ran.due.provisional,
    )


def _note(calendar: Calendar, unit: Unit, leg: Leg) -> ChangeNote:
    before, after = leg.before.astimezone(LOCAL), leg.after.astimezone(LOCAL)
    if isinstance(leg.change, Extension):
        said = explain(calendar, leg.before, leg.change.limit)
        words = f"延期 {leg.change.limit}，自原到期时间起算"
        return ChangeNote(words, before, after, said.days)
    return ChangeNote(_paused(calendar, unit, leg.change, before), before, after, ())


def _paused(calendar: Calendar, unit: Unit, pause: Pause, due: datetime) -> str:
    since, until = pause.since.astimezone(LOCAL), pause.until.astimezone(LOCAL)
    span = f"{since:%m-%d %H:%M} 至 {until:%m-%d %H:%M} 暂停计时"
    if pause.since >= due:
        return f"{span}；暂停时已经到期，期限不变"
    if unit in NATURAL_TIME or unit is Unit.NATURAL_DAYS:
        stood, kind, day = (until - since) // MICROSECOND, "", FULL_DAY
    else:
        index = calendar.index
        stood = index.position(until) - index.position(since)
        kind, day = "办公时间 ", calendar.office_on(since.date()).per_day
    if not stood:
        return f"{span}，其间没有办公时间，期限不变"
    words = spell(stood, day=day, day_word="个工作日" if kind else "天")
    return f"{span}，停 {kind}{words}，期限顺延同样长的时间"
