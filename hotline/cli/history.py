"""`hotline import`: the ticket history of an older system (历史导入)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hotline.cli import clock
from hotline.cli.entry import fail
from hotline.cli.history_map import read_map
from hotline.cli.ready import with_database
from hotline.cli.tabular import Refusal, Refusals, Table
from hotline.cli.telling import json_option, note, tell
from hotline.domain.errors import Invalid
from hotline.services import history

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from hotline.cli.history_map import HistoryMap
    from hotline.services.history import Record

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Source:
    """The rows of the file as records; each walk reads the file anew."""

    def __init__(self, table: Table, told: HistoryMap) -> None:
        self.table = table
        self.told = told
        self.refusals = Refusals()
        table.need(*told.columns.values())

    def records(self, words: str) -> Iterator[Record]:
        """Every row that can be read, with a progress bar; the others are refused."""
        from tqdm import tqdm

        self.refusals = Refusals()
        for row in tqdm(self.table.rows(self.refusals), desc=words, unit="行"):
            try:
                yield self.told.record(row)
            except Invalid as error:
                self._refuse(row.line, error)

    def refuse(self, record: Record, error: Invalid) -> None:
        """The service's word on a record, told with line and the file's own column."""
        self._refuse(record.line, error)

    def _refuse(self, line: int, error: Invalid) -> None:
        for name, reason in error.errors.items():
            self.refusals.add(Refusal(line, self.told.column_of(name) or name, reason))


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--map", "map_file", type=FILE, required=True, help="列名对应表（TOML）")
@click.option("--dry-run", is_flag=True, help="只检查，不写入")
@click.option("--partial", is_flag=True, help="写入没有问题的行，每 500 行一次提交")
@json_option
@with_database
def command(file: Path, map_file: Path, *, dry_run: bool, partial: bool, as_json: bool) -> None:
    """导入历史工单（CSV 或 Excel），含已办结的；缺省整份文件要么全部写入，要么一行不写。"""
    source = Source(Table(file), read_map(map_file))
    now = clock.now()
    good, written = 0, 0
    if partial and not dry_run:
        good = written = history.load_partly(source.records("导入"), at=now, refuse=source.refuse)
    else:
        good = history.inspect(source.records("检查"), at=now, refuse=source.refuse)
        if good and not dry_run and not source.refusals.count:
            written = _write_all(source, now)
    result = {
        "imported": written,
        "good": good,
        "refused": source.refusals.count,
        "dry_run": dry_run,
        "refusals": source.refusals.as_list(),
    }
    tell(result, as_json=as_json, words=lambda: f"可导入 {good} 行，已写入 {written} 行")
    _judge(source, good, partial=partial)


def _write_all(source: Source, now: datetime) -> int:
    refused = source.refusals
    written = history.load_all(source.records("写入"), at=now)
    source.refusals = refused
    return written


def _judge(source: Source, good: int, *, partial: bool) -> None:
    """Exit 1 when something was refused and that was not asked to be passed over."""
    refused = source.refusals.count
    if not good and not refused:
        fail(f"{source.table.path.name} 没有可导入的行")
    if refused and not partial:
        fail(f"有 {refused} 行不能导入，整份文件未写入；改正后重试，或用 --partial 导入其余的行")
    if refused:
        note(f"有 {refused} 行未导入")
