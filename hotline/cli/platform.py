"""`hotline platform`: a stand-in for the government service platform (平台替身)."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from hotline.cli.entry import fail
from hotline.cli.telling import note

if TYPE_CHECKING:
    from types import FrameType

    from hotline.services.house import House

STORE = "platform.db"


@click.group("platform")
def command() -> None:
    """政务服务平台（演示接收端）。"""


@command.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), help="端口，缺省为热线端口加一")
@click.option("--fail-rate", default=0.0, type=click.FloatRange(0, 1), help="故障的比例，0 到 1")
@click.option("--down", is_flag=True, help="装作停机：一律回答 503")
@with_appcontext
def serve(host: str, port: int | None, *, fail_rate: float, down: bool) -> None:
    """接收并展示签名推送，直到 Ctrl-C；可装作故障或停机。"""
    from integrations import PlatformStandIn

    house: House = current_app.extensions["hotline"]
    settings = house.settings
    where = (host, settings.port + 1 if port is None else port)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        standin = PlatformStandIn(
            *where,
            settings.platform_app_id,
            settings.platform_secret,
            store=settings.data_dir / STORE,
            fail_rate=fail_rate,
            down=down,
        )
    except (OSError, OverflowError) as error:
        fail(f"{where[0]}:{where[1]} 不能使用（{error}），请用 --port 换一个端口")
    except ValueError:
        fail("请先设置 HOTLINE_PLATFORM_APP_ID 和 HOTLINE_PLATFORM_SECRET")
    signal.signal(signal.SIGTERM, _stop)
    state = "，停机中（503）" if down else f"，故障率 {fail_rate:.0%}" if fail_rate else ""
    note(f"政务服务平台（演示）：{standin.url}{state}，按 Ctrl-C 停止")
    try:
        standin.serve_forever()
    except KeyboardInterrupt:
        note("已停止")


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
