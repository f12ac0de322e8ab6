"""Where each value of a TOML text stands (行、列), so that a mistake can be pointed at."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from typing import cast

Path = tuple[str | int, ...]
"""Keys and indexes from the root to a value: ("rule", 2, "kinds", 0)."""
Place = tuple[int, int]
"""Line and column, both from 1."""

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_STRING = (
    r'"""(?:\\.|[^\\])*?"{3,5}|'  # a multi-line string may end in one or two quotes of its own
    r"'''.*?'{3,5}|"
    r'"(?:\\.|[^"\\])*"|'
    r"'[^']*'"
)
_KEY = re.compile(rf"{_STRING}|[A-Za-z0-9_-]+", re.DOTALL)
_SCALAR = re.compile(rf"{_STRING}|[^,\]}}#\n]+", re.DOTALL)
_CLOSING = {"[": "]", "{": "}"}


def locate(text: str) -> dict[Path, Place]:
    """Places of all values and table headers of a text that tomllib has read without complaint."""
    return _Scan(text.replace("\r\n", "\n")).places


class _Scan:
    """One walk through a valid text; what tomllib refuses need not be looked for here."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.lengths: Counter[Path] = Counter()
        self.places: dict[Path, Place] = {(): (1, 1)}
        table: Path = ()
        self._skip(_SPACE)
        while self.at < len(text):
            if text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_SPACE)

    def _header(self) -> Path:
        begin, brackets = self.at, 1 + self.text.startswith("[[", self.at)
        self.at += brackets
        keys = self._keys()
        self.at += brackets
        path: Path = ()
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            if number == len(keys) and brackets > 1:
                self.lengths[path] += 1
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        self._mark(path, begin)
        return path

    def _pair(self, table: Path) -> None:
        path = (*table, *self._keys())
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _keys(self) -> list[str]:
        """A dotted key, quotes removed."""
        keys: list[str] = []
        while not keys or self.text[self.at] == ".":
            self.at += bool(keys)
            self._skip(_BLANK)
            begin = self.at
            self._skip(_KEY)
            keys.append(_plain(self.text[begin : self.at]))
            self._skip(_BLANK)
        return keys

    def _value(self, path: Path) -> None:
        self._mark(path, self.at)
        closing = _CLOSING.get(self.text[self.at])
        if closing is None:
            self._skip(_SCALAR)
            return
        self.at += 1
        self._skip(_SPACE)
        index = 0
        while self.text[self.at] != closing:
            if closing == "]":
                self._value((*path, index))
            else:
                self._pair(path)
            index += 1
            self._skip(_SPACE)
            if self.text[self.at] == ",":
                self.at += 1
                self._skip(_SPACE)
        self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match is None:  # pragma: no cover - only for a text tomllib would have refused
            raise ValueError(f"not TOML at {self.at}")
        self.at = match.end()

    def _mark(self, path: Path, offset: int) -> None:
        line = bisect_right(self.starts, offset)
        self.places[path] = (line, offset - self.starts[line - 1] + 1)


def _plain(key: str) -> str:
    return cast("str", tomllib.loads(f"key = {key}")["key"]) if key[0] in "\"'" else key
