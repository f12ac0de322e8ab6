"""`hotline sla recount`: count open deadlines anew while the operator looks on (重算期限)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import sla
from hotline.cli import clock
from hotline.cli.ready import with_database
from hotline.cli.telling import json_option, table, tell
from hotline.domain.identity import Actor
from hotline.domain.terms import Role
from hotline.queries import rulebooks as shelf

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.models import Recount
    from hotline.queries.rulebooks import Line

OPERATOR = Actor(Role.ADMIN, "命令行")
"""Whoever may run commands on the server may do what the administrator may."""
SHOWN = 20
FIGURES = ("total", "examined", "changed", "held", "failed")
NOTHING = dict.fromkeys((*FIGURES, "tickets", "moved"), 0)


@click.command("recount")
@click.option(
    "--reason", default="按现行规则核对期限", show_default=True, help="理由，记入流转记录"
)
@click.option("--dry-run", is_flag=True, help="只列出会变化的计时，不改动")
@json_option
@with_database
def recount(*, reason: str, dry_run: bool, as_json: bool) -> None:
    """按现行规则重新计算全部在办计时，如恢复备份之后；原期限、理由和操作者记入流转记录。"""
    from hotline.services.timing import recounts

    recount_id = recounts.order(OPERATOR, reason=reason, is_dry=dry_run, at=clock.now())
    counted = followed(shelf.run(recount_id), "试算" if dry_run else "重算")
    lines = shelf.lines(recount_id, limit=SHOWN).rows
    result = {
        "dry_run": dry_run,
        "reason": reason,
        **counted,
        "lines": [_line(each) for each in lines],
    }
    tell(result, as_json=as_json, words=lambda: _sheet(result))


def followed(run: Recount | None, words: str) -> dict[str, int]:
    """Count a run to its end with a progress bar; a worker that counts too is welcome."""
    from tqdm import tqdm

    from hotline.services.timing import recounts

    if run is None:
        return NOTHING
    recount_id = run.id
    with tqdm(total=run.total, desc=words, unit="个计时") as bar:
        while not recounts.go_on(recount_id, at=clock.now()):
            bar.update(shelf.run(recount_id).examined - bar.n)
        run = shelf.run(recount_id)
        bar.update(run.examined - bar.n)
    tickets, moved = shelf.touched(recount_id)
    return {**{name: getattr(run, name) for name in FIGURES}, "tickets": tickets, "moved": moved}


def said(counted: dict[str, int]) -> str:
    """看了 12 个在办计时，3 个到期时间变化（涉及 3 件工单）…."""
    parts = [
        f"看了 {counted['examined']} 个在办计时",
        f"{counted['moved']} 个到期时间变化（涉及 {counted['tickets']} 件工单）",
        f"{counted['held']} 个保持原期限" if counted["held"] else "",
        f"{counted['failed']} 个无法计算" if counted["failed"] else "",
    ]
    return "，".join(part for part in parts if part)


def _line(line: Line) -> dict[str, Any]:
    return {
        "ticket_no": line.ticket_no,
        "unit": line.unit,
        "clock": line.clock.value,
        "due_before": _local(line.due_before),
        "due_after": _local(line.due_after) if line.due_after else None,
        "held": line.is_held,
        "problem": line.problem,
    }


def _local(moment: datetime) -> str:
    return moment.astimezone(sla.LOCAL).isoformat(timespec="seconds")


def _sheet(result: dict[str, Any]) -> str:
    rows = [
        [
            line["ticket_no"],
            line["unit"] or "",
            line["clock"],
            line["due_before"][:16].replace("T", " "),
            line["problem"] or (line["due_after"] or "")[:16].replace("T", " "),
            "保持" if line["held"] else "",
        ]
        for line in result["lines"]
    ]
    head = ("试算：" if result["dry_run"] else "重算：") + said(result)
    if not rows:
        return head
    return f"{head}\n{table(['工单', '单位', '计时', '原到期', '新到期', ''], rows)}"
