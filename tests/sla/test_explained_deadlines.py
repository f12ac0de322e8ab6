"""Deadlines in words: each day counted or skipped, the lamp, the milestones, what is left."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sla import (
    LOCAL,
    Lamp,
    Limit,
    Unit,
    due_at,
    explain,
    lamp,
    milestones,
    official_calendar,
    remaining,
)
from sla.ladder_files import load_ladder
from sla.milestone import yellow_at

CALENDAR = official_calendar()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def notes(start: str, amount: int, unit: Unit) -> list[str]:
    told = explain(CALENDAR, local(start), Limit(amount, unit))
    return [f"{note.date:%m-%d} {'+' if note.counted else '-'} {note.why}" for note in told.days]


def test_national_day_is_explained_day_by_day() -> None:
    assert notes("2026-09-30 10:00", 5, Unit.WORKING_DAYS) == [
        "09-30 - 工作日，起算当日不计入（民法典第二百零一条）",
        *(f"10-0{day} - 国庆节，不计入" for day in range(1, 8)),
        "10-08 + 工作日，第 1 个工作日",
        "10-09 + 工作日，第 2 个工作日",
        "10-10 + 调休上班，第 3 个工作日",
        "10-11 - 周末，不计入",
        "10-12 + 工作日，第 4 个工作日",
        "10-13 + 工作日，第 5 个工作日，17:30 下班时届满（民法典第二百零三条）",
    ]
    told = explain(CALENDAR, local("2026-09-30 10:00"), Limit(5, Unit.WORKING_DAYS))
    assert told.due_at.isoformat() == "2026-10-13T17:30:00+08:00"


def test_working_hours_are_explained_with_what_each_day_gave() -> None:
    told = notes("2026-09-30 16:45", 2, Unit.WORKING_HOURS)
    assert told[0] == "09-30 + 工作日，办公时间内计 45 分钟"
    assert told[-1] == "10-08 + 工作日，办公时间内计 1 小时 15 分钟"
    assert len(told) == 9
    assert notes("2026-03-10 22:00", 1, Unit.WORKING_HOURS) == [
        "03-10 - 工作日，当日办公时间已过，不计入",
        "03-11 + 工作日，办公时间内计 1 小时",
    ]


def test_natural_time_is_explained() -> None:
    assert notes("2026-10-03 23:10", 2, Unit.NATURAL_HOURS) == [
        "10-03 + 自然时间不分昼夜连续计算，计 50 分钟",
        "10-04 + 自然时间不分昼夜连续计算，计 1 小时 10 分钟",
    ]
    moved = notes("2026-10-08 10:00", 2, Unit.NATURAL_DAYS)
    assert moved[-1] == "10-10 + 调休上班，第 2 天，17:30 下班时届满（民法典第二百零三条）"
    moved = notes("2026-10-08 10:00", 3, Unit.NATURAL_DAYS)
    assert moved[-2:] == [
        "10-11 + 周末，末日逢休息日，顺延（民法典第二百零三条）",
        "10-12 + 工作日，顺延至此日，17:30 下班时届满（民法典第二百零三条）",
    ]


def test_an_unpublished_day_says_so() -> None:
    told = notes("2026-12-31 10:00", 1, Unit.WORKING_DAYS)
    assert told[1] == "01-01 - 元旦（官方安排未公布，暂定），不计入"


def test_red_is_after_due_and_yellow_holds_until_then() -> None:
    start, limit = local("2026-09-30 10:00"), Limit(5, Unit.WORKING_DAYS)
    due = due_at(CALENDAR, start, limit).at
    steps = load_ladder().steps_for("handle", urgency="normal", kind="complaint")
    plan = milestones(steps, CALENDAR, start=start, due=due, limit=limit)
    yellow, tick = yellow_at(plan, steps, due), timedelta(microseconds=1)
    red = next(mark.at for mark in plan if mark.name == "red")
    seen = [
        lamp(at, yellow_at=yellow, due=due)
        for at in (start, yellow - tick, yellow, due, due + tick, red)
    ]
    green = [Lamp.GREEN, Lamp.GREEN]
    assert seen == [*green, Lamp.YELLOW, Lamp.YELLOW, Lamp.RED, Lamp.RED]


@pytest.mark.parametrize(
    ("at", "due", "words"),
    [
        ("2026-10-10 14:30", "2026-10-13 17:30", "剩 2 个工作日 3 小时"),
        ("2026-10-14 17:30", "2026-10-13 17:30", "已超期 1 个工作日"),
        ("2026-10-13 16:55", "2026-10-13 17:30", "剩 35 分钟"),
        ("2026-10-13 10:30", "2026-10-13 17:30", "剩 5 小时"),
        ("2026-10-13 10:15", "2026-10-13 17:30", "剩 5 小时 15 分钟"),
        ("2026-10-13 17:30", "2026-10-13 17:30", "时限已到"),
        ("2026-10-03 23:10", "2026-10-04 01:10", "剩 2 小时"),
        ("2026-10-04 02:00", "2026-10-04 01:10", "已超期 50 分钟"),
        ("2026-10-13 20:30", "2026-10-13 17:30", "已超期 3 小时"),  # no office time yet
        ("2026-10-01 01:00", "2026-10-04 02:00", "剩 3 天 1 小时"),
    ],
)
def test_what_is_left_in_words(at: str, due: str, words: str) -> None:
    assert remaining(CALENDAR, local(at), local(due)) == words


def test_a_limit_that_runs_by_the_clock_is_told_by_the_clock() -> None:
    at, due = local("2026-03-10 11:00"), local("2026-03-10 15:00")
    assert remaining(CALENDAR, at, due, unit=Unit.NATURAL_HOURS) == "剩 4 小时"
    assert remaining(CALENDAR, at, due, unit=Unit.WORKING_HOURS) == "剩 2 小时"
    soon = at + timedelta(seconds=20)
    assert remaining(CALENDAR, at, soon) == "剩不足 1 分钟"
