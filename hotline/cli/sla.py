"""`hotline sla`: why a deadline is when it is, day by day (时限说明)."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext

import sla
from hotline.cli import clock, sla_rules
from hotline.cli import shown_clocks as shown
from hotline.cli.entry import fail
from hotline.cli.ready import with_database
from hotline.cli.telling import json_option, note, tell
from hotline.domain.errors import Unavailable
from hotline.queries import explaining, health, office

MOST_DAYS = 2000


@click.group("sla")
def command() -> None:
    """时限：逐日说明到期时间，检查和维护规则。"""


sla_rules.add_to(command)


def _moment(_context: click.Context, _option: click.Parameter, value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        words = f"{value!r} 不是 ISO 8601 时间，例如 2026-09-30T10:00（缺省为北京时间）"
        raise click.BadParameter(words) from None
    return moment.replace(tzinfo=sla.LOCAL) if moment.tzinfo is None else moment


@command.command()
@click.argument("start", metavar="FROM", callback=_moment)
@click.argument("days", metavar="N_DAYS", type=click.IntRange(1, MOST_DAYS))
@click.option("--profile", help="城市时限配置，缺省为 HOTLINE_PROFILE")
@json_option
@with_appcontext
def due(start: datetime, days: int, *, profile: str | None, as_json: bool) -> None:
    """从 FROM 起 N 个工作日何时到期，每一天计入与否及原因。"""
    try:
        rules = sla.load_profile(profile) if profile else _profile()
        limit = sla.Limit(days, sla.Unit.WORKING_DAYS)
        said = sla.explain(_calendar(), start, limit)
    except sla.SlaError as error:
        fail(str(error))
    result = {
        "from": shown.local(start),
        "profile": rules.name,
        "limit": str(limit),
        "due_at": shown.local(said.due_at),
        "provisional": said.provisional,
        "days": shown.days(said.days),
    }
    tell(result, as_json=as_json, words=lambda: shown.counted_sheet(result))


def _profile() -> sla.Profile:
    """The policy in force where there is a database, else the shipped one."""
    try:
        if health.are_migrations_at_head():
            return office.profile(clock.now())
    except Unavailable:
        pass
    return sla.load_profile()


def _calendar() -> sla.Calendar:
    """The office's own calendar where there is a database, else the official one."""
    try:
        if health.are_migrations_at_head():
            return office.calendar()
    except Unavailable:
        pass
    note("数据库不可用，按国务院办公厅公布的节假日计算")
    return sla.official_calendar()


@command.command()
@click.argument("ticket_no")
@json_option
@with_database
def explain(ticket_no: str, *, as_json: bool) -> None:
    """逐日说明一张工单的每个期限：依据、暂停、延期、重算，以及接下来何时发生什么。

    due_at 与 days 是办理期限，未派单时是派单期限。
    """
    stories = explaining.of_ticket(ticket_no, at=clock.now())
    if not stories:
        fail(f"工单 {ticket_no} 没有计时（已直接办结或历史导入）")
    clocks = [shown.clock(story) for story in stories]
    main = clocks[stories.index(explaining.main_of(stories))]
    result = {
        "ticket_no": ticket_no,
        **{name: main[name] for name in ("clock", "due_at", "provisional", "days")},
        "clocks": clocks,
    }
    tell(result, as_json=as_json, words=lambda: "\n\n".join(map(shown.clock_sheet, clocks)))
