"""`hotline tickets`: look at tickets, the law and the catalogue from the command line (工单)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import routing
import sla
from hotline.cli import clock, topics
from hotline.cli.entry import fail
from hotline.cli.ready import with_database
from hotline.cli.telling import json_option, table, tell
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Stage, diagram
from hotline.domain.terms import Kind, Urgency
from hotline.queries import editions, office, worklists
from hotline.queries import tickets as whole
from hotline.services import dispatching

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.queries.tickets import TicketView
    from hotline.queries.worklists import Line


@click.group("tickets")
def command() -> None:
    """工单：列表、详情、热点、状态图、派单目录体检。"""


command.add_command(topics.command)


@command.command("list")
@click.option("--stage", "stages", multiple=True, type=click.Choice([s.value for s in Stage]))
@click.option("--kind", type=click.Choice([k.value for k in Kind]), help="诉求类型")
@click.option("--urgency", type=click.Choice([u.value for u in Urgency]), help="紧急程度")
@click.option("--department", metavar="CODE", help="主办单位编码")
@click.option("--area", metavar="CODE", help="区划代码，含下级")
@click.option("--words", help="标题中的词，或工单编号的末几位")
@click.option("--overdue", is_flag=True, help="只看办理已超期的")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@json_option
@with_database
def list_tickets(*, limit: int, as_json: bool, **wanted: Any) -> None:  # noqa: ANN401 - click
    """按条件列出工单，最新的在前（--overdue 时最早到期的在前）。"""
    now = clock.now()
    scope = _scope(wanted, now)
    page = worklists.page(scope, at=now, limit=limit)
    tell(
        {"tickets": [_line(line) for line in page.lines], "more": page.next_cursor is not None},
        as_json=as_json,
        words=lambda: _table(page.lines) if page.lines else "没有符合条件的工单",
    )


def _scope(wanted: dict[str, Any], now: datetime) -> worklists.Scope:
    return worklists.Scope(
        stages=[Stage(name) for name in wanted["stages"]],
        kind=Kind(wanted["kind"]) if wanted["kind"] else None,
        urgency=Urgency(wanted["urgency"]) if wanted["urgency"] else None,
        department_id=_unit_id(wanted["department"]),
        area_code=wanted["area"],
        words=wanted["words"],
        is_overdue_at=now if wanted["overdue"] else None,
    )


def _unit_id(code: str | None) -> int | None:
    if code is None:
        return None
    unit = dispatching.department_by_code(code)
    if unit is None:
        fail(f"没有编码为 {code} 的承办单位")
    return unit.id


def _line(line: Line) -> dict[str, Any]:
    return {
        "ticket_no": line.ticket_no,
        "title": line.title,
        "kind": line.kind.value,
        "stage": line.stage.value,
        "urgency": line.urgency.value,
        "marks": list(line.marks),
        "area": line.area,
        "department": line.unit,
        "category": line.category,
        "registered_at": _local(line.registered_at),
        "due_at": _local(line.due_at),
        "lamp": line.lamp,
        "round": line.round,
    }


def _table(lines: list[Line]) -> str:
    rows = [
        [
            *(line.ticket_no, line.stage.label, line.kind.label, line.unit, _short(line.due_at)),
            *(sla.LAMP_LABELS[sla.Lamp(line.lamp)] if line.lamp else "", line.title[:24]),
        ]
        for line in lines
    ]
    return table(["工单编号", "阶段", "类型", "主办单位", "办理到期", "灯", "标题"], rows)


@command.command()
@click.argument("ticket_no")
@json_option
@with_database
def show(ticket_no: str, *, as_json: bool) -> None:
    """一张工单的全部：要素、时限、流转记录；姓名电话已脱敏。"""
    ticket = whole.ticket_for(SYSTEM, ticket_no=ticket_no)
    seen = whole.view(ticket, at=clock.now())
    result = _facts(seen)
    tell(result, as_json=as_json, words=lambda: _page(seen))


def _facts(seen: TicketView) -> dict[str, Any]:
    ticket = seen.ticket
    unit = ticket.lead_department
    names = ("ticket_no", "title", "content", "address", "round", "reply", "category_code")
    return {
        **{name: getattr(ticket, name) for name in names},
        **{name: getattr(ticket, name).value for name in ("kind", "channel", "stage", "urgency")},
        "outcome": ticket.outcome.value if ticket.outcome else None,
        "marks": list(seen.marks),
        "area": seen.area,
        "category": seen.category_path,
        "department": unit.name if unit else None,
        "caller": {"name": seen.caller_name, "phone": seen.caller_phone},
        "registered_at": _local(ticket.registered_at),
        "promised_at": _local(ticket.promised_at),
        "closed_at": _local(ticket.closed_at),
        "clocks": [
            {
                "clock": c.label,
                "due_at": _local(c.story.due_at),
                "lamp": c.lamp,
                "stopped": c.is_stopped,
            }
            for c in seen.clocks
        ],
        "timeline": [
            {"at": _local(e.at), "event": e.event.value, "by": e.actor_name, "reason": e.reason}
            for e in seen.timeline
        ],
        "ratings": [
            {"round": r.round, "satisfaction": r.satisfaction, "resolved": r.resolved.value}
            for r in seen.ratings
        ],
    }


def _page(seen: TicketView) -> str:
    ticket = seen.ticket
    unit = ticket.lead_department
    facts = [
        ["编号", ticket.ticket_no],
        ["标题", ticket.title],
        ["阶段", ticket.stage.label + (f"（{ticket.outcome.label}）" if ticket.outcome else "")],
        ["类型", f"{ticket.kind.label}，{ticket.urgency.label}，{ticket.channel.label}"],
        ["标记", "、".join(seen.marks)],
        ["来电人", f"{seen.caller_name} {seen.caller_phone}".strip()],
        ["地点", f"{seen.area} {ticket.address or ''}".strip()],
        ["分类", seen.category_path],
        ["主办单位", unit.name if unit else ""],
        ["承诺时间", _short(ticket.promised_at)],
        ["内容", ticket.content],
        ["答复", ticket.reply or ""],
    ]
    clocks = [
        [c.label, _short(c.story.due_at), sla.LAMP_LABELS[sla.Lamp(c.lamp)], c.remaining]
        for c in seen.clocks
    ]
    trail = [[_short(e.at), e.event.label, e.actor_name, e.reason or ""] for e in seen.timeline]
    return "\n\n".join(
        [
            "\n".join(f"{name}：{value}" for name, value in facts if value),
            table(["计时", "到期", "灯", "剩余"], clocks),
            table(["时间", "事件", "经办", "说明"], trail),
        ]
    )


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone(sla.LOCAL).isoformat(timespec="seconds") if moment else None


def _short(moment: datetime | None) -> str:
    return f"{moment.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}" if moment else ""


@command.command("diagram")
def show_diagram() -> None:
    """以 Mermaid 画出工单状态机。"""
    click.echo(diagram())


@command.group("catalogue")
def catalogue() -> None:
    """派单目录。"""


@catalogue.command("check")
@json_option
@with_database
def check(*, as_json: bool) -> None:
    """体检派单目录：并列、缺口、单位、下推基层、循环下派、永不命中、已失效的规则。"""
    rules, _ = office.catalogue()
    found = editions.findings(clock.now().astimezone(sla.LOCAL).date())
    wrong = [finding for finding in found if finding.severity != "info"]
    result = {
        "ok": not wrong,
        "rules": len(rules.rules),
        "findings": [
            {
                **{name: getattr(each, name) for name in ("kind", "severity", "text", "advice")},
                "rules": list(each.rules),
            }
            for each in found
        ],
    }
    lines = "\n".join(
        f"[{routing.SEVERITY_LABELS[each.severity]}] {each.text}。{each.advice}" for each in found
    )
    tell(
        result,
        as_json=as_json,
        words=lambda: lines or f"{len(rules.rules)} 条规则，没有发现问题",
    )
    if wrong:
        raise SystemExit(1)
