"""Signed pushes to the government service platform (平台对接), each with its own message id."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import requests

from integrations.delivery import DeliveryError, Receipt, may_retry
from integrations.outbound import open_session
from integrations.signatures import push_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MESSAGES_PATH = "/api/messages"
DEFAULT_TIMEOUT_SECONDS = 5.0


class PlatformClient:
    """Pushes messages to `{url}/api/messages`; `timeout` in seconds to connect and to read."""

    def __init__(
        self,
        url: str,
        app_id: str,
        secret: str,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._address = url.rstrip("/") + MESSAGES_PATH
        self._app_id = app_id
        self._secret = secret
        self._timeout = timeout
        self._clock = clock

    def push(self, *, message_id: str, kind: str, payload: Mapping[str, object]) -> Receipt:
        """Push one message; the same `message_id` may be pushed again without harm.

        Raises DeliveryError: retryable when the platform is away, busy (408, 429) or broken (5xx)
        or answers nonsense; not retryable when it refuses (other 3xx and 4xx).
        """
        message = {"message_id": message_id, "kind": kind, "payload": dict(payload)}
        body = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
        headers = push_headers(self._secret, self._app_id, message_id, int(self._clock()), body)
        headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            with open_session(self._address) as session:
                answer = session.post(
                    self._address,
                    data=body,
                    headers=headers,
                    timeout=self._timeout,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            reason = f"平台无法连接（{type(error).__name__}）"
            raise DeliveryError(reason, retryable=True) from error
        return _receipt(answer)


def _receipt(answer: requests.Response) -> Receipt:
    if answer.status_code not in {requests.codes.ok, requests.codes.created}:
        raise DeliveryError(
            f"平台拒收：HTTP {answer.status_code}",
            retryable=may_retry(answer.status_code),
        )
    try:
        said = answer.json()
        return Receipt(str(said["receipt"]), duplicate=bool(said.get("duplicate", False)))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # Perhaps taken, perhaps not: pushing the same id again is harmless, silence is not.
        raise DeliveryError("平台回执无法识别", retryable=True) from error
