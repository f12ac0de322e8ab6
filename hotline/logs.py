"""Log lines as JSON with ids only: phone and identity numbers are struck out (日志)."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

    from hotline.config import Settings

_NUMBER = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx]|0\d{2,3}-?\d{7,8})(?!\d)")


def strike_out(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what looks like a phone or an identity number, wherever it got in."""
    return {
        key: _NUMBER.sub("***", value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def init(settings: Settings) -> None:
    """Write JSON lines to standard error in production, readable ones in the demo."""
    renderer = (
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        if settings.is_demo
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # As text and without local variables: those hold what citizens wrote.
            structlog.processors.format_exc_info,
            strike_out,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
