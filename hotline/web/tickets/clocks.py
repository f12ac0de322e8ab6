"""The clocks of a ticket page: lamp, time left, and why it is so, day by day (时限说明)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotline.web.looks import local

if TYPE_CHECKING:
    import sla
    from hotline.queries.explaining import ChangeStory, ClockStory, StepStory
    from hotline.queries.tickets import ClockView, TicketView

WEEKDAYS = "一二三四五六日"


def clock_rows(view: TicketView) -> list[dict[str, Any]]:
    """One row a clock, the explanation folded beneath it."""
    return [_row(clock) for clock in view.clocks]


def _row(clock: ClockView) -> dict[str, Any]:
    story = clock.story
    is_moved = story.first_due_at != story.due_at
    return {
        "label": clock.label,
        "due_text": local(story.due_at),
        "lamp": _lamp(clock),
        "remaining": clock.remaining,
        "is_provisional": story.is_provisional,
        "first_due_text": local(story.first_due_at) if is_moved else "",
        "basis": _basis(story),
        "days": [_day(note) for note in story.days],
        "changes": [_change(change) for change in story.changes],
        "steps": [_step(step) for step in (*story.past, *story.ahead)],
    }


def _lamp(clock: ClockView) -> str:
    """A clock that was in time, or stands still, shows no colour."""
    is_done_in_time = clock.is_stopped and not clock.story.is_late
    return "paused" if clock.is_paused or is_done_in_time else clock.lamp


def _basis(story: ClockStory) -> list[tuple[str, str]]:
    rows = [
        ("时限", f"{story.limit}，自 {local(story.started_at)} 起算"),
        ("依据", story.source or f"规则 {story.rule_id}"),
        ("规则版本", f"{story.profile}：{story.versions}"),
    ]
    if story.statutory and story.statutory_due_at:
        rows.insert(1, ("法定期限", f"{story.statutory}，{local(story.statutory_due_at)} 届满"))
    if story.unit:
        rows.insert(0, ("责任单位", story.unit))
    return rows


def _day(note: sla.DayNote) -> dict[str, Any]:
    day = note.date
    return {
        "on": f"{day:%m-%d} 周{WEEKDAYS[day.weekday()]}",
        "counted": note.counted,
        "why": note.why,
    }


def _change(change: ChangeStory) -> dict[str, str]:
    after = f" → {local(change.after)}" if change.after else ""
    return {
        "label": change.label,
        "words": change.words,
        "moved": f"{local(change.before)}{after}",
        "by": f"{change.by} {local(change.at)}",
        "reason": change.reason,
    }


def _step(step: StepStory) -> dict[str, Any]:
    notes = []
    if step.is_late:
        notes.append("系统停摆后补记")
    if step.is_stale:
        notes.append("已过期，未再通知")
    return {
        "label": step.label,
        "at": local(step.planned_at),
        "is_past": step.fired_at is not None,
        "tells": step.tells,
        "note": "，".join(notes),
    }
