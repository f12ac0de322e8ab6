"""Where `hotline` starts: one clear line and exit 1 when refused, 2 for wrong usage (入口)."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click
from flask.cli import FlaskGroup

from hotline.config import ConfigError
from hotline.domain.errors import HotlineError, Invalid


def main() -> None:
    """Run the command line; expected failures are told in one line on standard error."""
    os.environ.setdefault("FLASK_SKIP_DOTENV", "1")
    _take_global_options(sys.argv)
    from hotline import create_app

    group = FlaskGroup(
        name="hotline",
        create_app=create_app,
        add_default_commands=False,
        add_version_option=False,
        help="示范市 12345 政务服务便民热线：一条工单流，从受理到评价。",
    )
    try:
        group.main(args=sys.argv[1:], standalone_mode=False)
    except click.exceptions.Abort:
        fail("已中断")
    except click.UsageError as error:
        error.show()
        raise SystemExit(2) from None
    except click.ClickException as error:
        fail(error.format_message())
    except Invalid as error:
        fail("；".join(error.errors.values()))
    except HotlineError as error:
        fail(error.message)
    except ConfigError as error:
        fail(str(error))


def _take_global_options(argv: list[str]) -> None:
    """``--data-dir`` must be known before the application is built."""
    for index, word in enumerate(argv):
        if word == "--data-dir" and index + 1 < len(argv):
            os.environ["HOTLINE_DATA_DIR"] = argv[index + 1]
        elif word.startswith("--data-dir="):
            os.environ["HOTLINE_DATA_DIR"] = word.partition("=")[2]
        elif argv[1:2] == ["up"] and word.startswith("--port="):
            os.environ["HOTLINE_PORT"] = word.partition("=")[2]
        elif argv[1:2] == ["up"] and word == "--port" and index + 1 < len(argv):
            os.environ["HOTLINE_PORT"] = argv[index + 1]


def fail(words: str) -> NoReturn:
    """One clear line and exit 1."""
    click.echo(f"错误：{words}", err=True)
    raise SystemExit(1)
