"""`hotline jobs`: the worker, the cron, and how the queues stand (后台任务)."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from hotline.cli.telling import json_option, table, tell
from hotline.jobs.queues import WORKER_GROUPS, Queue

if TYPE_CHECKING:
    from types import FrameType


@click.group("jobs")
def command() -> None:
    """后台任务与定时任务。"""


@command.command()
@click.argument("group", type=click.Choice(sorted(WORKER_GROUPS)), default="front")
@click.option("--burst", is_flag=True, help="做完现有任务即退出")
@with_appcontext
def worker(group: str, *, burst: bool) -> None:
    """运行一个后台任务进程。"""
    from hotline.jobs import worker as room

    room.run(group, burst=burst)


@command.command()
@with_appcontext
def cron() -> None:
    """运行定时任务进程（每台机器一个即可）。"""
    from hotline.jobs.schedule import run_for_ever

    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    run_for_ever(should_stop=lambda: stopping)


@command.command()
@json_option
@with_appcontext
def status(*, as_json: bool) -> None:
    """各队列等待、失败的任务数，以及待处理的事件。"""
    from rq.registry import FailedJobRegistry

    from hotline.jobs.calling import rq_queue
    from hotline.services import relay

    queues = {}
    for name in Queue:
        queue = rq_queue(name)
        queues[name.value] = {
            "waiting": queue.count,
            "failed": FailedJobRegistry(queue=queue).count,
        }
    result = {"queues": queues, "unsettled_events": relay.lag()}
    rows = [[n, str(q["waiting"]), str(q["failed"])] for n, q in queues.items()]
    tell(
        result,
        as_json=as_json,
        words=lambda: (
            table(["队列", "等待", "失败"], rows) + f"\n待处理事件：{result['unsettled_events']}"
        ),
    )


@command.command()
@with_appcontext
def relay() -> None:
    """手工补派：为未完成的事件重新排队。"""
    from hotline.jobs.sweep import sweep_entries

    sweep_entries()
    click.echo("已补派")
