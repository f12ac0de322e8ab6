"""The command line (命令行): `hotline …` is Flask's own command with our groups."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from hotline.cli.entry import main

if TYPE_CHECKING:
    from flask import Flask

COMMANDS = (
    "db",
    "doctor",
    "history",
    "jobs",
    "model",
    "openapi",
    "platform",
    "replay",
    "seed",
    "simulate",
    "sla",
    "tickets",
    "token",
    "up",
)
"""Each is a module of this folder with a ``command``; `history` is spoken `import`."""


def init_app(app: Flask) -> None:
    """Add our commands to Flask's."""
    for name in COMMANDS:
        app.cli.add_command(import_module(f"hotline.cli.{name}").command)


__all__ = ["COMMANDS", "init_app", "main"]
