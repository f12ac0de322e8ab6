"""The supervisor's overview, the lists behind each figure, and one ticket (督办台)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for

from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Role
from hotline.queries import supervision as watch
from hotline.queries import worklists
from hotline.queries.supervision import SCANNED, Lamp, Scope
from hotline.services.supervision import WORKING
from hotline.web import bell
from hotline.web.access import now, staff
from hotline.web.lines import shown_marks, ticket_rows
from hotline.web.looks import day
from hotline.web.supervision import supervision
from hotline.web.supervision.figures import bars, tiles
from hotline.web.tickets import ticket_page_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.queries.supervision import WatchLine

EMPTY = {
    Lamp.OVERDUE: ("没有超期的工单", "办理时限已过而没有答复的工单会出现在这里。"),
    Lamp.SOON: ("没有将到期的工单", "离到期不足一个工作日（黄牌）的工单会出现在这里。"),
    Lamp.TODAY: ("今天没有到期的工单", "今天下班前须答复的工单会出现在这里。"),
    Lamp.SUPERVISED: ("没有督办中的工单", "下达督办的工单会留在这里，直到答复。"),
    Lamp.OPEN: ("没有在办的工单", "正在计时的工单会出现在这里，先到期的在前。"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was refused: what was typed and what is wrong with it."""

    deed: str = ""
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    picked: tuple[str, ...] = ()


@supervision.get("")
def overview() -> str:
    """Figures, shares by unit and category, and what is most late; or what a search finds."""
    words = request.args.get("q", "").strip()
    if words:
        return _search(words)
    at = now()
    figures = watch.overview(at=at)
    most_late = watch.page(Scope(lamp=Lamp.OVERDUE), at=at)
    soon = watch.page(Scope(lamp=Lamp.SOON), at=at)
    return render_template(
        "supervision/overview.html",
        tiles=tiles(figures),
        units=bars(watch.by_unit(at=at), "unit"),
        categories=bars(watch.by_category(at=at), "category"),
        late_rows=_rows(most_late.lines[:8]),
        soon_rows=_rows(soon.lines[:8]),
        unread=bell.unread(),
        scanned=SCANNED if figures.open >= SCANNED else None,
    )


def _search(words: str) -> str:
    at = now()
    scope = worklists.Scope(words=words)
    page = worklists.page(scope, at=at, cursor=request.args.get("cursor"))
    rows = ticket_rows(page.lines, ".ticket", at)
    return render_template(
        "supervision/search.html", words=words, rows=rows, next_cursor=page.next_cursor
    )


def _rows(lines: Sequence[WatchLine]) -> list[dict[str, Any]]:
    return [
        {
            "href": url_for(".ticket", ticket_no=line.ticket_no),
            "id": str(line.ticket_id),
            "title": line.title,
            "note": line.category,
            "urgency": line.urgency.value,
            "marks": shown_marks(line.marks, line.round),
            "ticket_no": line.ticket_no,
            "stage": line.stage.label,
            "stage_code": line.stage.value,
            "unit": line.unit,
            "lamp": line.lamp,
            "due_text": day(line.due_at),
            "remaining": line.remaining,
        }
        for line in lines
    ]


@supervision.get("/tickets")
def listing() -> str:
    """List the clocks behind a figure, with urging and supervising of many at once."""
    return list_page(Draft())


def asked_scope() -> Scope:
    """Read lamp, unit and category from the address; what is unknown shows the late ones."""
    name = request.args.get("lamp", "")
    return Scope(
        lamp=Lamp(name) if name in set(Lamp) else Lamp.OVERDUE,
        unit_code=request.args.get("unit") or None,
        category_code=request.args.get("category") or None,
    )


def scope_url(endpoint: str, scope: Scope) -> str:
    """Write a scope into an address."""
    return url_for(
        endpoint, lamp=scope.lamp.value, unit=scope.unit_code, category=scope.category_code
    )


def list_page(draft: Draft) -> str:
    """Print the list; a refused bulk form comes back with its words and ticks."""
    scope = asked_scope()
    page = watch.page(scope, at=now(), cursor=request.args.get("cursor"))
    unit, category = watch.names(scope)
    if request.args.get("pick") == "all":
        draft = replace(draft, picked=tuple(str(line.ticket_id) for line in page.lines))
    return render_template(
        "supervision/list.html",
        draft=draft,
        pick_url=scope_url(".listing", scope) + "&pick=all",
        rows=_rows(page.lines),
        next_cursor=page.next_cursor,
        here=scope_url(".listing", scope),
        tabs=[
            {
                "href": scope_url(".listing", replace(scope, lamp=each)),
                "label": each.label,
                "active": each is scope.lamp,
            }
            for each in Lamp
        ],
        lamp=scope.lamp,
        scope_words=" · ".join(part for part in (unit, category) if part),
        empty_words=EMPTY[scope.lamp],
        act_url=scope_url(".act", scope),
    )


@supervision.get("/tickets/<ticket_no>")
def ticket(ticket_no: str) -> str:
    """Show one ticket with what a supervisor may do."""
    return ticket_page(ticket_no, Draft())


def ticket_page(ticket_no: str, draft: Draft) -> str:
    """Print the ticket page; a refused form comes back with its words and what is wrong."""
    context = ticket_page_context(ticket_no)
    return render_template(
        "supervision/ticket.html",
        **context,
        draft=draft,
        may_urge=Stage(context["ticket"].stage) in WORKING,
        is_authority=staff().role is Role.AUTHORITY,
    )
