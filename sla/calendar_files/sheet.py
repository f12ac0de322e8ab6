"""The local working calendar as a CSV table (日历表格), as Excel and WPS save and show it."""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import TYPE_CHECKING

from sla.calendar_files.cells import date_of, is_workday_of, windows_of, written_windows
from sla.calendar_files.decoding import text_of
from sla.calendar_files.entry import CalendarEntry, tidy
from sla.calendar_files.errors import CalendarFileError
from sla.calendar_files.gathering import Gathering, Reading
from sla.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROW_LIMIT = 10_000
COLUMNS = ("日期", "是否上班", "名称", "区划代码", "依据", "办公时间")
NEEDED = COLUMNS[:3]
_ENGLISH = {
    "date": "日期",
    "on": "日期",
    "is_workday": "是否上班",
    "workday": "是否上班",
    "name": "名称",
    "area": "区划代码",
    "source": "依据",
    "windows": "办公时间",
    "hours": "办公时间",
}
_DELIMITERS = ",\t;，"
_FORMULA = "=+-@"
_QUOTE = "'"


def read_csv(data: bytes) -> Reading:
    """Days of a table. Raises CalendarFileError with every refused line."""
    rows = _rows(text_of(data))
    gathering = Gathering()
    columns = _columns(next(rows, (0, []))[1], gathering)
    count = 0
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > ROW_LIMIT:
            raise CalendarFileError(f"表格超过 {ROW_LIMIT} 行，请分成几个文件")
        try:
            gathering.add(_entry(_named(columns, cells)), f"第 {line} 行")
        except CalendarError as error:
            gathering.refuse(f"第 {line} 行", str(error))
    if not count:
        raise CalendarFileError("表格中只有表头，没有任何一天")
    return gathering.reading()


def write_csv(entries: Iterable[CalendarEntry]) -> bytes:
    """Table in UTF-8 with its mark, so that Excel shows Chinese; no cell acts as a formula."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        is_workday = "是" if entry.is_workday else "否"
        texts = (entry.name, entry.area, entry.source)
        hours = written_windows(entry.windows)
        writer.writerow([entry.on.isoformat(), is_workday, *map(_guarded, texts), hours])
    return table.getvalue().encode("utf-8-sig")


def has_columns(text: str) -> bool:
    """Whether the first line names the columns that every calendar table has."""
    header = next(iter(text.lstrip("\ufeff\r\n").splitlines()), "")
    cells = header.translate(dict.fromkeys(map(ord, _DELIMITERS), ",")).split(",")
    return "日期" in {_column(cell) for cell in cells}


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins."""
    first = next(iter(text.splitlines()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CalendarFileError(f"第 {line} 行起无法读懂：引号没有成对，或一格过长") from error
        yield line, cells


def _columns(header: list[str], gathering: Gathering) -> list[str]:
    columns = [_column(cell) for cell in header]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        there = "、".join(filter(None, columns))[:200]
        raise CalendarFileError(
            f"表格没有列{'、'.join(f'“{name}”' for name in missing)}；第一行中的列有：{there}"
        )
    doubled = {name for name in columns if name and columns.count(name) > 1}
    if doubled:
        raise CalendarFileError(f"列名重复：{'、'.join(sorted(doubled))}")
    for name in columns:
        if name and name not in COLUMNS:
            gathering.note(f"未采用：不认识的列“{name[:30]}”")
    return columns


def _column(cell: str) -> str:
    plain = unicodedata.normalize("NFKC", tidy(cell)).strip(" \"'")
    return _ENGLISH.get(plain.lower(), plain)


def _named(columns: list[str], cells: list[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise CalendarError(f"有 {len(cells)} 格，多于表头的 {len(columns)} 列")
    return dict(zip(columns, cells, strict=False))


def _entry(row: dict[str, str]) -> CalendarEntry:
    return CalendarEntry(
        on=date_of(row.get("日期", "")),
        is_workday=is_workday_of(row.get("是否上班", "")),
        name=_bare(row.get("名称", "")),
        area=_bare(row.get("区划代码", "")),
        source=_bare(row.get("依据", "")),
        windows=windows_of(row.get("办公时间", "")),
    )


def _guarded(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return _QUOTE + text if text.startswith((*_FORMULA, _QUOTE)) else text


def _bare(cell: str) -> str:
    text = tidy(cell)
    guarded = text.startswith(_QUOTE) and text[1:].startswith((*_FORMULA, _QUOTE))
    return text[1:] if guarded else text
