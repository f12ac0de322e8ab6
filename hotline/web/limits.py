"""Rate limits where guessing would pay: sign-in, query codes, one-time codes (限流)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

if TYPE_CHECKING:
    from flask import Flask

    from hotline.config import Settings

limiter = Limiter(get_remote_address, strategy="moving-window")

GUESSES = "20 per minute; 100 per hour"
"""Wrong query codes from one address: a million codes would take more than a year."""
SIGN_INS = "30 per minute"
CODES = "10 per minute"


def init_app(app: Flask, settings: Settings) -> None:
    """Count in Redis, and in memory while Redis is away: a limit must not close the door."""
    url = settings.redis_url
    app.config.update(
        RATELIMIT_STORAGE_URI=url.replace("unix://", "redis+unix://", 1) if url else "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    limiter.init_app(app)
