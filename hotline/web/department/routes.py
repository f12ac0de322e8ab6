"""The desk of a unit: five lists by due time, and the ticket page (单位工作台)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask_login import current_user

from hotline.domain.errors import NotAllowed
from hotline.domain.lifecycle import Stage
from hotline.domain.reply_check import hints
from hotline.domain.terms import Role
from hotline.queries import bounded, catalog_choices, units
from hotline.queries.units import Tab
from hotline.services import motions
from hotline.web import bell
from hotline.web.access import now, staff
from hotline.web.department import department, forms
from hotline.web.lines import ticket_rows
from hotline.web.tickets import ticket_page_context
from hotline.web.tickets.bad_ratings import rating_choices

if TYPE_CHECKING:
    from collections.abc import Iterator

EMPTY = {
    Tab.TO_SIGN: ("没有待签收的工单", "新派来的工单会出现在这里，请在签收时限内签收。"),
    Tab.HANDLING: (
        "没有正在办理的工单",
        "签收后的工单会出现在这里，按到期时间排列，先到期的在前。",
    ),
    Tab.HELPING: ("没有需要协办的工单", "其他单位主办、请本单位配合的工单会出现在这里。"),
    Tab.HUNG: (
        "没有挂账的工单",
        "经热线管理机构同意挂账的工单会出现在这里，恢复办理后回到“办理中”。",
    ),
    Tab.REPLIED: ("还没有答复过的工单", "答复后可以在这里查看审核、回访和市民评价。"),
    Tab.ALL: ("本单位还没有工单", "派到本单位的工单都会保留在这里，可按编号或标题搜索。"),
}
OVER = (Stage.CLOSED, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was refused: which one, what was typed, what is wrong with it."""

    deed: str = ""
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@department.get("")
def desk() -> str:
    """List one tab, or what a search finds among the unit's own tickets."""
    at, unit_id = now(), own_unit()
    words = request.args.get("q", "").strip()
    name = request.args.get("tab", Tab.TO_SIGN.value)
    tab = Tab(name) if name in set(Tab) else Tab.TO_SIGN
    page = units.page(unit_id, tab, at=at, cursor=request.args.get("cursor"), words=words or None)
    return render_template(
        "department/desk.html",
        tab=tab,
        tabs=desk_tabs(tab.value, is_searching=bool(words)),
        rows=ticket_rows(page.lines, ".ticket"),
        next_cursor=page.next_cursor,
        words=words,
        empty_words=EMPTY[tab],
        unread=bell.unread(),
        unit_name=current_user.unit,
    )


def own_unit() -> int:
    """The unit this person works for; without one there is no desk."""
    unit_id = staff().department_id
    if unit_id is None:
        raise NotAllowed("您的账号没有所属单位，请联系系统管理员")
    return unit_id


def desk_tabs(current: str, *, is_searching: bool = False) -> list[dict[str, object]]:
    """The lists of the unit, then what waits for its leader and what citizens were unhappy with."""
    unit_id = own_unit()
    counts = units.counts(unit_id)
    items: list[dict[str, object]] = [
        {
            "href": url_for(".desk", tab=tab.value),
            "label": tab.label,
            "active": tab.value == current and not is_searching,
            "count": bounded.words(counts[tab], units.COUNT_TO) if tab in counts else None,
            "tone": "red" if tab is Tab.TO_SIGN and counts[tab] else "",
        }
        for tab in Tab
        if tab is not Tab.HUNG or counts[tab] or tab.value == current
    ]
    return items + list(_more_tabs(current, unit_id))


def _more_tabs(current: str, unit_id: int) -> Iterator[dict[str, object]]:
    """Shown to whom they concern: approvals to leaders and deputies, ratings when one is bad."""
    waiting = len(motions.waiting_at(staff(), at=now()))
    bad = units.count_bad_ratings(unit_id)
    is_lead = staff().role is Role.DEPARTMENT_LEAD
    for key, label, count, shows in (
        ("approvals", "待我审核", waiting, is_lead or waiting),
        ("ratings", "差评核实整改", bad, bad),
        ("leave", "请假与代理", None, is_lead),
    ):
        if shows or current == key:
            yield {
                "href": url_for(f".{key}"),
                "label": label,
                "active": key == current,
                "count": None if count is None else str(count),
                "tone": "amber" if count else "",
            }


@department.get("/tickets/<ticket_no>")
def ticket(ticket_no: str) -> str:
    """Show one ticket with what the unit may do now."""
    return ticket_page(ticket_no)


def ticket_page(ticket_no: str, draft: Draft | None = None) -> str:
    """Print the ticket page; a refused form comes back with its words and what is wrong."""
    actor, context = staff(), ticket_page_context(ticket_no)
    row = context["ticket"]
    is_lead = actor.department_id is not None and actor.department_id == row.lead_department_id
    works = row.stage in (Stage.DISPATCHED, Stage.HANDLING)
    takes_part = units.takes_part(row.id, actor) and row.stage not in OVER
    below = catalog_choices.departments(below=actor.department_id)
    return render_template(
        "department/ticket.html",
        **{**context, "suggestion_row": None},
        draft=draft or Draft(),
        may_contact=is_lead and works,
        may_note=takes_part,
        motion_forms=forms.motion_forms(row),
        **rating_choices(row),
        may_delegate="delegate" in context["open_actions"] and bool(below),
        open_motions=[line for line in context["motion_rows"] if line["is_open"]],
        is_lead=is_lead,
        unit_groups=catalog_choices.departments(),
        below=catalog_choices.flat(below),
    )


@department.post("/reply-check")
def reply_check() -> str:
    """Say while the person types what the reply still lacks (htmx part)."""
    text = request.form.get("reply", "")
    return render_template("department/_reply_hints.html", text=text.strip(), hints=hints(text))
