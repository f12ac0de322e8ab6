"""One table from what went wrong to what the caller is told (错误页与 problem+json, RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from flask import Response, json, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

import sla
from hotline.domain import errors
from hotline.web.access import problem_wanted

if TYPE_CHECKING:
    from apiflask import APIFlask
    from apiflask.exceptions import HTTPError

log = structlog.get_logger()

STATUS: dict[type[errors.HotlineError], int] = {
    errors.Invalid: 422,
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.IllegalMove: 409,
    errors.Conflict: 409,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Transient: 503,
    errors.HotlineError: 400,
}
WORDS = {
    400: ("bad_request", "请求不正确，请检查格式", "The request is malformed."),
    401: ("unauthorized", "请先登录或提供有效令牌", "Sign in or send a valid token."),
    403: ("not_allowed", "您无权进行此操作", "You may not do this."),
    404: ("not_found", "没有找到您要的内容", "Nothing was found here."),
    405: ("method_not_allowed", "不支持这种请求方法", "This method is not allowed."),
    409: ("conflict", "刚刚有人先行处理，请刷新后再操作", "Somebody else was faster; reload."),
    413: ("too_large", "内容过大，最多 25 MB", "The body is too large (25 MB at most)."),
    415: ("unsupported_media_type", "请用 application/json 提交", "Send application/json."),
    422: ("invalid", "填写的内容有误，请按提示修改", "Some fields are not valid."),
    429: ("too_many", "操作过于频繁，请稍后再试", "Too many requests; try later."),
    500: ("internal", "系统出了问题，已记录，请稍后再试", "Something broke; it was logged."),
    503: ("unavailable", "系统暂时不可用，请稍后再试", "Temporarily unavailable; retry."),
}
RETRY_AFTER = "5"


def init_app(app: APIFlask) -> None:
    """Register the table once, for pages and API alike."""
    app.error_processor(_api_http)  # first: it takes HTTPException for itself, we take it back
    app.register_error_handler(errors.HotlineError, _expected)
    app.register_error_handler(sla.SlaError, _calendar)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _is_english() -> bool:
    return request.accept_languages.best_match(["zh", "en"], default="zh") == "en"


def problem(status: int, code: str, detail: str, found: dict[str, Any] | None = None) -> Response:
    """An application/problem+json answer with per-field errors where there are any."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": WORDS.get(status, WORDS[400])[0],
        "status": status,
        "code": code,
        "detail": detail,
    }
    if found:
        body["errors"] = found
    # The name of an unknown field may hold half a character, which no answer can carry.
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    response = Response(text, status, mimetype="application/problem+json")
    if status in (429, 503):
        response.headers["Retry-After"] = RETRY_AFTER
    if status == 401:  # noqa: PLR2004 - the one status that must name its scheme
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def answer(status: int, code: str, detail: str, found: dict[str, Any] | None = None) -> Response:
    """A problem for programs, a page for people."""
    if problem_wanted():
        return problem(status, code, detail, found)
    page = render_template("error.html", status=status, detail=detail, found=found or {})
    response = Response(page, status)
    if status == 503:  # noqa: PLR2004 - told to come back
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _expected(error: errors.HotlineError) -> Response:
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    found = error.errors if isinstance(error, errors.Invalid) else None
    log.info("refused", code=error.code, status=status, path=request.path)
    detail = WORDS[status][2] if _is_english() and status in WORDS else error.message
    return answer(status, error.code, detail, found)


def _calendar(error: sla.SlaError) -> Response:
    """A day the calendar does not reach: a matter for the administrator, not for the caller."""
    log.error("calendar", path=request.path, exc_info=error)
    detail = WORDS[503][2] if _is_english() else f"无法计算期限，请联系管理员：{error}"
    return answer(503, errors.Unavailable.code, detail)


def _csrf(error: CSRFError) -> Response:
    del error
    return answer(400, "csrf", "页面已过期，请返回刷新后重新提交")


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004 - redirects are no errors
        return error
    code, zh, en = WORDS.get(status, WORDS[400 if status < 500 else 500])  # noqa: PLR2004 - same
    return answer(status, code, en if _is_english() else zh)


def _api_http(error: HTTPError) -> Response:
    """APIFlask's own refusals (wrong types, unknown fields, bad JSON) in our form."""
    status = int(error.status_code)
    code, zh, en = WORDS.get(status, WORDS[400])
    found = _flat(error.detail) if isinstance(error.detail, dict) else None
    return problem(status, code, en if _is_english() else zh, found)


def _flat(detail: dict[str, Any]) -> dict[str, str]:
    """{"json": {"caller": {"phone": ["…"]}}} → {"caller.phone": "…"}."""
    found: dict[str, str] = {}

    def walk(prefix: str, value: Any) -> None:  # noqa: ANN401 - whatever marshmallow says
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{prefix}.{key}" if prefix else str(key), inner)
        else:
            words = value if isinstance(value, list) else [value]
            found[prefix or "body"] = "；".join(str(word) for word in words)

    for part in detail.values():
        walk("", part)
    return found


def _unexpected(error: Exception) -> Response:
    log.error("unexpected", path=request.path, exc_info=error)
    _code, zh, en = WORDS[500]
    return answer(500, "internal", en if _is_english() else zh)
