"""Text messages through Twilio (短信通道), which is loaded at the first message, not before."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from integrations.delivery import Receipt

if TYPE_CHECKING:
    from integrations.twilio_http import TwilioMessages

DEFAULT_TIMEOUT_SECONDS = 10.0
_MAINLAND_MOBILE = re.compile(r"1\d{10}")


class TwilioSms:
    """Sends from the account's own number; `api_base` names another server (gateway, rehearsal).

    `timeout` in seconds.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        number: str,
        api_base: str | None = None,
        *,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._number = number
        self._api_base = api_base
        self._timeout = timeout

    def send(self, *, to: str, body: str, message_id: str) -> Receipt:
        """Send one message; mainland mobile numbers get their country code.

        Raises DeliveryError: not retryable for a refusal (4xx), retryable for 408, 429, 5xx,
        time-outs and broken connections.
        """
        sid = self._messages.create(
            to=_e164(to), from_=self._number, body=body, message_id=message_id
        )
        return Receipt(sid)

    @cached_property
    def _messages(self) -> TwilioMessages:
        # Twilio's client takes a quarter of a second to load; a house without it need not wait.
        from integrations.twilio_http import TwilioMessages  # noqa: PLC0415 - see above

        return TwilioMessages(
            self._account_sid,
            self._auth_token,
            api_base=self._api_base,
            timeout=self._timeout,
        )


def _e164(number: str) -> str:
    return f"+86{number}" if _MAINLAND_MOBILE.fullmatch(number) else number
