"""Following a ticket by number and query code; adding to it, taking it back (查进度)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid, NotFound
from hotline.domain.identity import CITIZEN
from hotline.domain.terms import SATISFACTION
from hotline.queries import progress
from hotline.services import endings
from hotline.web import limits
from hotline.web.access import now
from hotline.web.citizen import citizen, keys, words
from hotline.web.citizen.reporting import keep_files

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

    from hotline.models import Ticket

WRONG = 404
FILES_ONLY = "（补充了照片或文件）"


def _is_guess(response: Response) -> bool:
    """Only wrong pairs count against the limit."""
    return response.status_code == WRONG


@citizen.route("/progress", methods=["GET", "POST"])
@limits.limiter.shared_limit(limits.GUESSES, scope="query_code", deduct_when=_is_guess)
def find() -> BaseResponse | str | tuple[str, int]:
    """Ask for number and code; a right pair opens the ticket, every wrong one is answered alike."""
    ticket_no = "".join(request.values.get("ticket_no", "").split())[:32]
    code = "".join(request.values.get("query_code", "").split())[:32]
    if request.method == "GET" and not code:
        return _ask(ticket_no)
    try:
        ticket = progress.by_code(ticket_no, code)
    except NotFound as error:
        return _ask(ticket_no, error.message), WRONG
    keys.remember(ticket.ticket_no)
    return redirect(_page_of(ticket.ticket_no), 303)


@citizen.get("/progress/<ticket_no>")
def follow(ticket_no: str) -> BaseResponse | str:
    """Show where the ticket stands; without the key in the session, ask for it."""
    ticket = keys.opened(ticket_no)
    if ticket is None:
        return _ask_again(ticket_no)
    return _page(ticket)


@citizen.post("/progress/<ticket_no>/supplements")
def supplement(ticket_no: str) -> BaseResponse | tuple[str, int]:
    """Add words, photos or both to an open ticket."""
    ticket = keys.opened(ticket_no)
    if ticket is None:
        return _ask_again(ticket_no)
    has_files = any(file.filename for file in request.files.getlist("files"))
    text = request.form.get("content", "").strip() or (FILES_ONLY if has_files else "")
    try:
        endings.supplement(ticket.id, text, CITIZEN, at=now())
    except Invalid as error:
        return _page(ticket, found=error.errors, content=text), 422
    keep_files(ticket.id)
    flash("已补充到这张工单，承办单位会看到", "success")
    return redirect(_page_of(ticket_no), 303)


@citizen.post("/progress/<ticket_no>/withdrawal")
def withdraw(ticket_no: str) -> BaseResponse:
    """Take the demand back (撤单); the law of the stages says whether it is too late."""
    ticket = keys.opened(ticket_no)
    if ticket is None:
        return _ask_again(ticket_no)
    endings.withdraw(ticket.id, CITIZEN, reason=request.form.get("reason", ""), at=now())
    flash("您的诉求已撤回。如果问题还在，欢迎再次反映", "success")
    return redirect(_page_of(ticket_no), 303)


def _ask(ticket_no: str, error: str = "") -> str:
    return render_template("citizen/find.html", ticket_no=ticket_no, error=error)


def _ask_again(ticket_no: str) -> BaseResponse:
    flash("请输入查询码后查看", "info")
    return redirect(url_for("citizen.find", ticket_no=ticket_no), 303)


def _page_of(ticket_no: str) -> str:
    return url_for("citizen.follow", ticket_no=ticket_no)


def _page(ticket: Ticket, *, found: dict[str, str] | None = None, content: str = "") -> str:
    seen = progress.progress(ticket, at=now())
    return render_template(
        "citizen/progress.html",
        p=seen,
        state=words.state(seen),
        steps=words.steps(seen),
        trail=words.trail(seen),
        ending=words.ending(seen),
        grades=SATISFACTION,
        found=found or {},
        content=content,
    )
