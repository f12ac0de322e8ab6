"""What a citizen may do with their ticket: add to it, take it back, rate it (补充、撤单、评价)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask import Schema
from marshmallow import fields

from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import SATISFACTION, Channel, Resolved
from hotline.services import callbacks, endings
from hotline.services.callbacks import Verdict
from hotline.web.access import now
from hotline.web.api import v1
from hotline.web.api.attachments import AttachmentOut, files_in, keep
from hotline.web.api.entrance import Entrance, guarded, public, ticket_of
from hotline.web.api.problems import WRITING, documented
from hotline.web.fields import Choice, Text, Whole

if TYPE_CHECKING:
    from hotline.models import Ticket

GRADES = "，".join(f"{grade} {words}" for grade, words in SATISFACTION.items())
Body = dict[str, Any]


class SupplementIn(Entrance):
    """Words, and files if there are any."""

    content = Text(required=True, metadata={"description": "补充内容", "maxLength": 2000})
    attachments = files_in()


class WithdrawalIn(Entrance):
    """Why, if the citizen wants to say."""

    reason = Text(longest=500, load_default="", metadata={"description": "撤单原因，可不填"})


class RatingIn(Entrance):
    """好差评."""

    satisfaction = Whole(1, 5, required=True, metadata={"description": GRADES})
    resolved = Choice(Resolved, required=True, metadata={"description": "问题是否解决"})
    comment = Text(load_default="", metadata={"maxLength": 1000})


class StandingOut(Schema):
    """Where the ticket stands after what was done."""

    ticket_no = fields.String(required=True)
    stage = Choice(Stage, required=True)
    stage_label = fields.String(required=True)


class SupplementOut(StandingOut):
    """The same, with what became of each file."""

    attachments = fields.List(fields.Nested(AttachmentOut), required=True)


class RatedOut(StandingOut):
    """The same, with the rating as it was taken."""

    satisfaction = fields.Integer(required=True)
    resolved = Choice(Resolved, required=True)
    comment = fields.String(required=True)


def _standing(ticket: Ticket) -> Body:
    return {
        "ticket_no": ticket.ticket_no,
        "stage": ticket.stage,
        "stage_label": ticket.stage.label,
    }


def _entered(ticket_no: str, body: Body) -> Ticket:
    """Take the keys out of the body and open the ticket with them."""
    return ticket_of(ticket_no, query_code=body.pop("query_code"), token=body.pop("token"))


@v1.post("/tickets/<ticket_no>/supplements")
@public
@guarded
@v1.input(SupplementIn)
@v1.output(SupplementOut, description="已补充")
@v1.doc(summary="补充情况或材料", tags=["市民"], responses=documented(*WRITING))
def supplement(ticket_no: str, json_data: Body) -> Body:
    """Add words and files to an open ticket; an asked-back ticket goes on with them."""
    ticket = _entered(ticket_no, json_data)
    endings.supplement(ticket.id, json_data["content"], CITIZEN, at=now())
    files = keep(ticket.id, json_data["attachments"])
    return {**_standing(ticket), "attachments": files}


@v1.post("/tickets/<ticket_no>/withdrawal")
@public
@guarded
@v1.input(WithdrawalIn)
@v1.output(StandingOut, description="已撤单")
@v1.doc(summary="撤回诉求", tags=["市民"], responses=documented(*WRITING))
def withdraw(ticket_no: str, json_data: Body) -> Body:
    """Take the demand back while that is still possible."""
    ticket = _entered(ticket_no, json_data)
    endings.withdraw(ticket.id, CITIZEN, reason=json_data["reason"], at=now())
    return _standing(ticket)


@v1.post("/tickets/<ticket_no>/rating")
@public
@guarded
@v1.input(RatingIn)
@v1.output(RatedOut, description="已评价；同样的评价再次提交没有影响")
@v1.doc(summary="评价办理结果", tags=["市民"], responses=documented(403, *WRITING))
def rate(ticket_no: str, json_data: Body) -> Body:
    """Rate the answer: a good rating closes the ticket, a bad one opens it anew (重办)."""
    ticket = _entered(ticket_no, json_data)
    channel = Channel.APP if ticket.channel is Channel.APP else Channel.WEB
    rating = callbacks.rate(ticket.id, Verdict(**json_data, channel=channel), CITIZEN, at=now())
    return {
        **_standing(ticket),
        "satisfaction": rating.satisfaction,
        "resolved": rating.resolved,
        "comment": rating.comment or "",
    }
