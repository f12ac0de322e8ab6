"""`hotline sla`: why a deadline is when it is, day by day (时限说明)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from flask.cli import with_appcontext

import sla
from hotline.cli.entry import fail
from hotline.cli.ready import with_database
from hotline.cli.telling import json_option, note, table, tell
from hotline.domain.errors import Unavailable
from hotline.domain.terms import Clock
from hotline.queries import deadlines, health, office

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.models import Deadline

WEEKDAYS = "一二三四五六日"
MOST_DAYS = 2000


@click.group("sla")
def command() -> None:
    """时限：逐日说明一张工单或一个日期的到期时间。"""


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
        rules = sla.load_profile(profile) if profile else office.profile()
        limit = sla.Limit(days, sla.Unit.WORKING_DAYS)
        said = sla.explain(_calendar(), start, limit)
    except sla.SlaError as error:
        fail(str(error))
    result = {"from": _local(start), "profile": rules.name, "limit": str(limit), **_told(said)}
    tell(result, as_json=as_json, words=lambda: _sheet(result))


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
    """逐日说明一张工单的期限；due_at 与 days 是办理期限，未派单时是派单期限。"""
    rows = deadlines.of_ticket(ticket_no)
    if not rows:
        fail(f"工单 {ticket_no} 没有计时（已直接办结或历史导入）")
    calendar = office.calendar()
    clocks = [_clock(row, calendar) for row in rows]
    main = clocks[rows.index(_main(rows))]
    result = {
        "ticket_no": ticket_no,
        **{name: main[name] for name in ("clock", "due_at", "provisional", "days")},
        "clocks": clocks,
    }
    tell(result, as_json=as_json, words=lambda: "\n\n".join(_sheet(clock) for clock in clocks))


def _main(rows: Sequence[Deadline]) -> Deadline:
    handling = [row for row in rows if row.clock is Clock.HANDLE]
    return handling[-1] if handling else rows[0]


def _clock(row: Deadline, calendar: sla.Calendar) -> dict[str, Any]:
    """One clock as stored, with the days counted anew; tells when the two differ."""
    limit = sla.Limit(row.amount, sla.Unit(row.unit))
    said = sla.explain(calendar, row.started_at, limit)
    told = {
        "clock": row.clock.value,
        "label": row.clock.label,
        "round": row.round,
        "from": _local(row.started_at),
        "limit": str(limit),
        "rule": row.rule_id,
        "profile": row.profile,
        **_told(said),
        "due_at": _local(row.due_at),
        "stopped_at": _local(row.stopped_at) if row.stopped_at else None,
    }
    if row.due_at != row.first_due_at:
        told["note"] = f"原到期 {_shown(_local(row.first_due_at))}，后经延期"
    elif row.due_at != said.due_at:
        told["note"] = f"工作日历此后有调整，按现在的日历为 {_shown(_local(said.due_at))}"
    return told


def _told(said: sla.Explanation) -> dict[str, Any]:
    days = [{"date": str(d.date), "counted": d.counted, "why": d.why} for d in said.days]
    return {"due_at": _local(said.due_at), "provisional": said.provisional, "days": days}


def _local(moment: datetime) -> str:
    return moment.astimezone(sla.LOCAL).isoformat(timespec="seconds")


def _shown(moment: str) -> str:
    when = datetime.fromisoformat(moment)
    return f"{when:%Y-%m-%d}（周{WEEKDAYS[when.weekday()]}）{when:%H:%M}"


def _sheet(told: dict[str, Any]) -> str:
    title = f"{told['label']}期限（第 {told['round']} 轮）：" if "label" in told else ""
    lines = [
        (
            f"{title}{told['limit']}，自 {_shown(told['from'])} 起，"
            f"{_shown(told['due_at'])} 到期（{told['profile']}）"
        )
    ]
    if told["provisional"]:
        lines.append("其中有官方尚未公布安排的日期，期限为暂定")
    if told.get("note"):
        lines.append(told["note"])
    if told.get("stopped_at"):
        lines.append(f"已于 {_shown(told['stopped_at'])} 停止计时")
    return "\n".join(lines) + "\n" + table(["日期", "星期", "计入", "说明"], _day_rows(told))


def _day_rows(told: dict[str, Any]) -> list[list[str]]:
    return [
        [
            day["date"],
            WEEKDAYS[datetime.fromisoformat(day["date"]).weekday()],
            "✓" if day["counted"] else "–",
            day["why"],
        ]
        for day in told["days"]
    ]
