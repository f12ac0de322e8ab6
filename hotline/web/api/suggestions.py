"""``POST /suggestions``: what the house would do with a text, and why (智能推荐)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask import Schema
from marshmallow import fields

from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Kind, PlaceKind, Urgency
from hotline.services import advising
from hotline.services.advising import Heard
from hotline.web.access import house, now
from hotline.web.api import v1
from hotline.web.api.problems import STAFF_ASKING, documented
from hotline.web.fields import Choice, Code, Strict, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.services.advising import Advice, Offer

NOTHING_SAID = "没有文字可供判断"


class SuggestionIn(Strict):
    """What has been said so far."""

    text = Text(longest=10_000, required=True, metadata={"description": "诉求内容"})
    title = Text(longest=200, load_default="")
    area_code = Code(load_default="", metadata={"description": "区划代码，影响承办单位"})
    kind = Choice(Kind, allow_none=True, metadata={"description": "诉求类型，缺省按内容判断"})


class CategoryOut(Schema):
    """A category with the words that spoke for it."""

    code = fields.String(required=True)
    path = fields.String(required=True)
    probability = fields.Float(required=True)
    because = fields.List(fields.String(), required=True)


class UnitOut(Schema):
    """A unit, the catalogue's rule that names it, and the reason in words."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    rule = fields.String(required=True)
    reason = fields.String(required=True)


class SimilarOut(Schema):
    """An open ticket that may be the same matter."""

    ticket_no = fields.String(required=True)
    score = fields.Float(required=True)
    title = fields.String(required=True)
    stage = Choice(Stage, required=True)
    because = fields.List(fields.String(), metadata={"description": "依据的词和地点"})
    callers = fields.Integer(metadata={"description": "已有多少人反映"})
    is_same_caller = fields.Boolean()


class KnowledgeOut(Schema):
    """An entry of the knowledge base."""

    id = fields.String(required=True)
    title = fields.String(required=True)


class PlaceOut(Schema):
    """A place the text names."""

    kind = Choice(PlaceKind, required=True)
    name = fields.String(required=True)
    words = fields.String(required=True, metadata={"description": "连同门牌楼栋的原话"})


class SuggestionOut(Schema):
    """Everything offered for one text."""

    model = fields.String(required=True, metadata={"description": "模型版本，没有模型时为空"})
    categories = fields.List(fields.Nested(CategoryOut), required=True)
    departments = fields.List(fields.Nested(UnitOut), required=True)
    is_sure = fields.Boolean(required=True, metadata={"description": "机器会自行派单"})
    note = fields.String(required=True, metadata={"description": "为什么没有把握，或没有推荐"})
    kind = Choice(Kind, required=True)
    kind_probability = fields.Float(
        metadata={"description": "按内容判断诉求类型的概率；类型由调用方指定时没有"}
    )
    kind_because = fields.List(fields.String(), metadata={"description": "判断类型的依据词"})
    urgency = Choice(Urgency, required=True)
    advice = fields.String(required=True, metadata={"description": "危险时立即要做的事"})
    danger_words = fields.List(fields.String(), metadata={"description": "危险用语"})
    crowd_words = fields.List(fields.String(), metadata={"description": "群体苗头用语"})
    threat_words = fields.List(fields.String(), metadata={"description": "极端言行用语"})
    places = fields.List(fields.Nested(PlaceOut), metadata={"description": "文中的地点"})
    area_code = fields.String(metadata={"description": "文中唯一写明的区划，没有时为空"})
    area_because = fields.List(fields.String(), metadata={"description": "文中的区划名称"})
    companies = fields.List(fields.String(), metadata={"description": "文中的企业和店铺"})
    similar = fields.List(fields.Nested(SimilarOut), required=True)
    knowledge = fields.List(fields.Nested(KnowledgeOut), required=True)


@v1.post("/suggestions")
@v1.input(SuggestionIn)
@v1.output(SuggestionOut)
@v1.doc(
    summary="分类、承办单位、相似工单和知识推荐",
    tags=["工作人员"],
    security="bearer",
    responses=documented(*STAFF_ASKING),
)
def suggest(json_data: dict[str, Any]) -> dict[str, Any]:
    """Suggestions with their reasons; without a model there are no categories, and a note."""
    heard = Heard(
        content=json_data["text"],
        title=json_data["title"],
        area_code=json_data["area_code"],
        kind=json_data.get("kind"),
    )
    told = _told(advising.advise(heard, house().shelf, at=now()))
    if heard.kind:
        del told["kind_probability"], told["kind_because"]
    return told


def _told(advice: Advice) -> dict[str, Any]:
    found = advice.understood
    return {
        "model": advice.model_id,
        "categories": advice.offers,
        "departments": list(_units(advice.offers)),
        "is_sure": advice.is_sure,
        "note": advice.doubt or ("" if advice.offers else NOTHING_SAID),
        "kind": advice.kind,
        "urgency": advice.urgency,
        "advice": found.urgency.advice,
        "kind_probability": found.kind.probability,
        "kind_because": found.kind.words,
        "danger_words": found.urgency.words,
        "crowd_words": found.alarms.crowd,
        "threat_words": found.alarms.threat,
        "places": [
            {"kind": PlaceKind(place.kind), "name": place.name, "words": place.words}
            for place in found.places
        ],
        "area_code": found.area.code,
        "area_because": found.area.names,
        "companies": found.companies,
        "similar": advice.similar,
        "knowledge": advice.answers,
    }


def _units(offers: Iterable[Offer]) -> Iterable[dict[str, str]]:
    """Each unit once, by the first category that leads to it."""
    seen: set[str] = set()
    for offer in offers:
        if offer.unit_code and offer.unit_code not in seen:
            seen.add(offer.unit_code)
            yield {
                "code": offer.unit_code,
                "name": offer.unit_name,
                "rule": offer.rule,
                "reason": offer.reason,
            }
