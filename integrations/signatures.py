"""Proof of who sent a message (签名): Twilio's webhooks and the pushes to the service platform."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from twilio.request_validator import (  # type: ignore[import-untyped] # Twilio ships no types
    RequestValidator,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TWILIO_HEADER = "X-Twilio-Signature"
APP_ID_HEADER = "X-App-Id"
MESSAGE_ID_HEADER = "X-Message-Id"
TIMESTAMP_HEADER = "X-Timestamp"
SIGNATURE_HEADER = "X-Signature"
WINDOW_SECONDS = 300


def twilio_sign(auth_token: str, url: str, params: Mapping[str, str | Sequence[str]]) -> str:
    """Sign a webhook the way Twilio does; `url` is the public address, query included."""
    return str(RequestValidator(auth_token).compute_signature(url, params))


def twilio_valid(
    auth_token: str,
    url: str,
    params: Mapping[str, str | Sequence[str]],
    signature: str | None,
) -> bool:
    """Check a webhook with Twilio's own validator; no token or no signature is never valid.

    Build `url` from the configured public address: behind a proxy the server sees another one.
    """
    if not auth_token or not signature:
        return False
    return bool(RequestValidator(auth_token).validate(url, params, signature))


def push_headers(
    secret: str, app_id: str, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Headers that sign one push: HMAC-SHA256 over sender, message id, second and body hash.

    `timestamp` in whole seconds since 1970.
    """
    moment = str(timestamp)
    return {
        APP_ID_HEADER: app_id,
        MESSAGE_ID_HEADER: message_id,
        TIMESTAMP_HEADER: moment,
        SIGNATURE_HEADER: _push_signature(secret, (app_id, message_id, moment), body),
    }


def push_valid(
    secret: str, app_id: str, headers: Mapping[str, str], body: bytes, *, now: float
) -> bool:
    """Check a push in constant time: known sender, right signature, within five minutes of `now`.

    `now` in seconds since 1970. The window keeps a recorded push from being played again later.
    """
    given = {name.lower(): value for name, value in headers.items()}
    sender, message_id, moment, signature = (
        given.get(name.lower(), "")
        for name in (APP_ID_HEADER, MESSAGE_ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
    )
    if not (secret and message_id and moment.isascii() and moment.isdigit()):
        return False
    expected = _push_signature(secret, (sender, message_id, moment), body)
    is_fresh = abs(now - int(moment)) <= WINDOW_SECONDS
    is_known = hmac.compare_digest(sender.encode(), app_id.encode())
    return hmac.compare_digest(signature.encode(), expected.encode()) and is_known and is_fresh


def _push_signature(secret: str, parts: tuple[str, str, str], body: bytes) -> str:
    signed = "\n".join((*parts, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
