"""How a clock is printed: as one JSON object and as a sheet of words and days (期限说明)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sla
from hotline.cli.telling import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.queries.explaining import ChangeStory, ClockStory, StepStory

WEEKDAYS = "一二三四五六日"
PROVISIONAL = "其中有官方尚未公布安排的日期，期限为暂定"


def clock(story: ClockStory) -> dict[str, Any]:
    """One clock for --json; moments in local time with their offset."""
    return {
        "clock": story.clock.value,
        "label": story.clock.label,
        "round": story.round,
        "unit": story.unit,
        "state": story.state,
        "from": local(story.started_at),
        "limit": story.limit,
        "statutory": story.statutory or None,
        "statutory_due_at": _or_none(story.statutory_due_at),
        "rule": story.rule_id,
        "source": story.source,
        "profile": story.profile,
        "versions": story.versions,
        "due_at": local(story.due_at),
        "first_due_at": local(story.first_due_at),
        "paused_at": _or_none(story.paused_at),
        "stopped_at": _or_none(story.stopped_at),
        "provisional": story.is_provisional,
        "is_late": story.is_late,
        "days": days(story.days),
        "changes": [_change(change) for change in story.changes],
        "happened": [_step(step) for step in story.past],
        "next": [_step(step) for step in story.ahead],
    }


def days(notes: Iterable[sla.DayNote]) -> list[dict[str, Any]]:
    """Each day counted or skipped, and why."""
    return [{"date": str(d.date), "counted": d.counted, "why": d.why} for d in notes]


def local(moment: datetime) -> str:
    """2026-10-13T17:30:00+08:00."""
    return moment.astimezone(sla.LOCAL).isoformat(timespec="seconds")


def _or_none(moment: datetime | None) -> str | None:
    return local(moment) if moment else None


def _change(change: ChangeStory) -> dict[str, Any]:
    return {
        "label": change.label,
        "words": change.words,
        "at": local(change.at),
        "by": change.by,
        "reason": change.reason,
        "before": local(change.before),
        "after": _or_none(change.after),
        "is_held": change.is_held,
    }


def _step(step: StepStory) -> dict[str, Any]:
    return {
        "label": step.label,
        "planned_at": local(step.planned_at),
        "fired_at": _or_none(step.fired_at),
        "is_late": step.is_late,
        "is_stale": step.is_stale,
        "tells": step.tells,
    }


def clock_sheet(told: dict[str, Any]) -> str:
    """The same clock in words, with a table of days."""
    lines = [
        (
            f"{told['label']}期限（第 {told['round']} 轮，{told['state']}）：{told['limit']}，"
            f"自 {_shown(told['from'])} 起，{_shown(told['due_at'])} 到期（{told['profile']}）"
        ),
        f"依据：规则 {told['rule']}；{told['source'] or '来源未注明'}（{told['versions']}）",
    ]
    if told["statutory"]:
        due = told["statutory_due_at"]
        lines.append(f"法定期限 {told['statutory']}，{_shown(due)} 届满；承诺期限短于法定期限")
    if told["due_at"] != told["first_due_at"]:
        lines.append(f"最初到期 {_shown(told['first_due_at'])}")
    lines += [_change_words(change) for change in told["changes"]]
    if told["provisional"]:
        lines.append(PROVISIONAL)
    if told["stopped_at"]:
        end = "已超期" if told["is_late"] else "按时"
        lines.append(f"已于 {_shown(told['stopped_at'])} 停止计时（{end}）")
    lines.append(_day_table(told["days"]))
    lines += [_past_words(step) for step in told["happened"]]
    lines += [
        f"接下来：{_shown(step['planned_at'])} {step['label']}，告知{step['tells'] or '无'}"
        for step in told["next"]
    ]
    return "\n".join(lines)


def _change_words(change: dict[str, Any]) -> str:
    after = f" → {_shown(change['after'])}" if change["after"] else ""
    return (
        f"{change['label']}：{change['words']}；{_shown(change['before'])}{after}"
        f"（{change['by']}，{change['reason']}）"
    )


def _past_words(step: dict[str, Any]) -> str:
    late = "，系统恢复后补记" if step["is_late"] else ""
    stale = "，已无意义，未通知" if step["is_stale"] else ""
    return f"已发生：{_shown(step['planned_at'])} {step['label']}{late}{stale}"


def counted_sheet(told: dict[str, Any]) -> str:
    """A bare limit in words, with its table of days."""
    head = (
        f"{told['limit']}，自 {_shown(told['from'])} 起，"
        f"{_shown(told['due_at'])} 到期（{told['profile']}）"
    )
    doubt = [PROVISIONAL] if told["provisional"] else []
    return "\n".join([head, *doubt, _day_table(told["days"])])


def _shown(moment: str) -> str:
    when = datetime.fromisoformat(moment)
    return f"{when:%Y-%m-%d}（周{WEEKDAYS[when.weekday()]}）{when:%H:%M}"


def _day_table(rows: list[dict[str, Any]]) -> str:
    return table(
        ["日期", "星期", "计入", "说明"],
        [
            [
                day["date"],
                WEEKDAYS[datetime.fromisoformat(day["date"]).weekday()],
                "✓" if day["counted"] else "–",
                day["why"],
            ]
            for day in rows
        ],
    )
