"""Merging from any ticket page or list, and taking it back (并单、撤销并单)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import flash, redirect, request

from hotline.domain.errors import HotlineError, Invalid, NotAllowed
from hotline.queries import bounded
from hotline.queries import tickets as ticket_queries
from hotline.services import joining
from hotline.web.access import now, staff
from hotline.web.tickets import tickets

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

SEE_OTHER = 303
_LONGEST = len(str(bounded.LARGEST_ID))


@tickets.post("/<ticket_no>/merge")
def merge(ticket_no: str) -> Response:
    """Merge this ticket into the one that was pointed at."""
    ticket = ticket_queries.ticket_for(staff(), ticket_no=ticket_no)
    master_no = request.form.get("master_no", "").strip()
    version = request.form.get("version", "")
    try:
        joining.merge(
            ticket.id, master_no, staff(), at=now(), version=_number(version) or ticket.version
        )
    except (Invalid, NotAllowed) as error:
        flash(_said(error), "error")
        return _back()
    flash(f"已并入 {master_no}，办理结果会同时答复这位诉求人；并错了可在本页撤销", "success")
    return _back()


@tickets.post("/<ticket_no>/unmerge")
def unmerge(ticket_no: str) -> Response:
    """Take a merge back, with a reason."""
    ticket = ticket_queries.ticket_for(staff(), ticket_no=ticket_no)
    try:
        joining.unmerge(ticket.id, staff(), reason=request.form.get("reason", ""), at=now())
    except (Invalid, NotAllowed) as error:
        flash(_said(error), "error")
        return _back()
    flash("已撤销并单，工单回到并单前的阶段，计时已按规则恢复", "success")
    return _back()


@tickets.post("/merge")
def merge_ticked() -> Response:
    """Merge all ticked tickets of a list into one master, all or none."""
    said = request.form.getlist("ticket")
    ids = [number for number in map(_number, said) if number]
    master_no = request.form.get("master_no", "").strip()
    try:
        count = joining.merge_all(ids, master_no, staff(), at=now())
    except HotlineError as error:
        flash(f"没有并单：{_said(error)}", "error")
        return _back()
    flash(f"已把 {count} 件并入 {master_no}", "success")
    return _back()


def _said(error: HotlineError) -> str:
    return "；".join(error.errors.values()) if isinstance(error, Invalid) else error.message


def _number(word: str) -> int:
    is_number = word.isascii() and word.isdigit() and len(word) <= _LONGEST
    number = int(word) if is_number else 0
    return number if number <= bounded.LARGEST_ID else 0


def _back() -> Response:
    """Lead back to the page of ours the form stood on."""
    from_here = (request.referrer or "").startswith(request.host_url)
    said = urlsplit(request.referrer or "") if from_here else None
    path = said.path + (f"?{said.query}" if said.query else "") if said else "/"
    return redirect(path, SEE_OTHER)
