"""The supervisor's overview, the search, and one ticket (督办台)."""

from __future__ import annotations

from flask import render_template, request

from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Mark, Role
from hotline.domain.topic_rules import topic_rules
from hotline.queries import supervision as watch
from hotline.queries import worklists
from hotline.queries.supervision import SCANNED, Lamp, Scope
from hotline.services import audience
from hotline.services.supervision import WORKING, Act
from hotline.web import bell
from hotline.web.access import now, staff
from hotline.web.lines import ticket_rows
from hotline.web.supervision import supervision
from hotline.web.supervision.figures import bars, late_clocks, tiles
from hotline.web.supervision.lists import Draft, rows_of
from hotline.web.supervision.topics import hottest
from hotline.web.tickets import ticket_page_context

SHOWN = 8


@supervision.get("")
def overview() -> str:
    """Figures, shares by unit, person, cause and category, and what is most late; or a search."""
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
        late_clocks=late_clocks(figures),
        units=bars(figures.units, "unit"),
        persons=bars(figures.persons, "person"),
        causes=bars(figures.causes, "cause"),
        categories=bars(figures.categories, "category"),
        late_rows=rows_of(most_late.lines[:SHOWN]),
        soon_rows=rows_of(soon.lines[:SHOWN]),
        topics=hottest(),
        heat_days=topic_rules().heat_days,
        unread=bell.unread(),
        scanned=SCANNED if figures.open >= SCANNED else None,
    )


def _search(words: str) -> str:
    scope = worklists.Scope(words=words)
    page = worklists.page(scope, at=now(), cursor=request.args.get("cursor"))
    rows = ticket_rows(page.lines, ".ticket")
    return render_template(
        "supervision/search.html", words=words, rows=rows, next_cursor=page.next_cursor
    )


@supervision.get("/tickets/<ticket_no>")
def ticket(ticket_no: str) -> str:
    """Show one ticket with what a supervisor may do."""
    return ticket_page(ticket_no, Draft())


def ticket_page(ticket_no: str, draft: Draft) -> str:
    """Print the ticket page; a refused form comes back with its words and what is wrong."""
    context = ticket_page_context(ticket_no)
    row = context["ticket"]
    may_act = Stage(row.stage) in WORKING
    return render_template(
        "supervision/ticket.html",
        **context,
        draft=draft,
        may_urge=may_act,
        may_release=Mark.SUPERVISED.value in row.marks,
        told={act.value: _told_words(act, row.id) for act in Act} if may_act else {},
        is_authority=staff().role is Role.AUTHORITY,
    )


def _told_words(act: Act, ticket_id: int) -> str:
    """将告知：东湖区城市管理局、李明（东湖区城管局）…"""
    found = audience.of_act(act, [ticket_id], at=now())
    names = "、".join(dict.fromkeys(one.name for one in found.told))
    return f"将告知：{names}" if names else "尚未派单，没有可告知的单位"
