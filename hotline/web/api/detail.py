"""``GET /tickets/{ticket_no}/detail``: everything staff may know of a ticket, masked (工单详情)."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from marshmallow import fields

from hotline.domain.events import Event
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.motions import Motion, MotionState, MotionStep
from hotline.domain.terms import Channel, Finding, Kind, Role, Urgency
from hotline.queries import tickets
from hotline.services import openings
from hotline.web.access import api_actor, now
from hotline.web.api import v1
from hotline.web.api.attachments import AttachmentOut, told
from hotline.web.api.clocks import ClockOut
from hotline.web.api.problems import STAFF_READING, documented
from hotline.web.api.progress import RatingOut
from hotline.web.fields import Choice, Instant


class TrailOut(Schema):
    """One entry of the timeline, as the house keeps it."""

    at = Instant(required=True)
    event = Choice(Event, required=True)
    role = Choice(Role, required=True)
    by = fields.String(required=True, attribute="actor_name")
    from_stage = Choice(Stage, allow_none=True)
    to_stage = Choice(Stage, allow_none=True)
    reason = fields.String(allow_none=True)


class AssignmentOut(Schema):
    """A unit that leads, helps, or did once."""

    code = fields.String(required=True, attribute="department.code")
    name = fields.String(required=True, attribute="department.name")
    is_lead = fields.Boolean(required=True)
    round = fields.Integer(required=True)
    rule = fields.String(allow_none=True, attribute="rule_id")
    legal_basis = fields.String(allow_none=True)
    because = fields.String(allow_none=True)
    dispatched_at = Instant(required=True)
    signed_at = Instant(allow_none=True)
    contacted_at = Instant(allow_none=True)
    replied_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)


class MotionOut(Schema):
    """An application; its id is what grant_motion, refuse_motion and withdraw_motion take."""

    id = fields.Integer(required=True)
    kind = Choice(Motion, required=True)
    state = Choice(MotionState, required=True)
    step = Choice(MotionStep, required=True, metadata={"description": "待审核时由谁审核"})
    ordinal = fields.Integer(required=True)
    reason_code = fields.String(allow_none=True)
    reason = fields.String(required=True)
    evidence = fields.String(allow_none=True)
    days = fields.Integer(allow_none=True, attribute="working_days")
    until_on = fields.Date(allow_none=True)
    reply_text = fields.String(allow_none=True)
    filed_at = Instant(required=True)
    filed_by = fields.String(required=True)
    department = fields.String(required=True, attribute="department.code")
    suggested = fields.String(allow_none=True, attribute="suggested_department.code")
    unit_decided_at = Instant(allow_none=True)
    unit_decided_by = fields.String(allow_none=True)
    unit_decision = fields.String(allow_none=True)
    decided_at = Instant(allow_none=True)
    decided_by = fields.String(allow_none=True)
    decision = fields.String(allow_none=True)


class ReviewedRatingOut(RatingOut):
    """A rating as the house keeps it: a bad one with what verifying it found."""

    id = fields.Integer(required=True)
    round = fields.Integer(required=True)
    finding = Choice(Finding, allow_none=True)
    finding_code = fields.String(allow_none=True)
    verified_at = Instant(allow_none=True)
    verified_by = fields.String(allow_none=True)
    verification = fields.String(allow_none=True)
    mended_at = Instant(allow_none=True)
    mended_by = fields.String(allow_none=True)
    mending = fields.String(allow_none=True)


class DetailOut(Schema):
    """A ticket as its staff sees it; names and numbers are masked."""

    ticket_no = fields.String(required=True, attribute="ticket.ticket_no")
    title = fields.String(required=True, attribute="ticket.title")
    content = fields.String(required=True, attribute="ticket.content")
    kind = Choice(Kind, required=True, attribute="ticket.kind")
    channel = Choice(Channel, required=True, attribute="ticket.channel")
    urgency = Choice(Urgency, required=True, attribute="ticket.urgency")
    danger_words = fields.List(fields.String(), required=True, attribute="ticket.danger_words")
    marks = fields.List(fields.String(), required=True)
    stage = Choice(Stage, required=True, attribute="ticket.stage")
    stage_label = fields.String(required=True, attribute="ticket.stage.label")
    outcome = fields.String(allow_none=True, attribute="ticket.outcome")
    round = fields.Integer(required=True, attribute="ticket.round")
    returns = fields.Integer(required=True, attribute="ticket.returns")
    version = fields.Integer(required=True, attribute="ticket.version")
    area_code = fields.String(allow_none=True, attribute="ticket.area_code")
    area = fields.String(required=True)
    address = fields.String(allow_none=True, attribute="ticket.address")
    lon = fields.Float(allow_none=True, attribute="ticket.lon")
    lat = fields.Float(allow_none=True, attribute="ticket.lat")
    occurred_at = Instant(allow_none=True, attribute="ticket.occurred_at")
    caller_name = fields.String(required=True)
    caller_phone = fields.String(required=True)
    category_code = fields.String(allow_none=True, attribute="ticket.category_code")
    category = fields.String(required=True, attribute="category_path")
    category_by = fields.String(allow_none=True, attribute="ticket.category_by")
    department = fields.String(allow_none=True, attribute="ticket.lead_department.name")
    department_code = fields.String(allow_none=True, attribute="ticket.lead_department.code")
    reply = fields.String(allow_none=True, attribute="ticket.reply")
    registered_at = Instant(required=True, attribute="ticket.registered_at")
    promised_at = Instant(allow_none=True, attribute="ticket.promised_at")
    first_promised_at = Instant(allow_none=True, attribute="ticket.first_promised_at")
    closed_at = Instant(allow_none=True, attribute="ticket.closed_at")
    timeline = fields.List(fields.Nested(TrailOut), required=True)
    clocks = fields.List(fields.Nested(ClockOut), required=True)
    assignments = fields.List(fields.Nested(AssignmentOut), required=True)
    motions = fields.List(fields.Nested(MotionOut), required=True)
    ratings = fields.List(fields.Nested(ReviewedRatingOut), required=True)
    attachments = fields.List(fields.Nested(AttachmentOut), required=True)
    actions = fields.List(Choice(Action), required=True, metadata={"description": "现在可做的动作"})


@v1.get("/tickets/<ticket_no>/detail")
@v1.output(DetailOut)
@v1.doc(
    summary="工单详情",
    tags=["工作人员"],
    security="bearer",
    responses=documented(*STAFF_READING, 404),
)
def show_detail(ticket_no: str) -> dict[str, Any]:
    """The whole ticket for those who may see it; to everybody else it does not exist."""
    actor = api_actor()
    ticket = tickets.ticket_for(actor, ticket_no=ticket_no)
    view = tickets.view(ticket, at=now())
    names = [
        "ticket",
        "area",
        "category_path",
        "marks",
        "caller_name",
        "caller_phone",
        "timeline",
        "clocks",
        "assignments",
        "motions",
        "ratings",
    ]
    return {
        **{name: getattr(view, name) for name in names},
        "attachments": [told(row) for row in view.attachments],
        "actions": openings.open_to(ticket, actor),
    }
