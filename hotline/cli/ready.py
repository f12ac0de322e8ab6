"""Commands that need the database say so in one line when it is not ready (数据库就绪)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from flask import current_app
from flask.cli import with_appcontext

from hotline.cli.entry import fail
from hotline.queries import health

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def with_database(command: Callable[P, R]) -> Callable[P, R]:
    """Run a command inside the application, on tables this program was written for."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        demand_database()
        return command(*args, **kwargs)

    wrapped: Callable[P, R] = with_appcontext(run)
    return wrapped


def demand_database() -> None:
    """End the command in one line when the tables are not those this program was written for."""
    with current_app.app_context():  # an open read would hold yesterday's truth all along
        is_ready = health.are_migrations_at_head()
    if not is_ready:
        fail("数据库尚未建立或不是最新版本：请先运行 hotline up，或 hotline db upgrade")
