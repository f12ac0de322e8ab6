"""The map from somebody's columns and words to ours (导入映射)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

import sla
from hotline.domain.errors import Invalid
from hotline.domain.terms import SATISFACTION, Channel, Kind, Resolved, Term
from hotline.services.history import Record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hotline.cli.tabular import Row

FIELDS = tuple(f.name for f in fields(Record) if f.name != "line")
REQUIRED = ("content", "registered_at")
_GRADES = {label: grade for grade, label in SATISFACTION.items()}
_W = TypeVar("_W", bound=Term)


@dataclass(frozen=True, slots=True)
class HistoryMap:
    """Which column is which field, what their words mean, and how their times are written."""

    columns: dict[str, str]
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    formats: tuple[str, ...] = ()

    def column_of(self, name: str) -> str:
        """Their name for one of our fields; a check's own name for it is understood too."""
        return self.columns.get(name.removeprefix("caller."), "")

    def record(self, row: Row) -> Record:
        """The row in our words; raises Invalid naming the first field that cannot be read."""
        said = {name: self._said(name, row) for name in self.columns}
        return Record(
            line=row.line,
            kind=_word(Kind, "kind", said.pop("kind", "")),
            channel=_word(Channel, "channel", said.pop("channel", "")) or Channel.IMPORT,
            resolved=_word(Resolved, "resolved", said.pop("resolved", "")),
            satisfaction=_grade(said.pop("satisfaction", "")),
            registered_at=self._needed_time(said.pop("registered_at")),
            closed_at=self._time("closed_at", said.pop("closed_at", "")),
            **said,
        )

    def _said(self, name: str, row: Row) -> str:
        cell = row.cells[self.columns[name]].strip()
        return self.words.get(name, {}).get(cell, cell)

    def _needed_time(self, text: str) -> datetime:
        moment = self._time("registered_at", text)
        if moment is None:
            raise Invalid("registered_at", "没有登记时间")
        return moment

    def _time(self, name: str, text: str) -> datetime | None:
        """Their formats first, then ISO 8601; local time where no zone is written."""
        if not text:
            return None
        for read in (*(_reader(form) for form in self.formats), datetime.fromisoformat):
            try:
                moment = read(text)
            except ValueError:
                continue
            return moment.replace(tzinfo=sla.LOCAL) if moment.tzinfo is None else moment
        hint = "、".join(self.formats) or "ISO 8601"
        raise Invalid(name, f"“{text}”不是时间（{hint}），请在 [times] format 中写明格式")


def _reader(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added after


def _word(words: type[_W], name: str, text: str) -> _W | None:
    if not text:
        return None
    for member in words:
        if text in (member.value, member.label):
            return member
    known = "、".join(member.value for member in words)
    raise Invalid(name, f"不认识“{text}”，请在 [values.{name}] 中写明对应（{known}）")


def _grade(text: str) -> int | None:
    if not text:
        return None
    if text in _GRADES:
        return _GRADES[text]
    if text.isascii() and text.isdigit():
        return int(text)
    raise Invalid("satisfaction", f"不认识“{text}”，请在 [values.satisfaction] 中写明 1 到 5")


def read_map(path: Path) -> HistoryMap:
    """Read a MAP.toml; one clear line (exit 1) for everything that is wrong with it."""
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise _wrong(path, "不是 UTF-8 编码") from None
    except tomllib.TOMLDecodeError as error:
        raise _wrong(path, f"不是合法的 TOML：{error}") from None
    unknown = sorted(set(table) - {"columns", "values", "times"})
    if unknown:
        raise _wrong(path, f"没有 [{unknown[0]}] 这一节，可用：columns、values、times")
    columns = _texts(path, "columns", table.get("columns", {}))
    _must_be_fields(path, "columns", columns)
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise _wrong(path, f"[columns] 缺少 {'、'.join(missing)}")
    return HistoryMap(columns, _values(path, table), _formats(path, table.get("times", {})))


def _values(path: Path, table: dict[str, Any]) -> dict[str, dict[str, str]]:
    values = table.get("values", {})
    if not isinstance(values, dict):
        raise _wrong(path, "[values] 须写成 [values.字段名] 表")
    _must_be_fields(path, "values", values)
    return {name: _texts(path, f"values.{name}", words) for name, words in values.items()}


def _formats(path: Path, times: object) -> tuple[str, ...]:
    form = times.get("format", []) if isinstance(times, dict) else None
    forms = [form] if isinstance(form, str) else form
    if not isinstance(forms, list) or not all(isinstance(one, str) for one in forms):
        raise _wrong(path, '[times] 须写成 format = "%Y-%m-%d %H:%M"')
    return tuple(forms)


def _texts(path: Path, name: str, table: object) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(v, str | int) for v in table.values()):
        raise _wrong(path, f'[{name}] 须写成 名称 = "文字"')
    return {key: str(value) for key, value in table.items()}


def _must_be_fields(path: Path, name: str, table: dict[str, Any]) -> None:
    for key in table:
        if key not in FIELDS:
            raise _wrong(path, f"[{name}] 中没有字段 {key}，可用：{'、'.join(FIELDS)}")


def _wrong(path: Path, words: str) -> click.ClickException:
    return click.ClickException(f"{path.name}：{words}")
