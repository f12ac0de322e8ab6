"""A clock as the API tells it: due moment, why, what changed it, what comes next (时限)."""

from __future__ import annotations

from apiflask import Schema
from marshmallow import fields

from hotline.domain.terms import Clock
from hotline.web.fields import Choice, Instant


class DayOut(Schema):
    """One local day on the way: counted or skipped, and why."""

    date = fields.Date(required=True)
    counted = fields.Boolean(required=True)
    why = fields.String(required=True)


class ChangeOut(Schema):
    """A pause, an extension or a recount; the old due moment stays visible."""

    label = fields.String(required=True)
    words = fields.String(required=True)
    at = Instant(required=True)
    by = fields.String(required=True)
    reason = fields.String(required=True)
    before = Instant(required=True)
    after = Instant(allow_none=True)
    is_held = fields.Boolean(required=True)


class StepOut(Schema):
    """A step of the ladder, reached or to come, and whom it tells."""

    label = fields.String(required=True)
    planned_at = Instant(required=True)
    fired_at = Instant(allow_none=True)
    is_late = fields.Boolean(required=True)
    is_stale = fields.Boolean(required=True)
    tells = fields.String(required=True)


class ClockOut(Schema):
    """One clock with its story."""

    clock = Choice(Clock, required=True, attribute="story.clock")
    label = fields.String(required=True)
    round = fields.Integer(required=True, attribute="story.round")
    state = fields.String(required=True, attribute="story.state")
    started_at = Instant(required=True, attribute="story.started_at")
    limit = fields.String(required=True, attribute="story.limit")
    statutory = fields.String(required=True, attribute="story.statutory")
    rule = fields.String(required=True, attribute="story.rule_id")
    source = fields.String(required=True, attribute="story.source")
    profile = fields.String(required=True, attribute="story.profile")
    versions = fields.String(required=True, attribute="story.versions")
    due_at = Instant(required=True, attribute="story.due_at")
    first_due_at = Instant(required=True, attribute="story.first_due_at")
    paused_at = Instant(allow_none=True, attribute="story.paused_at")
    stopped_at = Instant(allow_none=True, attribute="story.stopped_at")
    lamp = fields.String(required=True)
    remaining = fields.String(required=True)
    is_stopped = fields.Boolean(required=True)
    is_paused = fields.Boolean(required=True)
    is_provisional = fields.Boolean(required=True, attribute="story.is_provisional")
    is_late = fields.Boolean(required=True, attribute="story.is_late")
    days = fields.List(fields.Nested(DayOut), required=True, attribute="story.days")
    changes = fields.List(fields.Nested(ChangeOut), required=True, attribute="story.changes")
    past = fields.List(fields.Nested(StepOut), required=True, attribute="story.past")
    ahead = fields.List(fields.Nested(StepOut), required=True, attribute="story.ahead")
