"""The clock of the command line: real time, or the told time of a time lapse (时钟)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from hotline.services.house import House


def now() -> datetime:
    """What this house calls now; below the door time is a parameter."""
    house: House = current_app.extensions["hotline"]
    return house.settings.pace.at(real())


def real() -> datetime:
    """What the clock on the wall says, where a pace is to begin."""
    return datetime.now(UTC)
