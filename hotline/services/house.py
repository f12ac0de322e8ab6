"""The tools a door hands to a service: model shelf, message roads, settings (工具间)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline.config import Settings
    from hotline.services.shelf import Shelf
    from integrations import PlatformClient, Sms


@dataclass(frozen=True, slots=True)
class House:
    """Put together once by the factory; doors pass its parts on as parameters."""

    settings: Settings
    shelf: Shelf
    sms: Sms
    platform: PlatformClient | None
