"""The wire to Twilio's messages (短信通道底层): another server by name, time-outs, plain errors."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import (  # type: ignore[import-untyped] # Twilio ships no types
    TwilioException,
    TwilioRestException,
)
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped] # same
from twilio.rest import Client  # type: ignore[import-untyped] # same

from integrations.delivery import DeliveryError, may_retry
from integrations.outbound import is_loopback

_LONG_NUMBER = re.compile(r"\+?\d{7,}")


class _Redirected(TwilioHttpClient):  # type: ignore[misc] # Twilio ships no types
    """Sends every request to another scheme and host.

    Twilio's own region and edge settings only rewrite names inside its domain.
    """

    def __init__(self, api_base: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = urlsplit(api_base.rstrip("/"))
        # A proxy set for the internet must not swallow calls to this very machine.
        self.session.trust_env = not is_loopback(api_base)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Twilio's signature
        """Send the request to the other server, path and parameters unchanged."""
        asked = urlsplit(url)
        path = self._base.path + asked.path
        there = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        return super().request(method, there, *args, **kwargs)


class TwilioMessages:
    """Creates messages in one Twilio account; `timeout` in seconds."""

    def __init__(
        self, account_sid: str, auth_token: str, *, api_base: str | None, timeout: float
    ) -> None:
        wire = _Redirected(api_base, timeout) if api_base else TwilioHttpClient(timeout=timeout)
        self._client = Client(account_sid, auth_token, http_client=wire)

    def create(self, *, to: str, from_: str, body: str, message_id: str) -> str:
        """Create one message and return Twilio's number for it; raises DeliveryError."""
        try:
            sid = self._client.messages.create(to=to, from_=from_, body=body).sid
        except TwilioRestException as error:
            raise _refused(error, message_id) from None
        except requests.RequestException as error:
            reason = f"Twilio 无法连接（{type(error).__name__}）"
            raise DeliveryError(reason, retryable=True) from error
        except (TwilioException, ValueError, TypeError, AttributeError) as error:
            # Not Twilio's JSON: something in between spoke. Perhaps it was sent, perhaps not.
            raise DeliveryError("Twilio 的回答无法识别", retryable=True) from error
        if not sid:
            raise DeliveryError("Twilio 的回答中没有消息编号", retryable=True)
        return str(sid)


def _refused(error: TwilioRestException, message_id: str) -> DeliveryError:
    # Twilio repeats the number it disliked; reasons are stored and shown, so it goes.
    told = _LONG_NUMBER.sub("…", str(error.msg))
    reason = f"Twilio 拒绝消息 {message_id}：HTTP {error.status}，代码 {error.code}，{told}"
    return DeliveryError(reason, retryable=may_retry(error.status))
