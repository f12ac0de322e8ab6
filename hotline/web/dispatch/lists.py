"""All tickets with filters, and the whole page of one (全部工单、工单页)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for

from hotline.domain import numbering
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Kind, Mark, Term, Urgency
from hotline.queries import catalog_choices, tickets, worklists
from hotline.web.access import now, staff
from hotline.web.dispatch import cases, dispatch
from hotline.web.dispatch.cases import case_context
from hotline.web.dispatch.desk import tab_items
from hotline.web.tickets.rows import COLUMNS, list_rows

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

SEE_OTHER = 303
MARKS = (
    Mark.URGED,
    Mark.SUPERVISED,
    Mark.YELLOW,
    Mark.RED,
    Mark.ADJUDICATING,
    Mark.REPEAT,
    Mark.CROWD,
    Mark.THREAT,
)
_Word = TypeVar("_Word", bound=Term)


@dispatch.get("/tickets")
def find() -> Response | str:
    """Every ticket, newest first, narrowed by the filters."""
    words = request.args.get("q", "").strip()
    if numbering.is_ticket_no(words):
        return redirect(url_for("dispatch.show", ticket_no=words), SEE_OTHER)
    stage, kind, mark = _picked(Stage, "stage"), _picked(Kind, "kind"), _picked(Mark, "mark")
    scope = worklists.Scope(
        stages=(stage,) if stage else (),
        kind=kind,
        mark=mark,
        urgency=_picked(Urgency, "urgency"),
        area_code=request.args.get("area") or None,
        words=words or None,
    )
    at = now()
    page = worklists.page(scope, at=at, cursor=request.args.get("cursor") or None)
    kept = {key: value for key, value in request.args.items() if key != "cursor" and value}
    return render_template(
        "dispatch/list.html",
        rows=list_rows(page.lines, "dispatch"),
        columns=COLUMNS,
        next_cursor=page.next_cursor,
        url=f"{url_for('dispatch.find')}?{urlencode(kept)}",
        is_first=not request.args.get("cursor"),
        is_filtered=bool(kept),
        tabs=tab_items("all"),
        args=request.args,
        stages=_options(Stage),
        kinds=_options(Kind),
        urgencies=_options(Urgency),
        marks=[(mark.value, mark.label) for mark in MARKS],
        districts=[(group.options[0][0], group.label) for group in catalog_choices.areas()],
    )


def _picked(words: type[_Word], name: str) -> _Word | None:
    """The word chosen in a filter, None for none or for one that does not exist."""
    value = request.args.get(name, "")
    return words(value) if value in set(words) else None


def _options(words: type[Term]) -> list[tuple[str, str]]:
    return [(word.value, word.label) for word in words]


@dispatch.get("/tickets/<ticket_no>/by-hand")
def by_hand(ticket_no: str) -> str:
    """The long selects of the dispatch form, when somebody opens them."""
    ticket = tickets.ticket_for(staff(), ticket_no=ticket_no)
    return render_template(
        "dispatch/_by_hand.html",
        **cases.by_hand(),
        is_ruling=cases.is_ruling(ticket),
        errors={},
        posted={},
    )


@dispatch.get("/tickets/<ticket_no>")
def show(ticket_no: str) -> str:
    """The whole ticket with everything the desk may decide on it."""
    return render_template("dispatch/ticket.html", **case_context(ticket_no))
