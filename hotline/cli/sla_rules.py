"""`hotline sla profile | calendar | recount`: the rules of time for operators (规则维护)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import sla
from hotline.cli import sla_calendar, sla_recount
from hotline.cli.entry import fail
from hotline.cli.ready import with_database
from hotline.cli.telling import json_option, note, tell
from hotline.domain.rules import read_policy
from hotline.domain.timing import RuleSubject

if TYPE_CHECKING:
    from sla import Problem

LARGEST = 1024 * 1024
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def add_to(group: click.Group) -> None:
    """Hang these commands under `hotline sla`."""
    group.add_command(profile)
    group.add_command(sla_calendar.calendar)
    group.add_command(sla_recount.recount)


@click.group("profile")
def profile() -> None:
    """城市时限配置：检查文件，导出为 TOML。"""


@profile.command()
@click.argument("file", type=A_FILE)
@json_option
def check(file: Path, *, as_json: bool) -> None:
    """检查一个配置文件，逐处列出错误的行和列；没有错误才返回 0。"""
    problems: tuple[Problem, ...] = ()
    name = ""
    try:
        name = sla.parse_profile(_text(file), origin=file.name).name
    except sla.ProfileError as error:
        problems = error.problems
    result = {
        "file": str(file),
        "ok": not problems,
        "name": name,
        "problems": [problem._asdict() for problem in problems],
    }
    if not problems:
        tell(result, as_json=as_json, words=lambda: f"{file.name}：“{name}”没有错误")
        return
    for problem in () if as_json else problems:
        note(problem.said_of(str(file)))
    if as_json:
        tell(result, as_json=True, words=str)
    fail(f"{file.name} 有 {len(problems)} 处错误")


def _text(file: Path) -> str:
    if file.stat().st_size > LARGEST:
        fail(f"{file.name} 超过 1 MB，不像是时限配置")
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{file.name} 不是 UTF-8 编码，请另存为 UTF-8")


@profile.command()
@click.argument("name", required=False)
@json_option
@with_database
def export(name: str | None, *, as_json: bool) -> None:
    """把现行的时限规则导出为 TOML；写明 NAME 则导出系统自带的该城市配置。"""
    from hotline.queries import rulebooks

    try:
        found = sla.load_profile(name) if name else None
    except sla.ProfileError as error:
        fail(str(error))
    version = None
    if found is None:
        version = rulebooks.newest_version(RuleSubject.POLICY)
        found = read_policy(rulebooks.document_of(RuleSubject.POLICY))
    text = sla.profile_toml(found)
    result: dict[str, Any] = {"name": found.name, "version": version, "toml": text}
    tell(result, as_json=as_json, words=text.rstrip)
