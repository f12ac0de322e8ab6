"""What every endpoint may answer when it refuses, as OpenAPI describes it (接口错误, RFC 9457)."""

from __future__ import annotations

from typing import Any, TypeAlias

from apiflask import Schema
from marshmallow import fields

Responses: TypeAlias = dict[int | str, dict[str, str | dict[str, dict[str, Any]]]]
WORDS = {
    400: "请求体不是合法的 JSON",
    401: "没有令牌，或令牌无效、已过期",
    403: "身份有效，但无权进行此操作",
    404: "没有这张工单，或查询码不对（两者的回答完全相同）",
    409: "工单的状态不允许，或有人先行处理；detail 写明现处状态和处理人",
    413: "请求体超过 25 MB",
    415: "请求体须为 application/json",
    422: "字段有误；errors 逐个写明字段和改法",
    429: "尝试过于频繁，请按 Retry-After 稍后再试",
    503: "暂时无法写入，请按 Retry-After 稍后再试",
}
_RETRY = {"Retry-After": {"description": "多少秒后再试", "schema": {"type": "string"}}}
_WITH_RETRY = (429, 503)
READING = (404, 422, 429, 503)
WRITING = (400, 404, 409, 413, 415, 422, 429, 503)
STAFF_READING = (401, 403, 422, 503)
STAFF_ASKING = (400, 401, 413, 415, 422, 503)
STAFF_WRITING = (400, 401, 403, 404, 409, 413, 415, 422, 503)


class Problem(Schema):
    """An application/problem+json body."""

    type = fields.String(required=True, metadata={"example": "about:blank"})
    title = fields.String(required=True, metadata={"example": "invalid"})
    status = fields.Integer(required=True, metadata={"example": 422})
    code = fields.String(required=True, metadata={"description": "给程序看的错误编码"})
    detail = fields.String(
        required=True, metadata={"description": "给人看的说明，随 Accept-Language"}
    )
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "字段名（嵌套用点连接）→ 说明，仅 422 有"},
    )


def documented(*statuses: int) -> Responses:
    """The refusals of one endpoint, ready for ``doc(responses=…)``."""
    return {status: _response(status) for status in statuses}


def _response(status: int) -> dict[str, str | dict[str, dict[str, Any]]]:
    response: dict[str, str | dict[str, dict[str, Any]]] = {
        "description": WORDS[status],
        "content": {"application/problem+json": {"schema": Problem}},
    }
    if status in _WITH_RETRY:
        response["headers"] = _RETRY
    return response
