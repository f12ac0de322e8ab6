"""JSON bodies are looked at before any view reads them: media type, syntax, depth (请求体检查)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import abort, request

from hotline.web.errors import WORDS, problem

if TYPE_CHECKING:
    from flask import Response

DEEPEST = 20
"""Levels of nesting; our bodies need four, and a parser must not be driven to its limits."""
NOT_AN_OBJECT = "请求体须是一个 JSON 对象"


def refuse_unreadable() -> Response | None:
    """Answer 415, 400 or 422 for a body that is no JSON object; None when a view may read it.

    An absent body is left to the view's own schema. Python's parser raises more than its own
    error (numbers of 5,000 digits, 10,000 brackets); all of it is the sender's mistake, not ours.
    """
    if request.method != "POST":
        return None
    raw = request.get_data(cache=True)
    if not raw:
        return None
    if not request.is_json:
        abort(415)
    try:
        body = json.loads(raw.decode())
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(body, dict) or _is_deeper(body, DEEPEST):
        code, words, _english = WORDS[422]
        return problem(422, code, words, {"body": NOT_AN_OBJECT})
    return None


def _is_deeper(value: Any, levels: int) -> bool:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_is_deeper(item, levels - 1) for item in inner)
