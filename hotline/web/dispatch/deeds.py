"""What the dispatch desk decides: dispatch, rule, transfer, merge, review replies (处置)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import flash, redirect, request, url_for

from hotline.domain.errors import Invalid
from hotline.queries import tickets
from hotline.services import advising, dispatching, endings, joining, motions, notices, reviewing
from hotline.web.access import now, staff
from hotline.web.dispatch import dispatch
from hotline.web.dispatch.cases import is_ruling
from hotline.web.dispatch.desk import TABS, again

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from hotline.models import Ticket

SEE_OTHER = 303


class _Target(NamedTuple):
    """Where the dispatcher sends a ticket."""

    unit: str
    category: str | None
    helpers: tuple[str, ...]


def _said(name: str) -> str:
    return request.form.get(name, "").strip()


def _version() -> int:
    """The version of the ticket the page was made from; a page without it is out of date."""
    return request.form.get("version", -1, type=int)


def on_ticket(ticket_no: str, do: Callable[[Ticket], str]) -> Response | tuple[str, int]:
    """Do one thing and go on to the next case; what is wrong in the form is shown in place."""
    tab = _said("tab")
    ticket = tickets.ticket_for(staff(), ticket_no=ticket_no)
    try:
        words = do(ticket)
    except Invalid as error:
        return again(tab, ticket_no, error)
    flash(words, "success")
    if tab in TABS:
        return redirect(url_for("dispatch.board", tab=tab), SEE_OTHER)
    return redirect(url_for("dispatch.show", ticket_no=ticket_no), SEE_OTHER)


@dispatch.post("/tickets/<ticket_no>/dispatch")
def send(ticket_no: str) -> Response | tuple[str, int]:
    """Dispatch by the chosen line or by the selects; a ruling fixes the lead for good."""
    return on_ticket(ticket_no, _send)


def _send(ticket: Ticket) -> str:
    target = _target(ticket)
    ruling = is_ruling(ticket)
    unit = dispatching.department_by_code(target.unit)
    if ruling:
        words, version = _said("reason"), _version()
        motions.rule(
            ticket.id,
            target.unit,
            staff(),
            reason=words,
            at=now(),
            version=version,
            category_code=target.category,
        )
        return f"已裁定由{unit.name if unit else target.unit}主办，不得再退"
    dispatching.dispatch(
        ticket.id,
        target.unit,
        actor=staff(),
        at=now(),
        helpers=target.helpers,
        reason=_said("reason") or None,
        category_code=target.category,
        version=_version(),
    )
    return f"已派给{unit.name if unit else target.unit}"


def _target(ticket: Ticket) -> _Target:
    """The selects win over the chosen line; a category alone is routed by the catalogue."""
    category, unit, helpers = _chosen()
    own_category, own_unit = _said("category_code"), _said("department_code")
    if own_category:
        category, unit, helpers = own_category, "", ()
    if own_unit:
        unit, helpers = own_unit, ()
        category = own_category
    if not unit and category:
        unit, helpers = _routed(ticket, category)
    if not unit:
        raise Invalid("choice", "请按数字键选择一项，或从列表中选择承办单位")
    more = tuple(code for code in request.form.getlist("helper") if code)
    return _Target(unit, category or None, (*helpers, *more))


def _chosen() -> tuple[str, str, tuple[str, ...]]:
    category, _, rest = _said("choice").partition("/")
    unit, _, helpers = rest.partition("/")
    return category, unit, tuple(code for code in helpers.split(",") if code)


def _routed(ticket: Ticket, category: str) -> tuple[str, tuple[str, ...]]:
    row = {"code": category, "path": "", "probability": 0.0, "because": []}
    offer = advising.offers_for([row], dispatching.facts_of(ticket, "", now()))[0]
    if not offer.unit_code:
        raise Invalid("department_code", f"{offer.reason}；请选择承办单位")
    return offer.unit_code, tuple(code for code, _name in offer.helpers)


@dispatch.post("/tickets/<ticket_no>/transfer")
def transfer(ticket_no: str) -> Response | tuple[str, int]:
    """移交 to somebody outside the city's units."""

    def do(ticket: Ticket) -> str:
        target = _said("target")
        label = notices.reasons()["transfer"].get(target, {}).get("label", "")
        words = _said("reason") or f"移交{label}"
        actor, version = staff(), _version()
        endings.transfer(ticket.id, actor, target=target, reason=words, at=now(), version=version)
        return f"已移交{label}"

    return on_ticket(ticket_no, do)


@dispatch.post("/tickets/<ticket_no>/merge")
def merge(ticket_no: str) -> Response | tuple[str, int]:
    """并单 into an open ticket."""

    def do(ticket: Ticket) -> str:
        master = _said("master_no")
        joining.merge(ticket.id, master, staff(), at=now(), version=_version())
        return f"已并入 {master}"

    return on_ticket(ticket_no, do)


@dispatch.post("/tickets/<ticket_no>/ask-info")
def ask_info(ticket_no: str) -> Response | tuple[str, int]:
    """退回补充: ask the citizen once for all that is missing."""

    def do(ticket: Ticket) -> str:
        endings.ask_info(ticket.id, _said("question"), staff(), at=now())
        return "已请市民补充材料"

    return on_ticket(ticket_no, do)


@dispatch.post("/tickets/<ticket_no>/review")
def review(ticket_no: str) -> Response | tuple[str, int]:
    """Pass a reply, send it back with a reason, or close where no callback is due."""

    def do(ticket: Ticket) -> str:
        verdict = verdict_of("approve", "conclude", "send_back")
        actor, version, at = staff(), _version(), now()
        if verdict == "approve":
            reviewing.approve(ticket.id, actor, at=at, version=version)
            return "审核通过，已请市民评价"
        if verdict == "conclude":
            reviewing.conclude(ticket.id, actor, at=at, version=version)
            return "已办结"
        reviewing.send_back(ticket.id, actor, reason=_said("reason"), at=at, version=version)
        return "已退回承办单位重新答复，时限不变"

    return on_ticket(ticket_no, do)


def verdict_of(*known: str) -> str:
    """Read which button was pressed; raises Invalid for none."""
    verdict = _said("verdict")
    if verdict not in known:
        raise Invalid("verdict", "请按 1 或 2 选择处理意见")
    return verdict
