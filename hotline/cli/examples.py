"""Texts and labels out of a table, for training, judging and trying models (样本读取)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from hotline.cli.entry import fail
from hotline.cli.tabular import Refusal, Refusals, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hotline.cli.tabular import Row

MOST_COLUMNS = 2
CONTENT_NAMES = ("text", "content")


@dataclass(frozen=True, slots=True)
class Examples:
    """(title, text) rows with their labels, and what was refused."""

    texts: list[tuple[str, str]]
    labels: list[str]
    refusals: Refusals


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


def read_examples(path: Path, columns: tuple[str, ...], label: str) -> Examples:
    """All rows that have both text and label; the others are refused with their line."""
    table = Table(path)
    table.need(*columns, label)
    examples = Examples([], [], Refusals())
    for row in _whole(table, columns, label, examples.refusals):
        examples.texts.append(pair(row, columns))
        examples.labels.append(row.cells[label].strip())
    if not examples.labels:
        fail(f"{path.name} 没有可用的行")
    return examples


def _whole(table: Table, columns: tuple[str, ...], label: str, refusals: Refusals) -> Iterator[Row]:
    for row in table.rows(refusals):
        if not row.cells[label].strip():
            refusals.add(Refusal(row.line, label, "没有标签"))
        elif not any(pair(row, columns)):
            refusals.add(Refusal(row.line, columns[-1], "没有文本"))
        else:
            yield row
