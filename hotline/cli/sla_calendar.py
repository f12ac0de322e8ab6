"""`hotline sla calendar`: the local working calendar from and to files (日历导入导出)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import sla
from hotline.cli import clock, sla_recount
from hotline.cli.entry import fail
from hotline.cli.ready import with_database
from hotline.cli.telling import json_option, note, tell
from hotline.domain import rule_documents
from hotline.domain.timing import RuleSubject
from hotline.queries import rulebooks as shelf

if TYPE_CHECKING:
    from hotline.domain.rules import Document

LARGEST = 25 * 1024 * 1024


@click.group("calendar")
def calendar() -> None:
    """工作日历：从 iCal 或 CSV 导入本市的日子，或导出。"""


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--confirm-year", "years", type=click.IntRange(2000, 2100), multiple=True, metavar="Y"
)
@click.option("--reason", required=True, help="理由和依据文件，记入每张受影响工单")
@click.option("--replace", is_flag=True, help="以文件为准，删去已有的本地日子")
@click.option("--dry-run", is_flag=True, help="只试算影响，不发布")
@json_option
@with_database
def import_days(
    file: Path,
    *,
    years: tuple[int, ...],
    reason: str,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """导入 FILE 中的日子：先试算，再发布并重新计算在办工单；--confirm-year 确认该年已公布。"""
    from hotline.services import rulebooks

    reading = _read(file)
    document = _changed(reading, years, is_replacing=replace)
    actor, now = sla_recount.OPERATOR, clock.now()
    summary = f"导入 {file.name[:60]}：{len(reading.entries)} 天"
    wanted = rulebooks.Draft(
        subject=RuleSubject.CALENDAR, document=document, summary=summary, reason=reason
    )
    book_id = rulebooks.draft(wanted, actor, at=now)
    trial = sla_recount.followed(shelf.run_of(book_id, is_dry=True), "试算")
    result: dict[str, Any] = {
        "file": str(file),
        "days": len(reading.entries),
        "notes": list(reading.notes),
        "dry_run": dry_run,
        "trial": trial,
        "version": None,
        "recount": None,
    }
    if dry_run:
        rulebooks.discard(book_id, actor)
    else:
        rulebooks.publish(book_id, actor, at=clock.now())
        result["version"] = shelf.newest_version(RuleSubject.CALENDAR)
        result["recount"] = sla_recount.followed(shelf.run_of(book_id, is_dry=False), "重算")
    tell(result, as_json=as_json, words=lambda: _words(result))


def _read(file: Path) -> sla.Reading:
    if file.stat().st_size > LARGEST:
        fail(f"{file.name} 太大，日历文件最大 5 MB")
    try:
        reading = sla.read_calendar(file.read_bytes(), name=file.name)
    except sla.CalendarFileError as error:
        for problem in error.problems:
            note(problem)
        fail(f"{file.name} 没有采用：有 {len(error.problems)} 处问题")
    for words in (
        *reading.notes,
        *sla.clashes(reading.entries, shelf.rules_under(None).calendar()),
    ):
        note(words)
    return reading


def _changed(reading: sla.Reading, years: tuple[int, ...], *, is_replacing: bool) -> Document:
    document = shelf.document_of(RuleSubject.CALENDAR)
    if is_replacing:
        document = {**document, "days": []}
    document = rule_documents.with_days(document, reading.entries)
    for year in years:
        document = rule_documents.with_year(document, year, is_confirmed=True)
    return document


def _words(result: dict[str, Any]) -> str:
    trial = sla_recount.said(result["trial"])
    if result["dry_run"]:
        return f"试算 {result['days']} 天：{trial}；没有发布"
    done = sla_recount.said(result["recount"])
    return f"已发布为工作日历第 {result['version']} 版，{result['days']} 天：{done}"


@calendar.command()
@click.option("--format", "kind", type=click.Choice(["ical", "csv"]), default="ical")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="写入文件")
@json_option
@with_database
def export(kind: str, *, output: Path | None, as_json: bool) -> None:
    """导出本市另行规定的日子。"""
    entries = rule_documents.entries_of(shelf.document_of(RuleSubject.CALENDAR))
    stamp = clock.now()
    body = sla.write_csv(entries) if kind == "csv" else sla.write_ical(entries, stamp=stamp)
    text = body.decode("utf-8-sig")
    if output is not None:
        output.write_bytes(body)
    result = {
        "days": len(entries),
        "format": kind,
        "file": str(output) if output else None,
        "text": None if output else text,
    }
    words = f"已写入 {output}：{len(entries)} 天" if output else text.rstrip()
    tell(result, as_json=as_json, words=lambda: words)
