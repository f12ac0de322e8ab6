"""``POST /tickets``: anybody files a demand; 201 means it is in the database (受理)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apiflask import Schema
from flask import url_for
from marshmallow import ValidationError, fields

from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Kind, Term, Urgency
from hotline.services import intake
from hotline.services.intake import Demand
from hotline.web.access import now
from hotline.web.api import v1
from hotline.web.api.attachments import AttachmentOut, files_in, keep
from hotline.web.api.entrance import public
from hotline.web.api.problems import documented
from hotline.web.fields import Choice, Decimal, Flag, Instant, Strict, Text

if TYPE_CHECKING:
    from hotline.services.intake import Receipt

LONGEST_KEY = 120


class Door(Term):
    """Channels a program may file for; calls and text messages have doors of their own."""

    WEB = Channel.WEB.value, Channel.WEB.label
    APP = Channel.APP.value, Channel.APP.label
    PHONE = Channel.PHONE.value, Channel.PHONE.label


class CallerIn(Strict):
    """Who demands; kept encrypted, shown masked."""

    name = Text(allow_none=True, metadata={"maxLength": 40, "example": "张女士"})
    phone = Text(allow_none=True, metadata={"description": "channel 为 phone 时必填"})
    id_no = Text(allow_none=True, metadata={"description": "居民身份证号码（GB 11643）"})


class TicketIn(Strict):
    """A demand (诉求)."""

    content = Text(
        longest=200_000,
        required=True,
        metadata={
            "description": "诉求内容，去掉控制字符后 1–10,000 字",
            "minLength": 1,
            "maxLength": 10_000,
        },
    )
    title = Text(allow_none=True, metadata={"description": "缺省取内容首句", "maxLength": 100})
    kind = Choice(Kind, allow_none=True, metadata={"description": "诉求类型，缺省按内容判断"})
    channel = Choice(Door, load_default=Door.WEB, metadata={"description": "受理渠道"})
    caller = fields.Nested(CallerIn, load_default=dict, allow_none=True)
    area_code = Text(longest=12, allow_none=True, metadata={"description": "区划代码（GB/T 2260）"})
    address = Text(allow_none=True, metadata={"maxLength": 200})
    lon = Decimal(allow_none=True, metadata={"description": "经度，与 lat 同时给出"})
    lat = Decimal(allow_none=True, metadata={"description": "纬度，与 lon 同时给出"})
    occurred_at = Instant(
        allow_none=True, metadata={"description": "发生时间；没有时区的按北京时间，不能晚于现在"}
    )
    anonymous = Flag(load_default=False, metadata={"description": "匿名：不留姓名"})
    confidential = Flag(load_default=False, metadata={"description": "保密：承办单位看不到诉求人"})
    attachments = files_in()


def _is_printable(key: str) -> None:
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise ValidationError(f"须是 1–{LONGEST_KEY} 个可打印的 ASCII 字符")


class FilingHeader(Schema):
    """Headers of a filing."""

    key = fields.String(
        data_key="Idempotency-Key",
        validate=_is_printable,
        metadata={
            "description": "同一个键在 24 小时内重复提交，得到第一次的回答，不会重复登记",
            "minLength": 1,
            "maxLength": LONGEST_KEY,
        },
    )


class ReceiptOut(Schema):
    """What the citizen takes home."""

    ticket_no = fields.String(required=True, metadata={"description": "工单编号"})
    query_code = fields.String(required=True, metadata={"description": "查询码，请妥善保管"})
    stage = Choice(Stage, required=True)
    promised_at = fields.String(required=True, metadata={"format": "date-time"})
    urgency = Choice(Urgency, required=True)
    advice = fields.String(required=True, metadata={"description": "危险时立即要做的事，平时为空"})
    attachments = fields.List(fields.Nested(AttachmentOut), required=True)


class FiledHeader(Schema):
    """Headers of the answer."""

    location = fields.String(data_key="Location", metadata={"description": "查询进度的地址"})


@v1.post("/tickets")
@public
@v1.input(FilingHeader, location="headers")
@v1.input(TicketIn)
@v1.output(ReceiptOut, status_code=201, description="已受理并存库", headers=FiledHeader)
@v1.doc(
    summary="提交诉求",
    tags=["市民"],
    responses=documented(400, 409, 413, 415, 422, 503),
)
def file_ticket(
    headers_data: dict[str, str], json_data: dict[str, Any]
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """File a demand; with an Idempotency-Key any number of times with one effect."""
    given = json_data.pop("attachments")
    key = headers_data.get("key")
    receipt = intake.register(
        _demand(json_data), CITIZEN, at=now(), key=f"api:{key}" if key else None
    )
    files = keep(receipt.ticket_id, given, is_repeat=receipt.is_repeat)
    place = url_for("v1.show_progress", ticket_no=receipt.ticket_no)
    return _answer(receipt, files), 201, {"Location": place}


def _demand(body: dict[str, Any]) -> Demand:
    """The body as the service wants it; null is the same as left out."""
    caller = body.pop("caller") or {}
    channel = Channel(body.pop("channel").value)
    said = {name: value for name, value in {**body, **caller}.items() if value is not None}
    return Demand(channel=channel, **said)


def _answer(receipt: Receipt, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "ticket_no": receipt.ticket_no,
        "query_code": receipt.query_code,
        "stage": receipt.stage,
        "promised_at": receipt.promised_at,
        "urgency": receipt.urgency,
        "advice": receipt.advice,
        "attachments": files,
    }
