"""Rows of an Excel workbook, read as they come (Excel 读取)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells as text of the first sheet; all rows are as wide as the first.

    Raises ClickException when the workbook cannot be read.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    file = path.open("rb")  # opened here: by name openpyxl would judge the file by its ending
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError) as error:
        file.close()
        raise click.ClickException(f"{path.name} 无法作为 Excel 打开：{error}") from error
    try:
        width = 0
        sheet = book.worksheets[0]
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            texts = [_text(cell) for cell in cells]
            width = width or len(texts)
            yield line, texts + [""] * (width - len(texts))
    finally:
        book.close()
        file.close()


def _text(cell: object) -> str:
    """The cell as somebody would have typed it: no point in whole numbers, times in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)
