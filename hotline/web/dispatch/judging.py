"""What the desk says to a motion: yes, or no with a reason; how a hung ticket goes on (审批)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from hotline.domain.errors import Invalid, NotFound
from hotline.domain.motions import HangingReview, Motion
from hotline.queries import pleas
from hotline.services import motions
from hotline.web.access import now, staff
from hotline.web.dispatch import dispatch
from hotline.web.dispatch.deeds import on_ticket, verdict_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.models import Ticket

GRANTED = {
    Motion.RETURN: "已同意退单，工单回到待派单",
    Motion.EXTENSION: "已同意延期，新的期限已告知市民和承办单位",
    Motion.HANGING: "已同意挂账，暂停计时，到期自动提醒复核",
    Motion.UNREASONABLE: "已认定为不合理诉求并办结",
    Motion.APPEAL: "已同意申诉，该工单不纳入考核",
}
REFUSED = {
    Motion.RETURN: "已驳回退单，原单位继续办理",
    Motion.APPEAL: "已驳回申诉，考核结果不变",
}


@dispatch.post("/tickets/<ticket_no>/motions/<int:motion_id>")
def judge(ticket_no: str, motion_id: int) -> Response | tuple[str, int]:
    """Agree to a motion, or refuse it with a reason."""

    def do(ticket: Ticket) -> str:
        kind = pleas.kind_of(motion_id)
        if kind is None or pleas.ticket_of(motion_id) != ticket.ticket_no:
            raise NotFound("没有这份申请")
        verdict, note = verdict_of("grant", "refuse"), request.form.get("note", "").strip()
        if verdict == "grant":
            motions.grant(motion_id, staff(), note=note or None, at=now())
            return GRANTED[kind]
        motions.refuse(motion_id, staff(), note=note, at=now())
        return REFUSED.get(kind, f"已驳回{kind.label}申请，期限不变")

    return on_ticket(ticket_no, do)


@dispatch.post("/tickets/<ticket_no>/hanging")
def review_hanging(ticket_no: str) -> Response | tuple[str, int]:
    """挂账复核: go on hanging, or take the work up again."""

    def do(ticket: Ticket) -> str:
        said = request.form.get("finding", "")
        if said not in set(HangingReview):
            raise Invalid("finding", "请选择继续挂账或恢复办理")
        finding, words = HangingReview(said), request.form.get("words", "")
        motions.review_hanging(ticket.id, staff(), finding=finding, words=words, at=now())
        if finding is HangingReview.CONTINUE:
            return "已登记复核，继续挂账，下次复核自动开始"
        return "已恢复办理，挂账的时间不计入时限"

    return on_ticket(ticket_no, do)
