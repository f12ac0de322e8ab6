"""What a supervisor does to one ticket: urge, supervise, raise, redo, hang, resume (督办操作)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from hotline.domain.errors import Invalid
from hotline.queries.tickets import ticket_for
from hotline.services import callbacks
from hotline.services import supervision as service
from hotline.services.motions import hanging
from hotline.services.motions.unreasonable import find_unreasonable
from hotline.web.access import now, staff
from hotline.web.supervision import supervision
from hotline.web.supervision.lists import Draft
from hotline.web.supervision.routes import ticket_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    Answer = Response | str | tuple[str, int]


def _one(ticket_no: str, deed: str, do: Callable[[int, str], object], said: str) -> Answer:
    """Do one deed to one ticket; every one needs words."""
    ticket = ticket_for(staff(), ticket_no=ticket_no)
    try:
        do(ticket.id, _reason())
    except Invalid as error:
        return ticket_page(ticket_no, Draft(deed, request.form.to_dict(), error.errors)), 422
    flash(said, "success")
    return redirect(url_for(".ticket", ticket_no=ticket_no), 303)


def _reason() -> str:
    words = request.form.get("reason", "").strip()
    if not words:
        raise Invalid("reason", "请写明意见或理由")
    return words


@supervision.post("/tickets/<ticket_no>/urge")
def urge(ticket_no: str) -> Answer:
    """催办."""
    return _one(
        ticket_no,
        "urge",
        lambda ticket_id, why: service.urge([ticket_id], staff(), reason=why, at=now()),
        "已催办，承办单位会收到通知",
    )


@supervision.post("/tickets/<ticket_no>/supervise")
def supervise(ticket_no: str) -> Answer:
    """督办."""
    return _one(
        ticket_no,
        "supervise",
        lambda ticket_id, why: service.supervise([ticket_id], staff(), reason=why, at=now()),
        "已下达督办，承办单位会收到通知",
    )


@supervision.post("/tickets/<ticket_no>/raise-level")
def raise_level(ticket_no: str) -> Answer:
    """提级办理."""
    return _one(
        ticket_no,
        "raise_level",
        lambda ticket_id, why: service.raise_level([ticket_id], staff(), reason=why, at=now()),
        "已提级办理，上级单位负责人会收到通知",
    )


@supervision.post("/tickets/<ticket_no>/order")
def order(ticket_no: str) -> Answer:
    """领导批示: who, and what was written."""
    leader = request.form.get("leader", "")
    return _one(
        ticket_no,
        "order",
        lambda ticket_id, why: service.order(
            [ticket_id], staff(), leader=leader, reason=why, at=now()
        ),
        "已登记领导批示，相关单位和人员会收到通知",
    )


@supervision.post("/tickets/<ticket_no>/release")
def release(ticket_no: str) -> Answer:
    """解除督办, with the reason."""
    return _one(
        ticket_no,
        "release",
        lambda ticket_id, why: service.release([ticket_id], staff(), reason=why, at=now()),
        "已解除督办，承办单位会收到通知",
    )


@supervision.post("/tickets/<ticket_no>/redo")
def redo(ticket_no: str) -> Answer:
    """重办 beyond the second round is the supervisor's alone (story 8)."""
    return _one(
        ticket_no,
        "redo",
        lambda ticket_id, why: callbacks.redo(ticket_id, staff(), reason=why, at=now()),
        "已退回原单位重办",
    )


@supervision.post("/tickets/<ticket_no>/hang")
def hang(ticket_no: str) -> Answer:
    """同意挂账."""
    return _one(
        ticket_no,
        "hang",
        lambda ticket_id, why: hanging.hang(ticket_id, staff(), reason=why, at=now()),
        "已挂账，停止计时；满 30 天须复核",
    )


@supervision.post("/tickets/<ticket_no>/resume")
def resume(ticket_no: str) -> Answer:
    """恢复办理."""
    return _one(
        ticket_no,
        "resume",
        lambda ticket_id, why: hanging.resume(ticket_id, staff(), reason=why, at=now()),
        "已恢复办理，挂账的时间不计入时限",
    )


@supervision.post("/tickets/<ticket_no>/unreasonable")
def unreasonable(ticket_no: str) -> Answer:
    """认定不合理."""
    return _one(
        ticket_no,
        "unreasonable",
        lambda ticket_id, why: find_unreasonable(ticket_id, staff(), reason=why, at=now()),
        "已认定为不合理诉求并办结",
    )
