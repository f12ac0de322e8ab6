"""Small iCal files, written the way feeds write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def _feed(*events: str, before: str = "") -> bytes:
    parts = [f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events]
    text = "BEGIN:VCALENDAR\nVERSION:2.0\n" + before + "".join(parts) + "END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def feed() -> Callable[..., bytes]:
    return _feed
