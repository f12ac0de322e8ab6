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
_FIRST_ASIAN = 0x800
"""From here on a character takes three bytes in UTF-8; all Chinese ones do."""


def encoding_of(path: Path) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, or GB18030 (which holds GBK and GB2312).

    The whole file is tried, a megabyte at a time: one Chinese name at the end decides. Raises
    ClickException for what is no text.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is None:
        return _guessed(path)
    if _highest(path, marked) is None:
        raise _unreadable(path)
    return marked


def _guessed(path: Path) -> str:
    """UTF-8 if it can be, except where it would hold no Asian letter and GB2312 fits as well.

    Some Chinese words in GBK happen to be right UTF-8 of accents and Greek (the famous 联通).
    """
    highest = _highest(path, "utf-8")
    if highest is None:
        if _highest(path, "gb18030") is None:
            raise _unreadable(path)
        return "gb18030"
    is_doubtful = 0x7F < highest < _FIRST_ASIAN  # noqa: PLR2004 - the last of ASCII
    return "gb18030" if is_doubtful and _highest(path, "gb2312") is not None else "utf-8"


def _highest(path: Path, name: str) -> int | None:
    """The highest character code of the file read in this encoding; None when it cannot be."""
    decoder = codecs.getincrementaldecoder(name)()
    highest = 0
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                text = decoder.decode(chunk)
                # GB18030 reads almost any bytes; text in it holds no NUL, programs and images do.
                if "\x00" in text and name == "gb18030":
                    return None
                highest = max(highest, ord(max(text, default="\x00")))
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
    return highest


def _unreadable(path: Path) -> click.ClickException:
    return click.ClickException(f"{path.name} 的编码无法识别：请另存为 UTF-8 或 GB18030 的 CSV")
