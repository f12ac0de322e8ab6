"""``GET /dispatch-quality``: first-dispatch accuracy, returns and moves (派单质量)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask import Schema
from marshmallow import fields

from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.terms import Role
from hotline.queries import indicators, quality, registry
from hotline.queries.indicators import Period
from hotline.queries.quality import Judged, Narrow, Returns, Sender, Tally
from hotline.services import dispatching
from hotline.web.access import api_actor, now
from hotline.web.api import v1
from hotline.web.api.indicators import Day
from hotline.web.api.problems import STAFF_READING, documented
from hotline.web.fields import Choice, Code, Instant, Strict

if TYPE_CHECKING:
    from datetime import date

MAY_READ = (Role.DISPATCHER, Role.SUPERVISOR, Role.AUTHORITY, Role.ADMIN, Role.AUDITOR)
"""Who reads the page of the same name."""
_SHARE: dict[str, Any] = {"required": True, "allow_none": True}


class QualityQuery(Strict):
    """The period, both days included, and what it is narrowed to."""

    first = Day(data_key="from", required=True, metadata={"description": "开始日期（含）"})
    last = Day(
        data_key="to",
        required=True,
        metadata={"description": f"结束日期（含），统计期最长 {indicators.LONGEST} 天"},
    )
    category = Code(metadata={"description": "问题分类编码，各级均可；不填为全部"})
    unit = Code(metadata={"description": "首派单位编码；不填为全部"})
    sender = Choice(Sender, metadata={"description": "谁派的；不填为不限"})


class TallyOut(Schema):
    """One group of first dispatches and of returns."""

    code = fields.String(required=True, metadata={"description": "分类或单位编码；合计为空"})
    name = fields.String(required=True)
    sent = fields.Integer(required=True, metadata={"description": "首次派出"})
    right = fields.Integer(required=True, metadata={"description": "一次派准"})
    wrong = fields.Integer(required=True, metadata={"description": "派错"})
    open = fields.Integer(required=True, metadata={"description": "尚无定论"})
    left_out = fields.Integer(required=True, metadata={"description": "不计"})
    accuracy = fields.Float(
        **_SHARE,
        metadata={"description": "一次派准 ÷（一次派准 + 派错），0 到 1；没有定论时为 null"},
    )
    machine_accuracy = fields.Float(**_SHARE, metadata={"description": "系统自动派出的"})
    person_accuracy = fields.Float(**_SHARE, metadata={"description": "分派员派出的"})
    received = fields.Integer(required=True, metadata={"description": "收到的派单"})
    returns_filed = fields.Integer(required=True)
    returns_granted = fields.Integer(required=True)
    returns_refused = fields.Integer(required=True)
    return_rate = fields.Float(**_SHARE, metadata={"description": "提出退单 ÷ 收到的派单"})


class WayOut(Schema):
    """From which unit to which."""

    category = fields.String(required=True)
    from_unit = fields.String(required=True)
    to_unit = fields.String(**_SHARE, metadata={"description": "尚未改派或移交外部时为 null"})
    count = fields.Integer(required=True)


class QualityOut(Schema):
    """The quality of dispatch over a period."""

    first = fields.Date(data_key="from", required=True)
    last = fields.Date(data_key="to", required=True)
    settled_until = Instant(
        required=True, metadata={"description": "在此之前派出的，退单期限已过，对错才有定论"}
    )
    total = fields.Nested(TallyOut, required=True)
    categories = fields.List(fields.Nested(TallyOut), required=True)
    units = fields.List(fields.Nested(TallyOut), required=True)
    moves = fields.List(fields.Nested(WayOut), required=True)


@v1.get("/dispatch-quality")
@v1.input(QualityQuery, location="query", unknown="raise")
@v1.output(QualityOut)
@v1.doc(
    summary="派单质量",
    tags=["工作人员"],
    security="bearer",
    responses=documented(*STAFF_READING),
)
def read_dispatch_quality(query_data: dict[str, Any]) -> dict[str, Any]:
    """How many first dispatches were right, what came back, and where it went instead."""
    actor, at = api_actor(), now()
    if actor.role not in MAY_READ:
        raise NotAllowed(f"{actor.role.label}无权查看派单质量")
    first: date = query_data["first"]
    period = Period.asked(first, query_data["last"])
    names, units = registry.category_names(), registry.unit_words()
    narrow = _narrow(query_data, names)
    found = quality.counted(period, narrow, at=at)
    back = quality.returns(period, narrow)
    return {
        "first": period.first,
        "last": period.last,
        "settled_until": quality.settled_until(at),
        "total": _told("", "合计", found.total, back.total),
        "categories": [
            _told(code, names.get(code, "未分类"), *_both(found.categories, back.categories, code))
            for code in sorted(set(found.categories) | set(back.categories))
        ],
        "units": [
            _told(*units.get(unit_id, ("", "")), *_both(found.units, back.units, unit_id))
            for unit_id in sorted(set(found.units) | set(back.units))
        ],
        "moves": [
            {
                "category": way.code,
                "from_unit": units.get(way.from_id, ("", ""))[0],
                "to_unit": units.get(way.to_id, ("", ""))[0] if way.to_id else None,
                "count": way.count,
            }
            for way in quality.ways(period, narrow, at=at, most=100)
        ],
    }


def _narrow(query: dict[str, Any], names: dict[str, str]) -> Narrow:
    category, code = query.get("category") or "", query.get("unit")
    if category and category not in names:
        raise Invalid("category", "没有这个问题分类")
    unit = dispatching.department_by_code(code)
    if code and unit is None:
        raise Invalid("unit", "没有这个承办单位")
    unit_id = unit.id if unit else None
    return Narrow(category=category, unit_id=unit_id, sender=query.get("sender"))


def _both(tallies: dict[Any, Tally], returns: dict[Any, Returns], key: object) -> tuple[Any, Any]:
    return tallies.get(key, Tally()), returns.get(key, Returns())


def _told(code: str, name: str, tally: Tally, back: Returns) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "sent": tally.count(),
        **{each.value: tally.count(each) for each in Judged},
        "accuracy": tally.accuracy(),
        "machine_accuracy": tally.accuracy(Sender.MACHINE),
        "person_accuracy": tally.accuracy(Sender.PERSON),
        "received": back.received,
        "returns_filed": back.filed,
        "returns_granted": back.granted,
        "returns_refused": back.refused,
        "return_rate": back.rate,
    }
