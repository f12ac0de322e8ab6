"""`hotline doctor`: is everything well, and if not, what to do (体检)."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext

from hotline.cli import checkup, clock
from hotline.cli.checkup import Finding, State
from hotline.cli.telling import json_option, tell

SIGNS = {State.OK: "✓", State.WARN: "!", State.FAIL: "✗", State.SKIPPED: "-"}


@click.command("doctor")
@json_option
@with_appcontext
def command(*, as_json: bool) -> None:
    """检查数据库、Redis、后台进程、模型、日历、时钟、磁盘和积压；每一项都说明怎么办。"""
    house = current_app.extensions["hotline"]
    findings = checkup.examine(house, clock.now())
    is_well = all(finding.state is not State.FAIL for finding in findings)
    tell(
        {"ok": is_well, "checks": [asdict(finding) for finding in findings]},
        as_json=as_json,
        words=lambda: "\n".join(_line(finding) for finding in findings),
    )
    if not is_well:
        raise SystemExit(1)


def _line(finding: Finding) -> str:
    todo = f"；{finding.todo}" if finding.todo else ""
    return f"{SIGNS[finding.state]} {finding.name}：{finding.says}{todo}"
