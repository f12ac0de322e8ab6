"""Why a limit is due when it is: every day counted or skipped (逐日说明), for anyone who doubts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from sla.deadline import WORKING_TIME, due_at, natural_last_day
from sla.limits import Unit
from sla.office import LOCAL, local_parts
from sla.wording import spell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sla.calendar import Calendar
    from sla.deadline import Due
    from sla.limits import Limit

FULL_DAY = 24 * 60 * 60 * 1_000_000


class DayNote(NamedTuple):
    """One local day on the way: whether it counted, and why in Chinese."""

    date: date
    counted: bool
    why: str


class Explanation(NamedTuple):
    """The due moment in local time (+08:00) with the days that led to it."""

    due_at: datetime
    days: tuple[DayNote, ...]
    provisional: bool


def explain(calendar: Calendar, start: datetime, limit: Limit) -> Explanation:
    """Tell the same moment as `due_at`, with a note for each day from start to due day."""
    due = due_at(calendar, start, limit)
    if limit.unit in WORKING_TIME:
        days = _office_days(calendar, start, due)
    elif limit.unit is Unit.NATURAL_DAYS:
        days = _natural_days(calendar, start, limit.amount, due)
    elif limit.unit in {Unit.WORKING_DAYS, Unit.NEXT_WORKDAY_END}:
        days = _working_days(calendar, start, due)
    else:
        days = _running_days(start, due)
    return Explanation(due.at.astimezone(LOCAL), tuple(days), due.provisional)


def _name(calendar: Calendar, day: date) -> str:
    doubt = "（官方安排未公布，暂定）" if calendar.is_provisional(day) else ""
    return calendar.day_name(day) + doubt


def _not_counted(day: date, name: str) -> DayNote:
    return DayNote(day, counted=False, why=f"{name}，起算当日不计入（民法典第二百零一条）")


def _days_through(start: datetime, due: Due) -> Iterator[date]:
    for ordinal in range(local_parts(start)[0], local_parts(due.at)[0] + 1):
        yield date.fromordinal(ordinal)


def _closing(due: Due) -> str:
    return f"{due.at.astimezone(LOCAL):%H:%M} 下班时届满（民法典第二百零三条）"


def _working_days(calendar: Calendar, start: datetime, due: Due) -> Iterator[DayNote]:
    first, *others = _days_through(start, due)
    yield _not_counted(first, _name(calendar, first))
    counted = 0
    for day in others:
        name = _name(calendar, day)
        if not calendar.is_workday(day):
            yield DayNote(day, counted=False, why=f"{name}，不计入")
            continue
        counted += 1
        end = f"，{_closing(due)}" if day == others[-1] else ""
        yield DayNote(day, counted=True, why=f"{name}，第 {counted} 个工作日{end}")


def _office_days(calendar: Calendar, start: datetime, due: Due) -> Iterator[DayNote]:
    index = calendar.index
    begun, target = index.position(start), index.position(due.at)
    for day in _days_through(start, due):
        name = _name(calendar, day)
        if not calendar.is_workday(day):
            yield DayNote(day, counted=False, why=f"{name}，不计入")
            continue
        opened, closed = (index.position_of(day.toordinal(), at) for at in (0, FULL_DAY))
        spent = min(target, closed) - max(begun, opened)
        if spent <= 0:
            yield DayNote(day, counted=False, why=f"{name}，当日办公时间已过，不计入")
            continue
        words = spell(spent, day=FULL_DAY, day_word="天")
        yield DayNote(day, counted=True, why=f"{name}，办公时间内计 {words}")


def _natural_days(calendar: Calendar, start: datetime, amount: int, due: Due) -> Iterator[DayNote]:
    last = date.fromordinal(natural_last_day(start, amount))
    first, *others = _days_through(start, due)
    yield _not_counted(first, _name(calendar, first))
    for number, day in enumerate(others, start=1):
        name, end = _name(calendar, day), f"，{_closing(due)}" if day == others[-1] else ""
        if day < last or calendar.is_workday(day):
            moved = "顺延至此日" if day > last else f"第 {number} 天"
            yield DayNote(day, counted=True, why=f"{name}，{moved}{end}")
        else:
            yield DayNote(
                day, counted=day == last, why=f"{name}，末日逢休息日，顺延（民法典第二百零三条）"
            )


def _running_days(start: datetime, due: Due) -> Iterator[DayNote]:
    (first, begun), (last, ended) = local_parts(start), local_parts(due.at)
    for day in _days_through(start, due):
        opens = begun if day.toordinal() == first else 0
        closes = ended if day.toordinal() == last else FULL_DAY
        words = spell(closes - opens, day=FULL_DAY + 1, day_word="天")
        yield DayNote(day, counted=closes > opens, why=f"自然时间不分昼夜连续计算，计 {words}")
