"""``GET /indicators``: saved definitions and their figures over a period (考核指标)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask import Schema
from marshmallow import fields

from hotline.domain.errors import Invalid, NotAllowed
from hotline.queries import indicators
from hotline.queries.indicators import Exclusion, Period, Worth
from hotline.services import dispatching
from hotline.services.indicators import MAY_DECIDE
from hotline.web.access import api_actor, now
from hotline.web.api import v1
from hotline.web.api.problems import STAFF_READING, documented
from hotline.web.fields import Choice, Code, Instant, Strict

if TYPE_CHECKING:
    from datetime import date

    from hotline.queries.indicators import Figure

_WRONG = "须是日期，例如 2026-03-01"
_SAID: dict[str, Any] = {"required": "必填", "invalid": _WRONG, "format": _WRONG, "null": _WRONG}


class Day(fields.Date):
    """A local day in ISO 8601."""

    default_error_messages = _SAID


class IndicatorsQuery(Strict):
    """The period, both days included, and one unit or all."""

    first = Day(data_key="from", required=True, metadata={"description": "开始日期（含）"})
    last = Day(
        data_key="to",
        required=True,
        metadata={"description": f"结束日期（含），统计期最长 {indicators.LONGEST} 天"},
    )
    unit = Code(metadata={"description": "承办单位编码；不填为全部单位"})


class LeftOut(Schema):
    """One exclusion of an indicator: whether it is on, and how much it takes out."""

    code = Choice(Exclusion, required=True)
    label = fields.String(required=True)
    is_on = fields.Boolean(required=True)
    count = fields.Integer(required=True)


class IndicatorOut(Schema):
    """One saved definition with its figure."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = Choice(Worth, required=True)
    better = fields.String(required=True, metadata={"description": "high、low 或 none"})
    numerator_text = fields.String(required=True)
    denominator_text = fields.String(required=True)
    base = fields.String(required=True, metadata={"description": "统计期按哪个时间"})
    source = fields.String(required=True)
    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)
    hours = fields.Float(required=True, metadata={"description": "平均用时的工作小时之和"})
    value = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "比率为 0 到 1，平均用时为工作小时，件数为件；分母为零时为 null"},
    )
    exclusions = fields.List(fields.Nested(LeftOut), required=True)
    changed_at = Instant(allow_none=True, metadata={"description": "剔除口径何时更改"})
    changed_by = fields.String(allow_none=True)


class IndicatorsOut(Schema):
    """All indicators of a period."""

    first = fields.Date(data_key="from", required=True)
    last = fields.Date(data_key="to", required=True)
    unit = fields.String(allow_none=True, required=True)
    indicators = fields.List(fields.Nested(IndicatorOut), required=True)


@v1.get("/indicators")
@v1.input(IndicatorsQuery, location="query", unknown="raise")
@v1.output(IndicatorsOut)
@v1.doc(
    summary="考核指标",
    tags=["工作人员"],
    security="bearer",
    responses=documented(*STAFF_READING),
)
def read_indicators(query_data: dict[str, Any]) -> dict[str, Any]:
    """Every indicator with formula, exclusions and figures; for supervisors and the authority."""
    actor = api_actor()
    if actor.role not in MAY_DECIDE:
        raise NotAllowed(f"{actor.role.label}无权查看考核指标")
    first: date = query_data["first"]
    period = Period.asked(first, query_data["last"])
    code = query_data.get("unit")
    unit = dispatching.department_by_code(code)
    if code and unit is None:
        raise Invalid("unit", "没有这个承办单位")
    found = indicators.figures(period, at=now(), unit_id=unit.id if unit else None)
    return {
        "first": period.first,
        "last": period.last,
        "unit": unit.code if unit else None,
        "indicators": [_told(figure) for figure in found],
    }


def _told(figure: Figure) -> dict[str, Any]:
    definition, kept = figure.definition, figure.kept
    return {
        "code": definition.code,
        "name": definition.name,
        "kind": definition.kind,
        "better": definition.better,
        "numerator_text": definition.numerator,
        "denominator_text": definition.denominator,
        "base": definition.base,
        "source": definition.source,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "hours": round(figure.hours, 4),
        "value": figure.value,
        "exclusions": [
            {
                "code": word,
                "label": word.label,
                "is_on": word in kept.exclusions,
                "count": figure.excluded.get(word, 0),
            }
            for word in definition.offers
        ],
        "changed_at": kept.changed_at,
        "changed_by": kept.changed_by,
    }
