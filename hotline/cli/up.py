"""`hotline up`: everything on one machine, watched and ended together (一键启动)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from hotline.cli import clock, embedded
from hotline.cli.entry import fail
from hotline.cli.supervisor import Child, Supervisor
from hotline.cli.telling import note
from hotline.domain.errors import Unavailable

if TYPE_CHECKING:
    from hotline.config import Settings
    from hotline.services.house import House

WEB_WORKERS = 2
DEMO_TICKETS = 300
HOTLINE = (sys.executable, "-m", "hotline")


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65535), help="网页端口，默认 12345")
@click.option("--data-dir", type=click.Path(path_type=Path), help="数据目录，默认 .hotline")
@click.option("--tickets", default=DEMO_TICKETS, show_default=True, help="首次演示工单数量")
@with_appcontext
def command(port: int | None, data_dir: Path | None, tickets: int) -> None:
    """启动网页、后台任务、定时任务和内嵌 Redis；Ctrl-C 一并停止。"""
    del port, data_dir  # taken from the command line before the application was built
    house: House = current_app.extensions["hotline"]
    settings = house.settings
    embedded.must_be_free(settings.port)
    watch = Supervisor()
    watch.stop_on_signals()
    try:
        _start(watch, settings, tickets)
        watch.run_until_stopped()
    finally:
        watch.stop_all()


def _start(watch: Supervisor, settings: Settings, tickets: int) -> None:
    if "HOTLINE_REDIS_URL" not in os.environ:
        start_redis(watch, settings)
    with current_app.app_context():  # ends its reads: an open one would keep SQLite's log growing
        prepare(settings, tickets)
    if not watch.is_stopping and start_processes(watch, settings):
        _greet(settings)


def start_redis(watch: Supervisor, settings: Settings) -> None:
    """Start the embedded Redis and wait until it answers."""
    note("① 启动内嵌 Redis")
    watch.start(Child("redis", embedded.redis_command(settings)))
    embedded.wait_for_redis(settings, watch)


def start_processes(watch: Supervisor, settings: Settings) -> bool:
    """Start web, workers and cron; True when the pages answer."""
    note("⑤ 启动网页、后台任务、定时任务")
    for child in processes(settings):
        watch.start(child)
    return embedded.wait_for_web(settings, watch)


def prepare(settings: Settings, tickets: int) -> None:
    """Migrate, train the starter model, seed the city: each only when it is needed."""
    from flask_migrate import upgrade

    from hotline.cli import workshop
    from hotline.cli.seed import seed

    note("② 检查数据库结构")
    try:
        upgrade()
    except Unavailable as error:
        fail(f"{error.message}（{_where(settings)}）")
    note("③ 检查分类模型")
    workshop.ensure_starter(clock.now())
    workshop.take_over(clock.now())
    note("④ 检查基础数据")
    seed(tickets)


def _where(settings: Settings) -> str:
    return settings.database_url.rpartition("@")[2].partition("?")[0]


def processes(settings: Settings) -> list[Child]:
    """Web, two workers for the line, one that learns, one cron; who dies is started again."""
    web = [
        *(sys.executable, "-m", "gunicorn", "hotline:create_app()"),
        *("--bind", f"127.0.0.1:{settings.port}"),
        *("--workers", str(WEB_WORKERS), "--worker-class", "sync"),
        *("--timeout", "60", "--graceful-timeout", "10", "--backlog", "512"),
        *("--worker-tmp-dir", _memory_folder(), "--log-level", "warning", "--preload"),
    ]
    return [
        Child("web", web),
        Child("worker-front", [*HOTLINE, "jobs", "worker", "front"]),
        Child("worker-back", [*HOTLINE, "jobs", "worker", "back"]),
        Child("worker-learning", [*HOTLINE, "jobs", "worker", "learning"]),
        Child("cron", [*HOTLINE, "jobs", "cron"]),
    ]


def _memory_folder() -> str:
    """Where gunicorn's heartbeat files cause no disk traffic, where there is such a place."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"  # noqa: S108 - gunicorn's own advice


def _greet(settings: Settings) -> None:
    click.echo(f"\n  12345 热线已启动：http://127.0.0.1:{settings.port}")
    if settings.is_demo:
        click.echo("  演示账号（密码均为 hotline-demo）：")
        click.echo("    agent 座席 · dispatcher 分派 · department、department2 承办单位")
        click.echo("    callback 回访 · supervisor 督办 · knowledge · admin · security · auditor")
        click.echo("  市民：首页直接反映；“我的诉求”用验证码登录，验证码见 /demo/messages")
    click.echo("  按 Ctrl-C 停止全部进程\n")
    sys.stdout.flush()
