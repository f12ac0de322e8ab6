"""What a unit does with a ticket: sign, contact, note, reply, delegate, attach (办理)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.reply_check import hints
from hotline.queries import units
from hotline.queries.tickets import ticket_for
from hotline.services import attachments, handling
from hotline.web.access import house, now, staff
from hotline.web.department import department
from hotline.web.department.routes import Draft, ticket_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from hotline.models import Ticket

    Answer = Response | str | tuple[str, int]


def act(ticket_no: str, deed: str, do: Callable[[Ticket], object], said: str) -> Answer:
    """Do one deed; wrong input brings the page back with the words kept, success goes on."""
    ticket = ticket_for(staff(), ticket_no=ticket_no)
    try:
        do(ticket)
    except Invalid as error:
        values = request.form.to_dict()
        return ticket_page(ticket_no, Draft(deed, values, error.errors)), 422
    flash(said, "success")
    return redirect(url_for(".ticket", ticket_no=ticket_no), 303)


def _typed(name: str) -> str:
    return request.form.get(name, "")


def _version() -> int | None:
    text = _typed("version")
    return int(text) if text.isascii() and text.isdigit() else None


@department.post("/tickets/<ticket_no>/sign")
def sign(ticket_no: str) -> Answer:
    """签收."""
    return act(
        ticket_no,
        "sign",
        lambda ticket: handling.sign(ticket.id, staff(), at=now(), version=_version()),
        "已签收，请在时限内先行联系诉求人",
    )


@department.post("/tickets/<ticket_no>/contact")
def contact(ticket_no: str) -> Answer:
    """先行联系."""
    reached = _typed("reached") != "no"
    return act(
        ticket_no,
        "contact",
        lambda ticket: handling.contact(
            ticket.id, _typed("note"), staff(), at=now(), reached=reached
        ),
        "已记录先行联系" if reached else "已记录：未联系上，联系时限继续计时",
    )


@department.post("/tickets/<ticket_no>/note")
def note(ticket_no: str) -> Answer:
    """办理进展与会办意见."""
    return act(
        ticket_no,
        "note",
        lambda ticket: handling.note(ticket.id, _typed("note"), staff(), at=now()),
        "已记录办理进展",
    )


@department.post("/tickets/<ticket_no>/reply")
def reply(ticket_no: str) -> Answer:
    """答复, with files; a reply that says little is warned of, never stopped (design 1)."""
    text = _typed("reply")

    def do(ticket: Ticket) -> None:
        handling.reply(ticket.id, text, staff(), at=now(), version=_version())
        _keep_files(ticket)
        for hint in hints(text):
            flash(f"答复提示：{hint.text}", "warning")

    return act(ticket_no, "reply", do, "答复已提交，等待热线审核")


@department.post("/tickets/<ticket_no>/delegate")
def delegate(ticket_no: str) -> Answer:
    """下派 to a unit below."""

    def do(ticket: Ticket) -> None:
        reason = _typed("reason").strip()
        if not reason:
            raise Invalid("reason", "请写明下派要求")
        handling.delegate(ticket.id, _typed("department_code"), staff(), reason=reason, at=now())

    return act(ticket_no, "delegate", do, "已下派，办理时限不变")


@department.post("/tickets/<ticket_no>/files")
def add_files(ticket_no: str) -> Answer:
    """办理附件; refused files are named with their reason, the others stay."""

    def do(ticket: Ticket) -> None:
        if not units.takes_part(ticket.id, staff()):
            raise Invalid("files", "该工单不由本单位承办")
        if not _keep_files(ticket):
            raise Invalid("files", "请选择要上传的文件")

    return act(ticket_no, "files", do, "附件已处理")


def _keep_files(ticket: Ticket) -> int:
    given = [file for file in request.files.getlist("files") if file.filename]
    folder, at = house().settings.uploads, now()
    for file in given:
        name = file.filename or ""
        row = attachments.add(ticket.id, name, file.read(), staff(), folder=folder, at=at)
        if row.refused:
            flash(f"附件“{row.name}”未接收：{row.refused}", "warning")
    return len(given)
