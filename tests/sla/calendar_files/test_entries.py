"""A day that could not be counted with, or not be kept by a file, is refused at once."""

from __future__ import annotations

from datetime import UTC, date, time
from typing import Any

import pytest

from sla import CalendarError
from sla.calendar_files import CalendarEntry
from sla.calendar_files.entry import tidy

MORNING = ((time(8, 30), time(12)),)
GOOD: dict[str, Any] = {"on": date(2027, 8, 10), "is_workday": True, "name": "台风停班"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"on": date(1999, 12, 31)}, "2000 至 2100"),
        ({"on": date(2101, 1, 1)}, "2000 至 2100"),
        ({"name": ""}, "不能为空"),
        ({"name": "长" * 65}, "最多 64 字"),
        ({"name": "两\n行"}, "换行"),
        ({"name": " 空格"}, "首尾空格"),
        ({"name": "a\\nb"}, "反斜杠"),
        ({"name": "零\u200b宽"}, "不可见"),
        ({"source": "长" * 201}, "最多 200 字"),
        ({"source": "两\r行"}, "换行"),
        ({"area": "3"}, "2 至 12 位"),
        ({"area": "1" * 13}, "2 至 12 位"),
        ({"area": "３７"}, "2 至 12 位"),
        ({"area": "37a"}, "2 至 12 位"),
        ({"is_workday": False, "windows": MORNING}, "休息日"),
        ({"windows": ((time(12), time(8)),)}, "互不重叠"),
        ({"windows": ((time(8), time(12)), (time(11), time(13)))}, "互不重叠"),
        ({"windows": ((time(8, tzinfo=UTC), time(12, tzinfo=UTC)),)}, "时区"),
    ],
)
def test_what_cannot_be(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        CalendarEntry(**{**GOOD, **wrong})


def test_a_morning_of_a_storm_day() -> None:
    assert CalendarEntry(**GOOD, area="370202", windows=MORNING).windows == MORNING


def test_text_of_others_is_made_fit() -> None:
    assert tidy(" 国庆节\n第一天\u200b a\\b ") == "国庆节 第一天 a/b"
