"""`hotline simulate`: a phone call as the provider plays it, or a day of traffic (模拟)."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from flask.cli import with_appcontext

from hotline.cli.entry import fail
from hotline.cli.posting import Poster
from hotline.cli.ready import demand_database
from hotline.cli.telling import json_option, note, table, tell
from hotline.domain.errors import Unavailable
from hotline.domain.lifecycle import Stage
from hotline.domain.pace import FASTEST

if TYPE_CHECKING:
    from hotline.cli.working_day import Day
    from hotline.services.house import House
    from integrations import CallTranscript

PORT = 12346
"""Where a time lapse opens its own house, beside the usual one."""
SAYING = "我们小区从昨天晚上开始停水，到现在还没有来水，老人孩子没法做饭，请尽快处理。"
MOBILE = re.compile(r"1\d{10}")
FILING = 0.5
"""The demands of a day arrive in its first half, so that the second suffices for the last."""
TICK = 0.4
PATIENCE = 60.0
WORDS = {
    "file": "提交",
    "file_failed": "提交未成",
    "dispatch": "人工派单",
    "sign": "签收",
    "contact": "先行联系",
    "reply": "答复",
    "approve": "审核通过",
    "conclude": "直接办结",
    "rate": "满意评价",
    "rate_unhappy": "不满意评价",
    "faster": "被抢先",
}
WHO = {"provider": "电信", "house": "热线", "caller": "市民"}


@click.group("simulate")
def command() -> None:
    """模拟一通电话，或一天的诉求与办理。"""


@command.command()
@click.option("--from", "number", default="13900000001", show_default=True, help="来电号码")
@click.option("--say", default=SAYING, help="市民说的话；空为沉默")
@click.option("--key", "digit", type=click.Choice(list("123456")), help="按键选择的诉求类型")
@click.option("--repeat", default=1, show_default=True, type=click.IntRange(1, 20), help="重复投递")
@json_option
@with_appcontext
def call(number: str, *, say: str, digit: str | None, repeat: int, as_json: bool) -> None:
    """像 Twilio 一样用签名的 webhook 打完一通电话。"""
    from integrations import CallFailed, play_call

    house: House = current_app.extensions["hotline"]
    settings = house.settings
    try:
        heard = play_call(
            f"http://127.0.0.1:{settings.port}",
            settings.public_url,
            settings.twilio_auth_token,
            from_number=f"+86{number}" if MOBILE.fullmatch(number) else number,
            to_number=settings.twilio_number,
            say=say,
            kind_digit=digit,
            repeat=repeat,
        )
    except CallFailed as error:
        if error.status is None:
            fail(f"通话中断（{error.reason}），请确认热线在运行：make run")
        fail(f"通话中断：{error.reason}")
    result = {**asdict(heard), "steps": [asdict(step) for step in heard.steps]}
    tell(result, as_json=as_json, words=lambda: _transcript(heard))
    if heard.ticket_no is None:
        fail("通话结束，没有登记工单")


def _transcript(heard: CallTranscript) -> str:
    lines = [
        f"{WHO.get(step.who, step.who)}：{step.detail or '（沉默）'}"
        for step in heard.steps
        if step.who != "provider" and step.did in ("say", "press", "silence")
    ]
    numbers = f"工单编号 {heard.ticket_no}，查询码 {heard.query_code}" if heard.ticket_no else ""
    return "\n".join([*lines, numbers])


@command.command()
@click.option("--tickets", default=50, show_default=True, type=click.IntRange(1, 2000))
@click.option("--minutes", default=1.0, show_default=True, type=click.FloatRange(0.1, 1440))
@click.option(
    "--speed",
    type=click.IntRange(2, FASTEST),
    help="另开一座临时的热线，时间快这么多倍",
)
@click.option("--days", default=1, show_default=True, type=click.IntRange(1, 60), help="推演几天")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@json_option
@with_appcontext
def day(
    tickets: int, *, minutes: float, speed: int | None, days: int, port: int, as_json: bool
) -> None:
    """在运行中的热线上演一天：市民提交，工作人员办理，市民评价。加 --speed 为时间推演。"""
    from hotline.cli import time_lapse
    from hotline.cli.working_day import Day

    house: House = current_app.extensions["hotline"]
    begun = time.monotonic()
    if speed is not None:
        played = time_lapse.play(house.settings, time_lapse.Plan(speed, days, tickets, port))
    else:
        demand_database()
        if not house.settings.is_demo:
            fail("模拟日会写入虚构的工单，只能在演示环境（HOTLINE_ENV=demo）运行")
        url = f"http://127.0.0.1:{house.settings.port}"
        Poster(url).must_answer()
        played = Day(url, minutes * 60)
        _play(played, tickets)
    result: dict[str, Any] = {
        "tickets": tickets,
        "accepted": len(played.cases),
        "closed": played.closed,
        "stages": dict(Counter(stage.value for stage in played.stages.values())),
        "actions": dict(played.actions),
        "seconds": round(time.monotonic() - begun, 1),
    }
    tell(result, as_json=as_json, words=lambda: _summary(result))
    is_stuck = speed is None and Stage.REGISTERED in played.stages.values()
    if is_stuck or not played.cases:
        fail("有工单一直没有分类，请用 hotline doctor 检查后台任务")


def _play(played: Day, count: int) -> None:
    """File in the first half, act all the time, and end when all is closed or patience is."""
    from tqdm import tqdm

    begun = time.monotonic()
    until = begun + 2 * played.seconds + PATIENCE
    with tqdm(total=count, desc="办结", unit="张") as bar:
        while time.monotonic() < until:
            share = (time.monotonic() - begun) / (played.seconds * FILING)
            due = min(count, round(share * count)) - played.actions["file"]
            for _ in range(due):
                if not played.file_one():
                    break
            _look(played)
            bar.update(played.closed - bar.n)
            bar.set_postfix({"提交": played.actions["file"]}, refresh=False)
            if played.closed == count:
                return
            time.sleep(TICK)


def _look(played: Day) -> None:
    """Each look in a context of its own, for it must see what is true now."""
    try:
        with current_app.app_context():
            played.tick()
    except Unavailable as error:
        note(error.message)


def _summary(result: dict[str, Any]) -> str:
    done = [[WORDS.get(name, name), str(n)] for name, n in result["actions"].items()]
    ends = [[Stage(name).label, str(n)] for name, n in result["stages"].items()]
    return "\n\n".join(
        [
            f"{result['seconds']} 秒内受理 {result['accepted']} 张，办结 {result['closed']} 张",
            table(["动作", "次数"], done),
            table(["阶段", "张数"], ends),
        ]
    )
