"""TOML with the place of every value, and complaints in Chinese (TOML 读取)."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from sla.errors import Problem
from sla.profiles.locating import locate

if TYPE_CHECKING:
    from sla.profiles.locating import Path, Place

_SPOT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")
_COMPLAINTS = {
    "Invalid value": "值写法不对（文字要加引号）",
    "Invalid statement": "这里不是字段、表头或注释",
    "Expected '='": "字段名之后缺少等号",
    "Expected newline": "值之后有多余的内容（一行只写一个字段），或没有这样的日期",
    "Expected ']": "表头的方括号没有写完",
    "Unclosed array": "列表的方括号没有写完，或缺少逗号",
    "Unclosed inline": "花括号没有写完，或缺少逗号",
    "Unterminated string": "引号没有写完",
    "Illegal character": "文字中有不允许的字符，或引号没有写完",
    "Unescaped": "文字中的反斜杠要写成两个",
    "Cannot overwrite": "字段写了两遍",
    "Cannot declare": "表头写了两遍",
    "Duplicate": "字段写了两遍",
    "Invalid date": "没有这样的日期",
    "Invalid initial": "字段名写法不对",
    "maximum recursion": "括号嵌套太深",
    "Exceeds the limit": "数字太长",
}


class MisspeltError(ValueError):
    """A text that is no TOML; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_toml(text: str) -> tuple[dict[str, Any], dict[Path, Place]]:
    """The table of a text and where each of its values stands. Raises MisspeltError."""
    text = text.removeprefix("\ufeff")  # Windows Notepad begins a file with it
    try:
        return tomllib.loads(text), locate(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of 5,000 digits
        raise MisspeltError(_misspelt(text, error)) from None


def _misspelt(text: str, error: Exception) -> Problem:
    """What tomllib complains about, in Chinese where its words are known."""
    said = str(error)
    lines = text.split("\n")
    spot = _SPOT.search(said)
    if spot is None:
        line, column = 1, 1
    elif spot[1] is None:
        line, column = len(lines), len(lines[-1]) + 1
    else:
        line, column = int(spot[1]), int(spot[2])
    plain = _SPOT.sub("", said)
    known = (words for start, words in _COMPLAINTS.items() if plain.startswith(start))
    return Problem(line, column, "不是合法的 TOML", next(known, plain))
