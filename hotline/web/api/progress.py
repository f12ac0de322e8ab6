"""``GET /tickets/{ticket_no}``: honest progress for whoever holds the query code (查进度)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask import Schema
from marshmallow import fields

from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Kind, Resolved, Role
from hotline.queries import progress
from hotline.web.access import now
from hotline.web.api import v1
from hotline.web.api.entrance import guarded, public, ticket_of
from hotline.web.api.problems import READING, documented
from hotline.web.fields import Choice, Instant, Strict, Text

if TYPE_CHECKING:
    from hotline.queries.progress import Progress, PublicEntry

SPOKEN = frozenset(
    {
        Event.ANSWERED,
        Event.DECLINED,
        Event.TRANSFERRED,
        Event.WITHDRAWN,
        Event.ASKED_INFO,
        Event.SUPPLIED,
        Event.RATED,
        Event.HANGING_GRANTED,
    }
)
"""Events whose words are meant for the citizen; notes between units stay inside the house."""
CITIZENS_SIDE = (Role.CITIZEN, Role.AGENT)


class ProgressQuery(Strict):
    """The key to a ticket."""

    query_code = Text(longest=64, required=True, metadata={"description": "查询码"})


class EntryOut(Schema):
    """One thing that happened."""

    at = Instant(required=True)
    event = Choice(Event, required=True)
    label = fields.String(required=True)
    unit = fields.String(metadata={"description": "由哪个单位"})
    text = fields.String(metadata={"description": "对市民说的话"})


class ReplyOut(Schema):
    """An approved answer of one round."""

    round = fields.Integer(required=True)
    unit = fields.String(required=True)
    text = fields.String(required=True)
    at = Instant(allow_none=True)


class RatingOut(Schema):
    """The citizen's own word."""

    satisfaction = fields.Integer(required=True)
    resolved = Choice(Resolved, required=True)
    comment = fields.String(allow_none=True)
    rated_at = Instant(required=True)


class MomentsOut(Schema):
    """Actual times of the present round; null where it has not come to that."""

    registered_at = Instant(required=True)
    dispatched_at = Instant(allow_none=True)
    signed_at = Instant(allow_none=True)
    replied_at = Instant(allow_none=True)
    approved_at = Instant(allow_none=True)
    rated_at = Instant(allow_none=True)
    closed_at = Instant(allow_none=True)


class ProgressOut(Schema):
    """A ticket as its citizen sees it; of a merged one, the work on its master."""

    ticket_no = fields.String(required=True)
    title = fields.String(required=True)
    kind = Choice(Kind, required=True)
    stage = Choice(Stage, required=True)
    stage_label = fields.String(required=True)
    outcome = fields.String(allow_none=True, metadata={"description": "办结方式"})
    round = fields.Integer(required=True)
    department = fields.String(allow_none=True, metadata={"description": "承办单位"})
    promised_at = Instant(allow_none=True, metadata={"description": "现承诺的答复时间"})
    first_promised_at = Instant(allow_none=True, metadata={"description": "最初承诺的答复时间"})
    is_provisional = fields.Boolean(
        required=True, metadata={"description": "承诺时间跨到尚未公布放假安排的年份"}
    )
    is_late = fields.Boolean(required=True)
    actual = fields.Nested(MomentsOut, required=True)
    timeline = fields.List(fields.Nested(EntryOut), required=True)
    reply = fields.String(allow_none=True, metadata={"description": "最近一次审核通过的答复"})
    replies = fields.List(fields.Nested(ReplyOut), required=True)
    rating = fields.Nested(RatingOut, allow_none=True)
    question = fields.String(allow_none=True, metadata={"description": "热线请您补充的内容"})
    advice = fields.String(required=True)
    may_supplement = fields.Boolean(required=True)
    may_withdraw = fields.Boolean(required=True)
    may_rate = fields.Boolean(required=True)


@v1.get("/tickets/<ticket_no>")
@public
@guarded
@v1.input(ProgressQuery, location="query", unknown="raise")
@v1.output(ProgressOut)
@v1.doc(summary="查询进度", tags=["市民"], responses=documented(*READING))
def show_progress(ticket_no: str, query_data: dict[str, str]) -> dict[str, Any]:
    """Progress by number and query code; wrong number and wrong code get the same answer."""
    ticket = ticket_of(ticket_no, query_code=query_data["query_code"])
    return _told(progress.progress(ticket, at=now()))


def _told(seen: Progress) -> dict[str, Any]:
    ticket, work = seen.ticket, seen.work
    latest = seen.replies[0].text if seen.replies else None
    return {
        "ticket_no": ticket.ticket_no,
        "title": ticket.title,
        "kind": ticket.kind,
        "stage": ticket.stage,
        "stage_label": ticket.stage.label,
        "outcome": ticket.outcome.label if ticket.outcome else None,
        "round": work.round,
        "department": seen.unit or None,
        "promised_at": work.promised_at,
        "first_promised_at": ticket.first_promised_at,
        "is_provisional": work.is_provisional,
        "is_late": seen.is_late,
        "actual": seen.moments,
        "timeline": [_entry(entry) for entry in reversed(seen.entries)],
        "reply": latest,
        "replies": seen.replies,
        "rating": seen.rating,
        "question": seen.question or None,
        "advice": seen.advice,
        "may_supplement": seen.may_supplement,
        "may_withdraw": seen.may_withdraw,
        "may_rate": seen.may_rate,
    }


def _entry(entry: PublicEntry) -> dict[str, Any]:
    told: dict[str, Any] = {"at": entry.at, "event": entry.event, "label": entry.event.label}
    unit = entry.unit or entry.payload.get("unit")
    if unit:
        told["unit"] = unit
    is_own_note = entry.event is Event.NOTED and entry.role in CITIZENS_SIDE
    if entry.reason and (entry.event in SPOKEN or is_own_note):
        told["text"] = entry.reason
    return told
