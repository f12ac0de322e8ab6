"""`hotline db`: Flask-Migrate's own commands, read only when one is called (数据库迁移)."""

from __future__ import annotations

import click


class _Migrations(click.Group):
    """Every process of the house reads the command line; few of them migrate."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options of Flask-Migrate's group."""
        return _given().get_params(ctx)

    def invoke(self, ctx: click.Context) -> object:
        """Let Flask-Migrate take its options, then run the command."""
        self.callback = _given().callback
        return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of Flask-Migrate's commands."""
        return _given().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of Flask-Migrate's commands."""
        return _given().get_command(ctx, cmd_name)


def _given() -> click.Group:
    from flask_migrate.cli import db

    group: click.Group = db
    return group


command = _Migrations("db", help="数据库迁移：upgrade 升级，current 当前版本，check 与模型比对。")
