"""Find tickets: mine of today, all open ones, by number, title or phone (工单查询)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for

from hotline.domain import numbering
from hotline.domain.terms import Kind
from hotline.queries import worklists
from hotline.queries.worklists import OPEN, Scope
from hotline.services import advising
from hotline.services.intake import LOCAL
from hotline.web.access import now, staff
from hotline.web.agent import agent
from hotline.web.tickets.rows import COLUMNS, list_rows

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

SEE_OTHER = 303
TABS = {"mine": "我今天登记的", "open": "全部在办", "all": "全部工单"}
PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")
NOBODY = 0


@agent.get("/tickets")
def find() -> Response | str:
    """One list; a whole ticket number opens its ticket, a phone number leads to its caller."""
    words = request.args.get("q", "").strip()
    if numbering.is_ticket_no(words):
        return redirect(url_for("agent.show", ticket_no=words), SEE_OTHER)
    if PHONE.fullmatch(re.sub(r"[\s-]", "", words)):
        return _to_caller(words)
    tab = request.args.get("tab", "all" if words else "mine")
    tab = tab if tab in TABS else "mine"
    caller = request.args.get("caller", type=int)
    at = now()
    page = worklists.page(
        _scope(tab, words, caller), at=at, cursor=request.args.get("cursor") or None
    )
    kept = {key: value for key, value in request.args.items() if key != "cursor" and value}
    return render_template(
        "agent/list.html",
        rows=list_rows(page.lines, "agent"),
        columns=COLUMNS,
        next_cursor=page.next_cursor,
        url=f"{url_for('agent.find')}?{urlencode(kept)}",
        is_first=not request.args.get("cursor"),
        tabs=_tabs(tab, words, caller),
        tab=tab,
        words=words,
        citizen_id=caller,
        kinds=[(kind.value, kind.label) for kind in Kind],
        kind=request.args.get("kind", ""),
    )


@agent.post("/tickets/caller")
def find_caller() -> Response:
    """Look up a phone number without leaving it in an address or a log."""
    return _to_caller(request.form.get("phone", ""))


def _to_caller(phone: str) -> Response:
    citizen_id = advising.citizen_of(phone)
    known = NOBODY if citizen_id is None else citizen_id
    return redirect(url_for("agent.find", tab="all", caller=known), SEE_OTHER)


def _scope(tab: str, words: str, caller: int | None) -> Scope:
    kind = request.args.get("kind", "")
    common: dict[str, Any] = {
        "words": words or None,
        "citizen_id": caller,
        "kind": Kind(kind) if kind in set(Kind) else None,
    }
    if tab == "mine":
        midnight = now().astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
        common |= {"registered_by": staff().staff_id, "registered_since": midnight}
    if tab == "open":
        common["stages"] = OPEN
    return Scope(**common)


def _tabs(tab: str, words: str, caller: int | None) -> list[dict[str, object]]:
    return [
        {
            "href": url_for("agent.find", tab=key, q=words or None, caller=caller),
            "label": label,
            "active": key == tab,
        }
        for key, label in TABS.items()
    ]
