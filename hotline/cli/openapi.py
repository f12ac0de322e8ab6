"""`hotline openapi`: the description of the JSON API for programs (接口描述)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import click
from flask import current_app
from flask.cli import with_appcontext

if TYPE_CHECKING:
    from apiflask import APIFlask


@click.command("openapi")
@click.option("--json", "as_json", is_flag=True, help="总是 JSON；为统一而接受此项")
@with_appcontext
def command(*, as_json: bool) -> None:
    """以 JSON 输出 OpenAPI 3.1 接口描述。"""
    del as_json
    spec = cast("APIFlask", current_app).spec
    click.echo(json.dumps(spec, ensure_ascii=False, indent=2))
