"""Finds out in which encoding a text file was saved (编码识别)."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("utf-8", "gb18030")


def encoding_of(path: Path) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, or GB18030 (which holds GBK and GB2312).

    The whole file is tried, a megabyte at a time: one Chinese name at the end decides. Raises
    ClickException for what is no text.
    """
    with path.open("rb") as file:
        head = file.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _checked(path, name)
    for name in _GUESSES:
        if _fits(path, name):
            return name
    raise _unreadable(path)


def _checked(path: Path, name: str) -> str:
    if not _fits(path, name):
        raise _unreadable(path)
    return name


def _fits(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                # GB18030 reads almost any bytes; text in it holds no NUL, programs and images do.
                if "\x00" in decoder.decode(chunk) and name == "gb18030":
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _unreadable(path: Path) -> click.ClickException:
    return click.ClickException(f"{path.name} 的编码无法识别：请另存为 UTF-8 或 GB18030 的 CSV")
