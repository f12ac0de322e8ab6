"""Handing something to the outside world (投递): a receipt, or a reason and whether to retry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

REQUEST_TIMEOUT = 408
TOO_MANY_REQUESTS = 429
FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the other side took the message (回执).

    `provider_id` is the other side's own number; `duplicate` says that it had it already.
    """

    provider_id: str
    duplicate: bool = False


class DeliveryError(Exception):
    """The other side did not take the message (投递失败); `retryable` says whether later may help.

    `reason` is safe to store and to show: it never holds a telephone number or a secret.
    """

    def __init__(self, reason: str, *, retryable: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable


class Sms(Protocol):
    """A way to send a text message (短信)."""

    def send(self, *, to: str, body: str, message_id: str) -> Receipt:
        """Send `body` to the number `to`; `message_id` is the caller's key for this message.

        Raises DeliveryError. Delivery is at least once: after a time-out nobody knows whether
        the message went out.
        """
        ...


def may_retry(status: int) -> bool:
    """Say whether an HTTP status is worth another try: busy and broken are, refused is not."""
    return status in {REQUEST_TIMEOUT, TOO_MANY_REQUESTS} or status >= FIRST_SERVER_ERROR
