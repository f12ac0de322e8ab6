"""Text messages that go nowhere (演示短信): a line on the console, or a list for tests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, TextIO

from integrations.delivery import DeliveryError, Receipt

if TYPE_CHECKING:
    from pathlib import Path

_MIDDLE_OF_NUMBER = re.compile(r"(?<=\d{3})\d+(?=\d{4}$)")


@dataclass(frozen=True, slots=True)
class SentSms:
    """One text message as it was handed over."""

    to: str
    body: str
    message_id: str


@dataclass(slots=True)
class MemorySms:
    """Keeps every message in the list `sent`, oldest first; safe to use from several threads."""

    sent: list[SentSms] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def send(self, *, to: str, body: str, message_id: str) -> Receipt:
        """Remember the message."""
        with self._lock:
            self.sent.append(SentSms(to, body, message_id))
            return Receipt(f"memory-{len(self.sent)}")


class UnsetSms:
    """Stands where no provider is configured: every message waits and shows on the failure list."""

    def send(self, *, to: str, body: str, message_id: str) -> Receipt:  # noqa: ARG002 - Sms protocol
        """Refuse in a way that may be tried again, once a provider is configured."""
        reason = "未配置短信服务（HOTLINE_TWILIO_ACCOUNT_SID）"
        raise DeliveryError(reason, retryable=True)


class ConsoleSms:
    """Writes each message as one line to a text stream, the middle of the number hidden."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(self, *, to: str, body: str, message_id: str) -> Receipt:
        """Write the message; line breaks in it become spaces, so that one message is one line."""
        number = _MIDDLE_OF_NUMBER.sub("****", to)
        self._stream.write(f"【短信 {message_id} → {number}】{' '.join(body.split())}\n")
        self._stream.flush()
        return Receipt(f"console-{message_id}")


class FileSms:
    """Appends each message as one line to a file, which is open only while it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, *, to: str, body: str, message_id: str) -> Receipt:
        """Write the message as `ConsoleSms` does."""
        with self._path.open("a", encoding="utf-8") as stream:
            return ConsoleSms(stream).send(to=to, body=body, message_id=message_id)
