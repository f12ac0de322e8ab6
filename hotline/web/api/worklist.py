"""``GET /tickets``: the worklist of whoever holds the token, page by page (待办列表)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from apiflask import Schema
from flask import request, url_for
from marshmallow import ValidationError, fields

from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.lifecycle import Stage
from hotline.domain.permissions import SEES_ALL_TICKETS
from hotline.domain.terms import Kind, Role, Urgency
from hotline.queries import worklists
from hotline.queries.worklists import Scope
from hotline.services import dispatching
from hotline.web.access import api_actor, now
from hotline.web.api import v1
from hotline.web.api.problems import STAFF_READING, documented
from hotline.web.fields import Choice, Code, Flag, Instant, Strict, Whole

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor

MOST = 100
UNITS = (Role.DEPARTMENT, Role.DEPARTMENT_LEAD)


def _is_cursor(text: str) -> None:
    if re.fullmatch(r"[0-9]{1,16}-[0-9]{1,16}", text) is None:
        raise ValidationError("翻页参数不正确，请回到第一页")


class WorklistQuery(Strict):
    """What the list shows; a filter left out does not filter."""

    stage = fields.List(Choice(Stage), load_default=list, metadata={"description": "可重复"})
    kind = Choice(Kind)
    urgency = Choice(Urgency)
    department = Code(metadata={"description": "主办单位编码；承办单位的令牌只能看本单位"})
    overdue = Flag(in_query=True, load_default=False, metadata={"description": "只看已超期的"})
    helping = Flag(in_query=True, load_default=False, metadata={"description": "只看本单位协办的"})
    cursor = fields.String(validate=_is_cursor, metadata={"description": "上一页的 next_cursor"})
    limit = Whole(
        1,
        MOST,
        in_query=True,
        load_default=worklists.PAGE,
        metadata={"description": "每页张数"},
    )


class LineOut(Schema):
    """One ticket in the list."""

    ticket_no = fields.String(required=True)
    title = fields.String(required=True)
    kind = Choice(Kind, required=True)
    stage = Choice(Stage, required=True)
    urgency = Choice(Urgency, required=True)
    marks = fields.List(fields.String(), required=True)
    area = fields.String(required=True)
    department = fields.String(required=True, attribute="unit")
    category = fields.String(required=True)
    registered_at = Instant(required=True)
    due_at = Instant(allow_none=True, metadata={"description": "办理时限"})
    lamp = fields.String(required=True, metadata={"description": "green、yellow、red，空为不计时"})
    round = fields.Integer(required=True)


class WorklistOut(Schema):
    """One page and where the next one begins."""

    tickets = fields.List(fields.Nested(LineOut), required=True)
    next_cursor = fields.String(allow_none=True, required=True)


class LinkHeader(Schema):
    """The same for programs that follow links (RFC 8288)."""

    link = fields.String(data_key="Link", metadata={"example": '<…>; rel="next"'})


@v1.get("/tickets")
@v1.input(WorklistQuery, location="query", unknown="raise")
@v1.output(WorklistOut, headers=LinkHeader)
@v1.doc(
    summary="待办列表",
    tags=["工作人员"],
    security="bearer",
    responses=documented(*STAFF_READING),
)
def list_tickets(query_data: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Tickets newest first, overdue ones by their due time; departments see their own."""
    at = now()
    cursor, limit = query_data.pop("cursor", None), query_data.pop("limit")
    scope = _scope(api_actor(), query_data, at)
    page = worklists.page(scope, at=at, cursor=cursor, limit=limit)
    headers = {"Link": f'<{_next(page.next_cursor)}>; rel="next"'} if page.next_cursor else {}
    return {"tickets": page.lines, "next_cursor": page.next_cursor}, 200, headers


def _scope(actor: Actor, asked: dict[str, Any], at: datetime) -> Scope:
    unit = _unit(actor, asked.get("department"))
    helping = asked["helping"] and unit is not None
    return Scope(
        stages=asked["stage"],
        kind=asked.get("kind"),
        urgency=asked.get("urgency"),
        department_id=None if helping else unit,
        helping_id=unit if helping else None,
        is_overdue_at=at if asked["overdue"] else None,
    )


def _unit(actor: Actor, code: str | None) -> int | None:
    """The department to filter by; a department is always its own filter."""
    unit = dispatching.department_by_code(code)
    if code and unit is None:
        raise Invalid("department", "没有这个承办单位")
    if actor.role in SEES_ALL_TICKETS:
        return unit.id if unit else None
    if actor.role not in UNITS:
        raise NotAllowed(f"{actor.role.label}无权查看工单")
    if unit is not None and unit.id != actor.department_id:
        raise NotAllowed("只能查看本单位的工单")
    return actor.department_id


def _next(cursor: str) -> str:
    asked = {**request.args.to_dict(flat=False), "cursor": [cursor]}
    return f"{url_for('v1.list_tickets')}?{urlencode(asked, doseq=True)}"
