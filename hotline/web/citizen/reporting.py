"""Reporting in one minute, the receipt, and what happens to personal data (我要反映)."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Conflict, HotlineError, Invalid
from hotline.domain.identity import CITIZEN
from hotline.domain.terms import Channel, Kind
from hotline.queries import catalog_choices, progress, similar
from hotline.services import attachments, intake
from hotline.web.access import citizen_id, house, now
from hotline.web.citizen import citizen, keys

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage
    from werkzeug.wrappers import Response as BaseResponse

KINDS = (
    ("", "说不准", "由热线判断"),
    (Kind.HELP.value, Kind.HELP.label, "请帮忙解决"),
    (Kind.COMPLAINT.value, Kind.COMPLAINT.label, "对服务管理不满"),
    (Kind.CONSULT.value, Kind.CONSULT.label, "问政策、办事"),
    (Kind.SUGGESTION.value, Kind.SUGGESTION.label, "提改进意见"),
    (Kind.REPORT.value, Kind.REPORT.label, "反映违法违规"),
    (Kind.PRAISE.value, Kind.PRAISE.label, "感谢好人好事"),
)
FIELDS = {"caller.phone": "phone", "caller.name": "name"}
"""Names the service gives to fields, where the form calls them otherwise."""
SENT_ALREADY = (
    "这一页刚才已经提交成功，这次的内容有改动。"
    "要补充上一件诉求，请到“查进度”；要另提一件，请再点一次“提交诉求”。"
)
_KEY = re.compile(r"[0-9a-f]{32}")


@citizen.get("/")
def report() -> str:
    """Show the form; a citizen who signed in finds their number filled in."""
    owner = citizen_id()
    values = {"phone": progress.phone_of(owner)} if owner is not None else {}
    return _form(values, key=uuid.uuid4().hex)


@citizen.post("/")
def register() -> BaseResponse | tuple[str, int]:
    """Make the demand a ticket; the form's key makes a double click one ticket."""
    form = request.form
    key = form.get("key", "")
    if not _KEY.fullmatch(key):
        key = uuid.uuid4().hex
    try:
        receipt = intake.register(_demand(), CITIZEN, at=now(), key=f"form-{key}")
    except Invalid as error:
        found = {FIELDS.get(name, name): words for name, words in error.errors.items()}
        return _form(form, key=key, found=found), 422
    except Conflict:
        return _form(form, key=uuid.uuid4().hex, warning=SENT_ALREADY), 409
    keys.remember(receipt.ticket_no)
    if not (receipt.is_repeat and progress.has_files(receipt.ticket_id)):
        keep_files(receipt.ticket_id)
    return redirect(url_for("citizen.reported", ticket_no=receipt.ticket_no), 303)


@citizen.get("/reported/<ticket_no>")
def reported(ticket_no: str) -> BaseResponse | str:
    """Hand out number and query code, and in danger first of all the advice."""
    ticket = keys.opened(ticket_no)
    if ticket is None:
        return redirect(url_for("citizen.find", ticket_no=ticket_no), 303)
    at = now()
    return render_template(
        "citizen/reported.html",
        p=progress.progress(ticket, at=at),
        others=similar.others_report(ticket, at=at),
    )


@citizen.get("/privacy")
def privacy() -> str:
    """Say what is kept, why, for how long, and what the citizen may ask for (个人信息保护法)."""
    return render_template("citizen/privacy.html")


def keep_files(ticket_id: int) -> None:
    """Add the uploaded files; one that cannot be kept is told, the ticket stays."""
    for file in request.files.getlist("files"):
        if file.filename:
            _keep(ticket_id, file)


def _keep(ticket_id: int, file: FileStorage) -> None:
    name = file.filename or ""
    try:
        kept = attachments.add(
            ticket_id, name, file.read(), CITIZEN, folder=house().settings.uploads, at=now()
        )
    except (HotlineError, OSError):
        # The ticket is safe already; losing its number over a full disk would be worse.
        flash(f"文件“{name[-60:]}”暂时没有保存成功，请稍后在进度页补充", "warning")
    else:
        if kept.refused:
            flash(f"文件“{kept.name[-60:]}”没有收下：{kept.refused}", "warning")


def _demand() -> intake.Demand:
    form = request.form
    kind = form.get("kind", "")
    if kind and kind not in set(Kind):
        raise Invalid("kind", "请从列表中选择诉求类型")
    return intake.Demand(
        content=form.get("content", ""),
        kind=Kind(kind) if kind else None,
        channel=Channel.WEB,
        name=form.get("name"),
        phone=form.get("phone"),
        area_code=form.get("area_code"),
        address=form.get("address"),
        anonymous="anonymous" in form,
        confidential="confidential" in form,
    )


def _form(
    values: object, *, key: str, found: dict[str, str] | None = None, warning: str = ""
) -> str:
    return render_template(
        "citizen/report.html",
        values=values,
        key=key,
        found=found or {},
        warning=warning,
        kinds=KINDS,
        areas=catalog_choices.areas(),
    )
