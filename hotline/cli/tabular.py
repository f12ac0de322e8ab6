"""Reads what people export: CSV in any usual encoding and Excel sheets, row by row (表格读取)."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from hotline.cli.decoding import encoding_of
from hotline.cli.telling import note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

FIELD_LIMIT = 100_000
"""Characters of one cell; longer ones come from a quotation mark that was never closed."""
UNPACKED_LIMIT = 1 << 30
"""An Excel file that unpacks to more than 1 GiB is not opened."""
KEPT = 1000
"""So many refusals are kept for the report; all of them are told on standard error."""
DELIMITERS = ",\t;|"


class TableError(click.ClickException):
    """The file cannot be used at all; one line says why and what to do (exit 1)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: the line it begins on, and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: line, column (empty when the whole row is meant) and reason."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = f"，列“{self.column}”" if self.column else ""
        return f"第 {self.line} 行{where}：{self.reason}"


class Refusals:
    """Tells each refusal at once and keeps the first ones, so that memory stays flat.

    ``most_told``: how many are told one by one; `sum_up` tells how many more there were.
    """

    def __init__(self, most_told: int | None = None) -> None:
        self.count = 0
        """Refused rows; a row refused for three reasons counts once."""
        self.kept: list[Refusal] = []
        self._last_line = 0
        self._reasons = 0
        self._most_told = most_told

    def add(self, refusal: Refusal) -> None:
        """Take note of one reason why a row was refused."""
        self.count += refusal.line != self._last_line
        self._last_line = refusal.line
        if len(self.kept) < KEPT:
            self.kept.append(refusal)
        self._reasons += 1
        if self._most_told is None or self._reasons <= self._most_told:
            note(f"未采用 {refusal}")

    def sum_up(self) -> None:
        """Tell how many refusals were not told one by one."""
        if self._most_told is not None and self._reasons > self._most_told:
            note(f"另有 {self._reasons - self._most_told} 处未采用，不再逐条列出")

    def as_list(self) -> list[dict[str, object]]:
        """The first refusals for a JSON report."""
        return [{"line": r.line, "column": r.column, "reason": r.reason} for r in self.kept]


class Table:
    """A CSV or Excel file with a header row; every walk through ``rows`` reads it anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_sheet = _is_sheet(path)
        self._encoding = "" if self._is_sheet else encoding_of(path)
        self._delimiter = "," if self._is_sheet else self._guess_delimiter()
        first = next(self._cells(Refusals()), None)
        if first is None:
            raise TableError(f"{path.name} 是空的，第一行应是列名")
        self.columns = _named(first[1], path)

    def need(self, *columns: str) -> None:
        """Refuse a file without these columns, naming those that are there."""
        missing = [f"“{name}”" for name in columns if name not in self.columns]
        if missing:
            there = "、".join(self.columns)
            raise TableError(f"{self.path.name} 没有列{'、'.join(missing)}；文件中的列有：{there}")

    def rows(self, refusals: Refusals) -> Iterator[Row]:
        """The rows in order; ragged and unreadable ones are refused, empty ones passed over."""
        lines = self._cells(refusals)
        next(lines, None)
        width = len(self.columns)
        for line, cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) < width or any(cell.strip() for cell in cells[width:]):
                reason = f"有 {len(cells)} 格，与表头的 {width} 列不符"
                refusals.add(Refusal(line, "", reason))
                continue
            yield Row(line, dict(zip(self.columns, cells, strict=False)))

    def _cells(self, refusals: Refusals) -> Iterator[tuple[int, Sequence[str]]]:
        if self._is_sheet:
            from hotline.cli.sheets import sheet_rows

            return sheet_rows(self.path)
        return self._csv_rows(refusals)

    def _csv_rows(self, refusals: Refusals) -> Iterator[tuple[int, Sequence[str]]]:
        csv.field_size_limit(FIELD_LIMIT)
        with self.path.open(encoding=self._encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self._delimiter)
            while True:
                line = reader.line_num + 1
                try:
                    yield line, next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    reason = f"一格超过 {FIELD_LIMIT} 字，可能有未闭合的引号"
                    refusals.add(Refusal(line, "", reason))

    def _guess_delimiter(self) -> str:
        with self.path.open(encoding=self._encoding, newline="") as file:
            head = file.readline(FIELD_LIMIT)
        return max(DELIMITERS, key=head.count)


def _named(cells: Sequence[str], path: Path) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()  # spreadsheets like to keep empty columns at the right
    if not names:
        raise TableError(f"{path.name} 的第一行没有列名")
    doubled = {name for name in names if name and names.count(name) > 1}
    if doubled:
        raise TableError(f"{path.name} 的列名重复：{'、'.join(sorted(doubled))}")
    return tuple(name or f"第{number}列" for number, name in enumerate(names, start=1))


def _is_sheet(path: Path) -> bool:
    """Told by the first bytes, for a name promises nothing."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(f"{path.name} 是旧版 Excel（.xls），请另存为 .xlsx 或 CSV")
    if not head.startswith(b"PK\x03\x04"):
        if path.suffix.lower() == ".xlsx":
            raise TableError(f"{path.name} 不是 Excel 文件，请重新导出")
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise TableError(f"{path.name} 已损坏，无法打开") from error
    if size > UNPACKED_LIMIT:
        raise TableError(f"{path.name} 解压后超过 1 GB，请拆分或改用 CSV")
    return True


def written(cells: Sequence[object]) -> str:
    """One CSV line with its line end, for streaming to standard output."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
