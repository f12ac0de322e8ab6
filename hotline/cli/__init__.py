"""The command line (命令行): `hotline …` is Flask's own command with our groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.cli.entry import main

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Add the groups; heavy imports wait until a command runs."""
    from hotline.cli import (
        doctor,
        history,
        jobs,
        model,
        openapi,
        platform,
        replay,
        seed,
        simulate,
        sla,
        tickets,
        token,
        up,
    )

    for module in (
        doctor,
        history,
        jobs,
        model,
        openapi,
        platform,
        replay,
        seed,
        simulate,
        sla,
        tickets,
        token,
        up,
    ):
        app.cli.add_command(module.command)


__all__ = ["init_app", "main"]
