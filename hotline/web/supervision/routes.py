"""The supervisor's overview, the lists behind each figure, and one ticket (督办台)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for

from hotline.domain.lifecycle import Stage
from hotline.domain.permissions import Wing, may_enter
from hotline.domain.terms import Role
from hotline.queries import bounded, worklists
from hotline.queries import supervision as watch
from hotline.queries.supervision import SCANNED, Lamp, Scope, Share
from hotline.services.supervision import WORKING
from hotline.web import bell
from hotline.web.access import now, staff
from hotline.web.lines import shown_marks, ticket_rows
from hotline.web.looks import day
from hotline.web.supervision import supervision
from hotline.web.tickets import ticket_page_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.queries.supervision import Overview, WatchLine

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
        tiles=_tiles(figures),
        units=_bars(watch.by_unit(at=at), "unit"),
        categories=_bars(watch.by_category(at=at), "category"),
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


def _tiles(figures: Overview) -> list[dict[str, Any]]:
    def tile(
        label: str,
        number: int,
        *,
        icon: str,
        tone: str,
        hint: str = "",
        href: str | None = None,
    ) -> dict[str, Any]:
        return {
            "label": label,
            "value": bounded.words(number, SCANNED),
            "tone": tone if number else "gray",
            "icon": icon,
            "hint": hint,
            "href": href,
        }

    def listed(lamp: Lamp) -> str:
        return url_for(".listing", lamp=lamp.value)

    # The dispatch desk belongs to others: a link only for who may enter there.
    is_dispatcher = may_enter(staff().role, Wing.DISPATCH)
    desk = "/dispatch" if is_dispatcher else None
    return [
        tile("在办", figures.open, icon="inbox", tone="blue", href=listed(Lamp.OPEN)),
        tile("已超期", figures.overdue, icon="alarm", tone="red", href=listed(Lamp.OVERDUE)),
        tile("今日到期", figures.due_today, icon="clock", tone="amber", href=listed(Lamp.TODAY)),
        tile("将到期", figures.soon, icon="alert-triangle", tone="amber", href=listed(Lamp.SOON)),
        tile(
            "督办中", figures.supervised, icon="gavel", tone="purple", href=listed(Lamp.SUPERVISED)
        ),
        tile("退单待审", figures.returns, icon="arrow-back-up", tone="amber", href=desk),
        tile("待派单", figures.to_dispatch, icon="send", tone="teal", href=desk),
        tile("回访到期", figures.callbacks_due, icon="phone-call", tone="teal"),
    ]


def _bars(shares: Sequence[Share], by: str) -> list[dict[str, Any]]:
    """Bars as long as their share of the longest, with the late and the soon due part in them."""
    most = max((share.open for share in shares), default=1)
    return [
        {
            "label": share.name,
            "open": share.open,
            "overdue": share.overdue,
            "soon": share.soon,
            "width": share.open * 100 / most,
            "late_width": share.overdue * 100 / share.open,
            "soon_width": share.soon * 100 / share.open,
            "href": url_for(
                ".listing",
                lamp=_worst(share).value,
                unit=share.code if by == "unit" else None,
                category=share.code if by == "category" else None,
            ),
        }
        for share in shares
    ]


def _worst(share: Share) -> Lamp:
    if share.overdue:
        return Lamp.OVERDUE
    return Lamp.SOON if share.soon else Lamp.OPEN


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
