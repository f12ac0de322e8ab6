"""Texts and labels out of a table, for training, judging and trying models (样本读取)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

import click

from hotline.cli.entry import fail
from hotline.cli.tabular import Refusal, Refusals, Table, TableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from classifier import LabelledRow
    from hotline.cli.tabular import Row

MOST_COLUMNS = 2
MOST_LEVELS = 4
MOST_TOLD = 200
"""Refused rows that are told one by one; a long file may have as many as it has rows."""
OTHER_SLASH = "∕"
"""A slash within a name is no step of a path."""
CONTENT_NAMES = ("text", "content")


class Lessons:
    """Labelled rows of a table, read anew on each walk; what is refused is told on the first.

    A row that has no label or no text is refused with its line, as is a ragged one.
    """

    def __init__(
        self,
        path: Path,
        texts: tuple[str, ...],
        labels: tuple[str, ...],
        department: str | None = None,
    ) -> None:
        self.table = Table(path)
        self.table.need(*texts, *labels, *([department] if department else []))
        both = [name for name in (*labels, department) if name in texts]
        if both:
            name = both[0]
            fail(f"列“{name}”既是文本又是标签：模型会照抄答案，请改用别的列")
        if department in labels:
            fail(f"列“{department}”既是分类又是承办单位，请改用别的列")
        self._texts, self._labels, self._department = texts, labels, department
        self.refusals = Refusals(most_told=MOST_TOLD)
        self._is_told = False
        self.rows = 0
        """Whole rows; known once they have been walked through."""

    def __iter__(self) -> Iterator[LabelledRow]:
        from classifier import LabelledRow

        refusals = Refusals(most_told=0) if self._is_told else self.refusals
        rows = 0
        for row in self.table.rows(refusals):
            label = label_of(row, self._labels)
            title, text = pair(row, self._texts)
            if not label:
                refusals.add(Refusal(row.line, self._labels[0], "没有标签"))
            elif not (title or text):
                refusals.add(Refusal(row.line, self._texts[-1], "没有文本"))
            else:
                rows += 1
                unit = row.cells[self._department] if self._department else ""
                yield LabelledRow(title, text, label, unit)
        if not self._is_told:
            refusals.sum_up()
        self._is_told, self.rows = True, rows
        if not rows:
            raise TableError(f"{self.table.path.name} 没有可用的行")


@dataclass(frozen=True, slots=True)
class Examples:
    """(title, text) rows with their labels, and what was refused."""

    texts: list[tuple[str, str]]
    labels: list[str]
    refusals: Refusals


def read_examples(path: Path, columns: tuple[str, ...], label: str) -> Examples:
    """All whole rows at once, for commands that must hold them in memory."""
    lessons = Lessons(path, columns, (label,))
    rows = list(lessons)
    texts = [(row.title, row.text) for row in rows]
    return Examples(texts, [row.label for row in rows], lessons.refusals)


def label_of(row: Row, columns: Sequence[str]) -> str:
    """The label of a row; of a column for each level, a path as deep as they are filled."""
    if len(columns) == 1:
        return row.cells[columns[0]].strip()
    parts = (row.cells[name].strip().replace("/", OTHER_SLASH) for name in columns)
    return "/".join(takewhile(bool, parts))


def label_columns(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    """Click's callback for ``--label COL[,COL…]``, one column for each level."""
    names = tuple(name.strip() for name in re.split("[,，]", value) if name.strip())
    if not names or len(names) > MOST_LEVELS or len(set(names)) < len(names):
        raise click.BadParameter(f"须是一列，或每级一列（至多 {MOST_LEVELS} 级，从第一级起）")
    return names


def text_columns(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> tuple[str, ...]:
    """Click's callback for ``--text COL[,COL]``."""
    names = tuple(name.strip() for name in re.split("[,，]", value or "") if name.strip())
    if len(names) > MOST_COLUMNS or (value is not None and not names):
        raise click.BadParameter("须是一列，或“标题列,正文列”两列")
    return names


def usual_columns(table: Table) -> tuple[str, ...]:
    """Title and text where the table names them as everybody does; else one clear line."""
    content = next((name for name in CONTENT_NAMES if name in table.columns), None)
    if content is None:
        there = "、".join(table.columns)
        fail(f"请用 --text 指明文本列；{table.path.name} 中的列有：{there}")
    return ("title", content) if "title" in table.columns else (content,)


def pair(row: Row, columns: Sequence[str]) -> tuple[str, str]:
    """Title (may be empty) and text of a row."""
    texts = [row.cells[name].strip() for name in columns]
    return (texts[0] if len(texts) > 1 else "", texts[-1])
