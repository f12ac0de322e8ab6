"""The door of the outside world: complete, and light until something is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import integrations


@pytest.mark.parametrize("name", integrations.__all__)
def test_everything_the_door_promises_is_there(name: str) -> None:
    assert getattr(integrations, name).__name__.endswith(name)


def test_a_name_that_is_not_promised_is_missing() -> None:
    with pytest.raises(AttributeError, match="NoSuchThing"):
        _ = integrations.NoSuchThing  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "words",
    [
        "import integrations",
        "from integrations import Sms, TwilioSms, MemorySms, ConsoleSms, DeliveryError, Receipt",
        "from integrations import TwilioSms; TwilioSms('AC1', 'token', '+1')",
    ],
)
def test_opening_the_door_loads_neither_twilio_nor_an_http_client(words: str) -> None:
    look = f"{words}\nimport sys\nprint([m for m in ('twilio', 'requests') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_house_behind_the_door_is_unknown() -> None:
    look = (
        "import integrations, sys\n"
        "[getattr(integrations, n) for n in integrations.__all__]\n"
        "import integrations.twilio_http\n"
        "print([m for m in ('flask', 'sqlalchemy', 'rq', 'redis', 'hotline') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
