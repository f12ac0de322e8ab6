"""The gate for Twilio's webhooks: the provider's own validator on our public address (验签)."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, ParamSpec

from flask import Response, abort, request, url_for

from hotline.web.access import house
from integrations import signatures

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
_SID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def signed(view: Callable[P, str]) -> Callable[P, Response]:
    """Let a webhook in only with the provider's signature, and answer with its XML."""

    @functools.wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Response:
        if not _is_from_twilio():
            return Response("signature required\n", 403, mimetype="text/plain")
        return Response(view(*args, **kwargs), mimetype="text/xml")

    return checked


def _is_from_twilio() -> bool:
    settings = house().settings
    query = request.query_string.decode("latin-1")
    url = settings.public_url.rstrip("/") + request.path + (f"?{query}" if query else "")
    header = request.headers.get(signatures.TWILIO_HEADER)
    return signatures.twilio_valid(settings.twilio_auth_token, url, request.form, header)


def sid(name: str) -> str:
    """The provider's id of a call or message; a webhook without one is no webhook (400)."""
    value = request.form.get(name, "")
    if _SID.fullmatch(value) is None:
        abort(400)
    return value


def said(name: str, longest: int) -> str:
    """A text of the form without what cannot be stored, cut at ``longest`` characters."""
    return _UNSTORABLE.sub(" ", request.form.get(name, ""))[:longest].strip()


def public(endpoint: str) -> str:
    """The public address of another webhook of ours."""
    return house().settings.public_url.rstrip("/") + url_for(endpoint)
