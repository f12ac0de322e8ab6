"""Headers and forms that protect people: CSP, cookies, CSRF, body size (安全头)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response, abort, request
from flask_wtf.csrf import CSRFProtect

if TYPE_CHECKING:
    from flask import Flask

    from hotline.config import Settings

CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
BODY_LIMIT = 25 * 1024 * 1024
csrf = CSRFProtect()


def init_app(app: Flask, settings: Settings) -> None:
    """Set limits and cookies, protect every form; programs with tokens are exempted by name."""
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
        WTF_CSRF_TIME_LIMIT=8 * 3600,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=7),
        JSON_AS_ASCII=False,
    )
    app.before_request(_refuse_nul)
    csrf.init_app(app)
    app.after_request(_headers)
    app.after_request(_whole_texts)


def _refuse_nul() -> None:
    """No address of ours holds a NUL, and PostgreSQL takes none (design 4: an answer, no 500)."""
    if "\x00" in request.path or b"%00" in request.query_string:
        abort(404)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response


def _whole_texts(response: Response) -> Response:
    """Hand static texts over whole: streamed ones could not be packed with gzip, which all know."""
    kind = response.mimetype or ""
    is_text = kind.startswith("text/") or kind == "image/svg+xml"
    if request.endpoint == "static" and is_text and response.status_code == 200:  # noqa: PLR2004
        response.direct_passthrough = False
        response.set_data(response.get_data())
    return response
