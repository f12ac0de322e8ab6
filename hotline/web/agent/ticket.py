"""One ticket at the agent's desk: note what the caller adds, urge, withdraw, end (座席工单页)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.lifecycle import Stage
from hotline.queries import tickets
from hotline.services import endings, joining, notices, supervision
from hotline.web.access import now, staff
from hotline.web.agent import agent
from hotline.web.tickets import ticket_page_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

SEE_OTHER = 303
ENDED = (Stage.CLOSED, Stage.ARCHIVED)


@agent.get("/tickets/<ticket_no>")
def show(ticket_no: str) -> str:
    """The whole ticket with what the agent may do for the caller."""
    return _page(ticket_no)


def _page(ticket_no: str, errors: dict[str, str] | None = None) -> str:
    context = ticket_page_context(ticket_no)
    reasons = notices.reasons()
    return render_template(
        "agent/ticket.html",
        **context,
        errors=errors or {},
        posted=request.form,
        can_supplement=context["ticket"].stage not in ENDED,
        can_urge=context["ticket"].stage in supervision.WORKING,
        decline_reasons=list(reasons["decline"].items()),
        targets=[(code, row["label"]) for code, row in reasons["transfer"].items()],
    )


@agent.post("/tickets/<ticket_no>/<deed>")
def act(ticket_no: str, deed: str) -> Response | tuple[str, int]:
    """Do one thing with the ticket and say so; what is wrong in the form is shown in place."""
    ticket = tickets.ticket_for(staff(), ticket_no=ticket_no)
    do, words = _DEEDS.get(deed, (None, ""))
    if do is None:
        raise Invalid("deed", "没有这种操作")
    try:
        do(ticket.id)
    except Invalid as error:
        found = {f"{deed}.{name}": said for name, said in error.errors.items()}
        return _page(ticket_no, found), 422
    flash(words, "success")
    return redirect(url_for("agent.show", ticket_no=ticket_no), SEE_OTHER)


def _said(name: str) -> str:
    return request.form.get(name, "")


def _supplement(ticket_id: int) -> None:
    endings.supplement(ticket_id, _said("content"), staff(), at=now())


def _urge(ticket_id: int) -> None:
    supervision.urge([ticket_id], staff(), reason=_said("reason"), at=now())


def _withdraw(ticket_id: int) -> None:
    endings.withdraw(ticket_id, staff(), reason=_said("reason"), at=now())


def _answer(ticket_id: int) -> None:
    endings.answer(ticket_id, _said("answer"), staff(), at=now())


def _decline(ticket_id: int) -> None:
    code = _said("reason_code")
    words = _said("reason") or notices.reasons()["decline"].get(code, "")
    endings.decline(ticket_id, staff(), code=code, reason=words, at=now())


def _transfer(ticket_id: int) -> None:
    target = _said("reason_code")
    label = notices.reasons()["transfer"].get(target, {}).get("label", "")
    words = _said("reason") or f"移交{label}"
    endings.transfer(ticket_id, staff(), target=target, reason=words, at=now())


def _merge(ticket_id: int) -> None:
    joining.merge(ticket_id, _said("master_no"), staff(), at=now())


def _ask_info(ticket_id: int) -> None:
    endings.ask_info(ticket_id, _said("question"), staff(), at=now())


_DEEDS: dict[str, tuple[Callable[[int], None], str]] = {
    "supplement": (_supplement, "已记入补充内容"),
    "urge": (_urge, "已催办，承办单位会收到通知"),
    "withdraw": (_withdraw, "已撤单"),
    "answer": (_answer, "已直接答复并办结"),
    "decline": (_decline, "已登记为不予受理，理由会告知市民"),
    "transfer": (_transfer, "已移交，不再跟踪办理"),
    "merge": (_merge, "已并入主单"),
    "ask-info": (_ask_info, "已请市民补充材料"),
}
