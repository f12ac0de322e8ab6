"""The generic telephone contract: newCall, answer, hangup, as JSON or form (话务对接)."""

from __future__ import annotations

import functools
import secrets
from typing import TYPE_CHECKING, Any, ParamSpec

from apiflask import Schema
from flask import abort, request
from marshmallow import EXCLUDE, fields

from hotline.services import cti
from hotline.web import bodies
from hotline.web.access import house, now
from hotline.web.fields import Code, Text
from hotline.web.hooks import hooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

P = ParamSpec("P")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
EVENTS = ("newCall", "answer", "hangup")
DIRECTIONS = ("in", "out")


class CallEventIn(Schema):
    """One event; an exchange may send more than we read."""

    class Meta:
        """Exchanges add fields of their own."""

        unknown = EXCLUDE

    event = Code(required=True, known=EVENTS)
    direction = Code(required=True, known=DIRECTIONS)
    call_id = Text(required=True, filled=True, longest=256, data_key="callId")
    from_number = Text(required=True, longest=64, data_key="from")
    to_number = Text(required=True, longest=64, data_key="to")
    user = fields.Raw(allow_none=True)
    queue = Text(allow_none=True)
    answering_number = Text(allow_none=True, data_key="answeringNumber")
    cause = Text(allow_none=True)


def _with_token(
    view: Callable[P, dict[str, str]],
) -> Callable[P, dict[str, str] | Response]:
    """Refuse before the body is read: 403 without the right token, compared in constant time."""

    @functools.wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> dict[str, str] | Response:
        known = house().settings.cti_token
        given = str(kwargs.pop("token"))
        if not known or not secrets.compare_digest(given.encode(), known.encode()):
            abort(403)
        refusal = None if request.mimetype in FORMS else bodies.refuse_unreadable()
        return refusal or view(*args, **kwargs)

    return checked


@hooks.post("/cti/<token>")
@_with_token
@hooks.input(CallEventIn, location="json_or_form")
def call_event(json_or_form_data: dict[str, Any]) -> dict[str, str]:
    """Note what the exchange reports; the answer is an empty object, whatever happened before."""
    cti.report(
        json_or_form_data["event"],
        json_or_form_data["call_id"],
        direction=json_or_form_data["direction"],
        from_number=json_or_form_data["from_number"],
        at=now(),
    )
    return {}
