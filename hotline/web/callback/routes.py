"""The callback desk: the list of calls to make, and one ticket to call about (回访台)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for

from hotline.domain.terms import SATISFACTION
from hotline.queries import bounded, callbacks, worklists
from hotline.queries.callbacks import Tab
from hotline.services.callbacks import MAX_ATTEMPTS
from hotline.web.access import now
from hotline.web.callback import callback
from hotline.web.lines import ticket_rows
from hotline.web.looks import day, local
from hotline.web.tickets import ticket_page_context
from hotline.web.tickets.bad_ratings import rating_choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.queries.callbacks import CallbackLine
    from hotline.queries.tickets import TicketView

EMPTY = {
    Tab.OPEN: ("没有待回访的工单", "答复审核通过后，两个工作日内要回访，会按到期时间出现在这里。"),
    Tab.RETRY: ("没有需要再次拨打的工单", "未接通的会出现在这里，请换一个时段再拨。"),
    Tab.SAMPLE: ("没有抽样回访", "直接答复的咨询每五件抽一件回访，抽中的会出现在这里。"),
    Tab.DONE: ("还没有完成的回访", "完成的回访会出现在这里，最近完成的在前。"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was refused: which one, what was typed, what is wrong with it."""

    deed: str = ""
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@callback.get("")
def desk() -> str:
    """List the calls of one tab, or all tickets that a search finds."""
    at = now()
    words = request.args.get("q", "").strip()
    name = request.args.get("tab", Tab.OPEN.value)
    tab = Tab(name) if name in set(Tab) else Tab.OPEN
    cursor = request.args.get("cursor")
    if words:
        found = worklists.page(worklists.Scope(words=words), at=at, cursor=cursor)
        rows, next_cursor = ticket_rows(found.lines, ".ticket"), found.next_cursor
    else:
        page = callbacks.page(tab, at=at, cursor=cursor)
        rows, next_cursor = _rows(page.lines), page.next_cursor
    counts = callbacks.counts(at=at)
    return render_template(
        "callback/desk.html",
        tab=tab,
        tabs=[
            {
                "href": url_for(".desk", tab=each.value),
                "label": each.label,
                "active": each is tab and not words,
            }
            for each in Tab
        ],
        tiles=_tiles(counts),
        rows=rows,
        next_cursor=next_cursor,
        words=words,
        empty_words=EMPTY[tab],
        first=rows[0]["href"] if rows and tab is not Tab.DONE and not words else None,
    )


def _tiles(counts: callbacks.CallbackCounts) -> list[dict[str, Any]]:
    def tile(label: str, number: int, tone: str, icon: str, tab: Tab | None) -> dict[str, Any]:
        href = url_for(".desk", tab=tab.value) if tab else None
        value = bounded.words(number, callbacks.COUNT_TO)
        return {"label": label, "value": value, "tone": tone, "icon": icon, "href": href}

    return [
        tile("待回访", counts.open, "blue", "phone-call", Tab.OPEN),
        tile("今日到期", counts.due_today, "amber", "clock", None),
        tile("已超期", counts.overdue, "red" if counts.overdue else "gray", "alarm", None),
        tile("再次拨打", counts.retry, "purple", "refresh", Tab.RETRY),
        tile("今日完成", counts.done_today, "green", "circle-check", Tab.DONE),
    ]


def _rows(lines: Sequence[CallbackLine]) -> list[dict[str, Any]]:
    return [
        {
            "href": url_for(".ticket", ticket_no=line.ticket_no),
            "title": line.title,
            "note": f"{line.unit}答复：{line.reply}" if line.reply else line.unit,
            "marks": [
                *(["抽样"] if line.is_sample else []),
                *([f"第 {line.round} 轮"] if line.round > 1 else []),
            ],
            "ticket_no": line.ticket_no,
            "kind": line.kind.label,
            "caller": line.caller or "未留姓名",
            "tries": _tries(line),
            "promised": day(line.promised_at),
            "lamp": line.lamp if line.done_at is None else None,
            "due_text": day(line.due_at),
            "remaining": line.remaining,
            "done": day(line.done_at),
        }
        for line in lines
    ]


def _tries(line: CallbackLine) -> str:
    if not line.attempts:
        return "未拨打"
    return f"已拨 {line.attempts} 次，上次 {day(line.last_try_at)}"


@callback.get("/tickets/<ticket_no>")
def ticket(ticket_no: str) -> str:
    """Show what was promised and replied, and take the result of the call."""
    return ticket_page(ticket_no)


def ticket_page(ticket_no: str, draft: Draft | None = None) -> str:
    """Print the ticket page; a refused form comes back with its words and what is wrong."""
    context = ticket_page_context(ticket_no)
    row = context["ticket"]
    planned = callbacks.current(row.id)
    tries = callbacks.attempts(row.id)
    return render_template(
        "callback/ticket.html",
        **{**context, "suggestion_row": None, "may_unmask": False},
        **rating_choices(row),
        may_dial=context["may_unmask"],
        draft=draft or Draft(),
        planned=planned,
        planned_facts=_facts(context["view"]),
        tries=[
            {"at_text": local(each.at), "by": each.by, "reached": each.reached, "note": each.note}
            for each in tries
        ],
        tries_left=MAX_ATTEMPTS - planned.attempts if planned else 0,
        grades=[(str(grade), words) for grade, words in SATISFACTION.items()],
    )


def _facts(view: TicketView) -> list[tuple[str, str]]:
    """What the caller must know before dialling: promised, replied, by whom."""
    ticket = view.ticket
    replies = [row.replied_at for row in view.assignments if row.replied_at is not None]
    promised, replied = ticket.promised_at, max(replies, default=None)
    words = local(replied, "直接答复")
    if replied and promised:
        words += "，超过承诺时间" if replied > promised else "，在承诺时间内"
    return [
        ("诉求人", view.caller_name or "未留姓名"),
        ("答复单位", ticket.lead_department.name if ticket.lead_department else "热线直接答复"),
        ("承诺时间", local(promised)),
        ("实际答复", words),
    ]
