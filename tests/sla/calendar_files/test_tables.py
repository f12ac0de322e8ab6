"""Tables as people keep them: other headers, other dates, other words; every wrong line named."""

from __future__ import annotations

from datetime import date, time

import pytest

from sla.calendar_files import CalendarEntry, CalendarFileError, read_calendar, read_csv

HEADER = "日期,是否上班,名称,区划代码,依据,办公时间\n"


def one(row: str, header: str = HEADER) -> CalendarEntry:
    (entry,) = read_csv((header + row).encode()).entries
    return entry


@pytest.mark.parametrize(
    "written",
    ["2027-02-17", "2027/2/17", "2027.2.17", "2027年2月17日", "2027 年 2 月 17 日", "20270217",
     "２０２７-０２-１７"],
)  # fmt: skip
def test_dates(written: str) -> None:
    assert one(f"{written},是,补班").on == date(2027, 2, 17)


@pytest.mark.parametrize(
    ("written", "is_workday"),
    [("是", True), ("上班", True), ("TRUE", True), ("1", True), ("补班", True), ("Yes", True),
     ("否", False), ("休息", False), ("放假", False), ("false", False), ("0", False),
     (" 休 ", False)],
)  # fmt: skip
def test_yes_and_no(written: str, *, is_workday: bool) -> None:
    assert one(f"2027-02-17,{written},某日").is_workday is is_workday


@pytest.mark.parametrize(
    "written",
    ["08:30-12:00 14:00-17:30", '"8:30-12:00,14:00-17:30"', "8：30～12：00；14：00至17：30",
     "08:30 - 12:00、14:00—17:30"],
)  # fmt: skip
def test_office_hours(written: str) -> None:
    entry = one(f"2027-02-17,是,某日,3702,通知,{written}")
    assert entry.windows == ((time(8, 30), time(12)), (time(14), time(17, 30)))
    assert (entry.area, entry.source) == ("3702", "通知")


def test_english_headers_in_any_order() -> None:
    entry = one("春节,0,2027-02-17", "Name,is_workday,DATE\n")
    assert (entry.name, entry.is_workday) == ("春节", False)


def test_an_unknown_column_is_told() -> None:
    reading = read_csv("日期,是否上班,名称,备注\n2027-02-17,否,春节,x\n".encode())
    assert reading.notes == ("未采用：不认识的列“备注”", "共 1 天：上班 0 天，休息 1 天")


@pytest.mark.parametrize("delimiter", ["\t", ";", "，"])
def test_other_delimiters(delimiter: str) -> None:
    text = HEADER + "2027-02-17,否,春节,,,\n\n,,,,,\n"
    assert len(read_calendar(text.replace(",", delimiter).encode()).entries) == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2027-02-30,否,春节", "没有 2027-02-30 这一天"),
        ("46435,否,春节", "无法读懂"),
        ("17/02/2027,否,春节", "无法读懂"),
        ("2027-2/17,否,春节", "无法读懂"),
        (",否,春节", "无法读懂"),
        ("1999-12-31,否,千年", "2000 至 2100"),
        ("2101-01-01,否,元旦", "2000 至 2100"),
        ("9999-12-31,否,末日", "2000 至 2100"),
        ("0000-00-00,否,无", "没有"),
        ("2027-02-17,也许,春节", "请写“是”或“否”"),
        ("2027-02-17,,春节", "请写“是”或“否”"),
        ("2027-02-17", "请写“是”或“否”"),
        ("2027-02-17,否,", "名称不能为空"),
        ("2027-02-17,否,春节,青岛", "区划代码"),
        ("2027-02-17,否,春节,,,08:30-12:00", "休息日"),
        ("2027-02-17,是,补班,,,上午", "无法读懂"),
        ("2027-02-17,是,补班,,,08:30-24:00", "24:00"),
        ("2027-02-17,是,补班,,,上午-下午", "时刻"),
        ("2027-02-17,是,补班,,," + "1" + " " * 90_000 + "2", "办公时间有"),
        ("2027-02-17,是,补班,,,12:00-08:30", "先后"),
        ("2027-02-17,否,春节,,,,多", "多于表头"),
    ],
)
def test_lines_that_are_refused(row: str, words: str) -> None:
    with pytest.raises(CalendarFileError, match=f"第 2 行：.*{words}"):
        read_csv((HEADER + row + "\n").encode())


def test_every_wrong_line_is_named_and_none_is_taken() -> None:
    rows = '2027-02-17,否,"春\n节"\n2027-02-18,?,春节\n2027-02-17,是,春节\n2027-02-17,否,又\n'
    with pytest.raises(CalendarFileError) as caught:
        read_csv((HEADER + rows).encode())
    assert caught.value.problems == (
        "第 4 行：是否上班写的是 '?'，请写“是”或“否”",
        "第 5 行：2027-02-17（全市）与第 2 行矛盾：一处上班，一处休息",
    )


def test_other_hours_for_the_same_day_contradict() -> None:
    rows = "2027-02-17,是,停班,,,08:30-12:00\n2027-02-17,是,停班,,,\n"
    with pytest.raises(CalendarFileError, match="办公时间不同"):
        read_csv((HEADER + rows).encode())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEADER, "没有任何一天"),
        ("日期,名称\n2027-02-17,春节\n", "没有列“是否上班”"),
        ("日期,日期,是否上班,名称\n", "列名重复"),
        (HEADER + '2027-02-17,否,"春节\n', "引号"),
        (HEADER + "2027-02-17,否," + "长" * 140_000, "无法读懂"),
        (HEADER + "2027-02-17,否,春节\n" * 10_001, "超过 10000 行"),
    ],
)
def test_tables_that_are_refused(text: str, words: str) -> None:
    with pytest.raises(CalendarFileError, match=words):
        read_calendar(text.encode())
