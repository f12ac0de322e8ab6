"""How commands report: one JSON object on stdout, everything else on stderr (输出)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LAST_NARROW = 0x2E7F
"""Beyond this code point characters take two columns of a terminal."""
json_option = click.option("--json", "as_json", is_flag=True, help="以一个 JSON 对象输出结果")


def tell(result: Mapping[str, Any], *, as_json: bool, words: Callable[[], str]) -> None:
    """Print the result for a program or for a person."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, default=str))
    else:
        click.echo(words())


def note(words: str) -> None:
    """Say something on the way; never on standard output."""
    click.echo(words, err=True)


def table(headings: list[str], rows: list[list[str]]) -> str:
    """A plain table whose Chinese columns line up."""
    widths = [
        max(_width(row[i]) for row in [headings, *rows]) if rows else _width(headings[i])
        for i in range(len(headings))
    ]
    lines = [_row(headings, widths), "  ".join("─" * w for w in widths)]
    return "\n".join(lines + [_row(row, widths) for row in rows])


def _row(cells: list[str], widths: list[int]) -> str:
    return "  ".join(c + " " * (w - _width(c)) for c, w in zip(cells, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    return sum(2 if ord(c) > LAST_NARROW else 1 for c in text)
