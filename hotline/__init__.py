"""The 12345 hotline: one ticket stream (工单) from intake to rating."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apiflask import APIFlask


def create_app() -> APIFlask:
    """Build the application from the environment; Flask's own command finds this name."""
    from hotline.config import from_env  # noqa: PLC0415 - importing hotline.domain must not load Flask
    from hotline.factory import build  # noqa: PLC0415 - same

    return build(from_env())
