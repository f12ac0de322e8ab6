"""A table of deadlines worked out by hand (手工算出的期限表), to be read by people who do the work.

The expected moments in `deadline_table.csv` were counted on paper from the State Council's notices
国办发明电〔2023〕7号 (2024), 〔2024〕12号 (2025) and 〔2025〕7号 (2026) with the rule of 民法典
第二百零一条、第二百零三条, never copied from the code. Office hours 08:30–12:00 and 14:00–17:30.
A row that fails is a question to settle: either the code is wrong or the row is, and why.
"""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from sla import LOCAL, Limit, Unit, due_at, official_calendar

CALENDAR = official_calendar()
UNITS = {
    "工作日": Unit.WORKING_DAYS,
    "工作小时": Unit.WORKING_HOURS,
    "工作分钟": Unit.WORKING_MINUTES,
    "自然小时": Unit.NATURAL_HOURS,
    "自然分钟": Unit.NATURAL_MINUTES,
    "自然日": Unit.NATURAL_DAYS,
    "次一工作日下班前": Unit.NEXT_WORKDAY_END,
}
HOLIDAYS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
YEARS = (2024, 2025, 2026)
MAKEUP_DAYS = {
    *(date(2024, 2, 4), date(2024, 2, 18), date(2024, 4, 7), date(2024, 4, 28)),
    *(date(2024, 5, 11), date(2024, 9, 14), date(2024, 9, 29), date(2024, 10, 12)),
    *(date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28)),
    *(date(2025, 10, 11), date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28)),
    *(date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)),
}
EDGES = "08:29:59 08:30:00 11:59:59 12:00:00 12:00:01 14:00:00 17:29:59 17:30:00 17:30:01"


class Row(NamedTuple):
    """One line of the table: 序号, 题目, 起算, 数量和单位, 届满, 理由."""

    number: int
    topic: str
    start: datetime
    limit: Limit
    due: datetime
    reasoning: str

    @property
    def id(self) -> str:
        """Say the row in ASCII, as pytest prints it: 129-2026-09-30T10:00:00+5_working_days."""
        start = self.start.replace(tzinfo=None).isoformat()
        return f"{self.number:03}-{start}+{self.limit.amount}_{self.limit.unit}"

    @property
    def days(self) -> list[date]:
        """Every day from the start to the due day, both included."""
        first = self.start.date()
        return [first + timedelta(days=n) for n in range((self.due.date() - first).days + 1)]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def read_table() -> list[Row]:
    path = Path(__file__).with_name("deadline_table.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                int(line["序号"]),
                line["题目"],
                local(line["起算"]),
                Limit(int(line["数量"]), UNITS[line["单位"]]),
                local(line["届满"]),
                line["理由"],
            )
            for line in csv.DictReader(file)
        ]


ROWS = read_table()
WORKING = [row for row in ROWS if not row.limit.unit.startswith("natural")]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_the_code_agrees_with_the_hand(row: Row) -> None:
    found = due_at(CALENDAR, row.start, row.limit)
    assert found.at.astimezone(LOCAL) == row.due, f"{row.topic}：{row.reasoning}"
    assert not found.provisional


def test_the_table_is_whole() -> None:
    assert len(ROWS) >= 60
    assert [row.number for row in ROWS] == list(range(1, len(ROWS) + 1))
    questions = [(row.start, row.limit) for row in ROWS]
    assert len(set(questions)) == len(ROWS), "two rows ask the same"
    assert {row.limit.unit for row in ROWS} == set(Unit)
    for row in ROWS:
        assert len(row.reasoning) >= 15, f"{row.id}: 理由 says too little"
        assert row.start < row.due
    for holiday in HOLIDAYS:
        assert any(holiday in row.reasoning for row in ROWS), f"no row explains {holiday}"


def test_every_holiday_of_the_three_years_is_worked_out() -> None:
    asked = {(row.topic, name) for row in ROWS for name in HOLIDAYS if name in row.reasoning}
    missing = [
        f"{name} {year}"
        for year in YEARS
        for name in HOLIDAYS
        if not any(str(year) in topic and name in topic and name == told for topic, told in asked)
    ]
    assert not missing


def test_every_make_up_day_is_crossed_and_is_a_start_or_an_end() -> None:
    published = {
        day
        for year in YEARS
        for day in (date(year, 1, 1) + timedelta(days=n) for n in range(366))
        if day.year == year and CALENDAR.day_name(day) == "调休上班"
    }
    assert published == MAKEUP_DAYS
    crossed = {day for row in WORKING for day in row.days}
    assert crossed >= MAKEUP_DAYS
    ends = {moment.date() for row in ROWS for moment in (row.start, row.due)}
    assert ends >= MAKEUP_DAYS


@pytest.mark.parametrize("row", WORKING, ids=[row.id for row in WORKING])
def test_the_reasoning_names_each_holiday_and_make_up_day_on_the_way(row: Row) -> None:
    for day in row.days:
        name = CALENDAR.day_name(day)
        if name in HOLIDAYS:
            assert name in row.reasoning, f"{day} is {name}"
        if day in MAKEUP_DAYS:
            assert f"{day.month}月{day.day}日" in row.reasoning, f"{day} is a make-up day"


def test_the_edges_of_the_day_and_the_long_limits_are_asked() -> None:
    clocks = {row.start.time().isoformat() for row in ROWS}
    assert clocks >= set(EDGES.split())
    long = {row.limit.amount for row in ROWS if row.limit.unit is Unit.WORKING_DAYS}
    assert long >= {15, 30, 60}
    assert any(row.start.date() == date(2024, 2, 29) for row in ROWS)
    assert {row.due.year - row.start.year for row in WORKING} == {0, 1}
