"""The outside world (外部接口): text messages, calls, the service platform, uploaded files.

This is the only door. It speaks its own words (message, call, file) and knows nothing of the
house behind it. Rooms open when a name is first asked for, so importing the door loads neither
Twilio nor an HTTP client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrations import files, signatures, voice
    from integrations.call_player import CallFailed, CallStep, CallTranscript, play_call
    from integrations.delivery import DeliveryError, Receipt, Sms
    from integrations.service_platform import (
        MatterStatus,
        PlatformClient,
        PlatformStandIn,
        PromiseKind,
        RaterKind,
        RatingChannel,
        RatingReport,
        rating_payload,
    )
    from integrations.sms import ConsoleSms, FileSms, MemorySms, UnsetSms
    from integrations.twilio_sms import TwilioSms

__all__ = [
    "CallFailed",
    "CallStep",
    "CallTranscript",
    "ConsoleSms",
    "DeliveryError",
    "FileSms",
    "MatterStatus",
    "MemorySms",
    "PlatformClient",
    "PlatformStandIn",
    "PromiseKind",
    "RaterKind",
    "RatingChannel",
    "RatingReport",
    "Receipt",
    "Sms",
    "TwilioSms",
    "UnsetSms",
    "files",
    "play_call",
    "rating_payload",
    "signatures",
    "voice",
]

_ROOM_OF = {
    "CallFailed": "call_player",
    "CallStep": "call_player",
    "CallTranscript": "call_player",
    "ConsoleSms": "sms",
    "DeliveryError": "delivery",
    "MatterStatus": "service_platform.rating_report",
    "FileSms": "sms",
    "MemorySms": "sms",
    "PlatformClient": "service_platform.client",
    "PlatformStandIn": "service_platform.standin",
    "PromiseKind": "service_platform.rating_report",
    "RaterKind": "service_platform.rating_report",
    "RatingChannel": "service_platform.rating_report",
    "RatingReport": "service_platform.rating_report",
    "Receipt": "delivery",
    "Sms": "delivery",
    "TwilioSms": "twilio_sms",
    "UnsetSms": "sms",
    "play_call": "call_player",
    "rating_payload": "service_platform.rating_report",
}
_WHOLE_ROOMS = frozenset({"files", "signatures", "voice"})

if not TYPE_CHECKING:
    # Hidden from the type checker, which would otherwise accept every misspelt name.

    def __getattr__(name: str) -> object:
        """Open the room that holds `name` (PEP 562)."""
        if name in _WHOLE_ROOMS:
            return import_module(f"{__name__}.{name}")
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
        globals()[name] = value
        return value
