"""A house of its own whose time runs fast, with a day's work in it (时间推演).

A temporary folder, the demo city, a port beside the usual one. The lamps can be watched changing
in a browser; Ctrl-C ends everything, and nothing is left.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

import classifier
import sla
from hotline.cli import clock, embedded, up
from hotline.cli.entry import fail
from hotline.cli.supervisor import Child, Supervisor
from hotline.cli.telling import note
from hotline.cli.working_day import Day
from hotline.config import PACE_FILE, PREFIX
from hotline.domain.errors import Unavailable
from hotline.domain.pace import Pace
from hotline.queries import supervision

if TYPE_CHECKING:
    from flask import Flask
    from tqdm import tqdm

    from hotline.config import Settings

OPENS, CLOSES = 8, 18
"""The people of the day work in these hours; they have no lunch, units do."""
OFFICE = timedelta(hours=CLOSES - OPENS)
FILING = 0.6
"""The demands arrive in so much of the office time, so that there is time to see them through."""
STARTING = timedelta(seconds=6)
"""Real time from the start of the processes until the day begins; they need most of it."""
LOOK = 0.2
_BAR = "{percentage:3.0f}%|{bar:24}| {desc}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be seen: how fast, how many days, how many tickets, where."""

    speed: int
    days: int
    tickets: int
    port: int

    @property
    def begins_at(self) -> datetime:
        """Eight o'clock of the next working day."""
        calendar, day = sla.official_calendar(), clock.now().astimezone(sla.LOCAL).date()
        while not calendar.is_workday(day):
            day += timedelta(days=1)
        return datetime(day.year, day.month, day.day, OPENS, tzinfo=sla.LOCAL)

    def is_open(self, at: datetime) -> bool:
        """Whether the people of the day are at work."""
        there = at.astimezone(sla.LOCAL)
        is_workday = sla.official_calendar().is_workday(there.date())
        return is_workday and OPENS <= there.hour < CLOSES


def play(settings: Settings, plan: Plan) -> Day:
    """Open the house, play the days, close the house; Ctrl-C ends it earlier."""
    if not settings.is_demo:
        fail("时间推演只能在演示环境（HOTLINE_ENV=demo）运行：它会让时间加速")
    embedded.must_be_free(plan.port)
    begins_at = plan.begins_at
    with tempfile.TemporaryDirectory(prefix="hotline-day-") as folder:
        _move_to(Path(folder), plan.port, settings.models)
        return _open_and_play(Path(folder), plan, begins_at)


def _move_to(folder: Path, port: int, models: Path) -> None:
    """From here on every process of ours reads the environment of the new house."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    os.environ[f"{PREFIX}DATA_DIR"], os.environ[f"{PREFIX}PORT"] = str(folder), str(port)
    starter = models / "starter"
    if starter.is_dir():  # training it anew would take half a minute
        shutil.copytree(starter, folder / "models" / "starter")


def _open_and_play(folder: Path, plan: Plan, begins_at: datetime) -> Day:
    from hotline import create_app

    watch = Supervisor()
    watch.stop_on_signals()
    try:
        app = create_app()
        with app.app_context():
            up.start_redis(watch, app.extensions["hotline"].settings)
            up.prepare(app.extensions["hotline"].settings, 0)
        begun = clock.real() + STARTING
        pace = Pace(begun, begins_at.astimezone(UTC), plan.speed)
        (folder / PACE_FILE).write_text(pace.document(), "utf-8")
        app = create_app()  # which runs at that pace, as its processes will
        with app.app_context():
            settings = app.extensions["hotline"].settings
            watch.start(Child("platform", [*up.HOTLINE, "platform", "serve"]))
            if not up.start_processes(watch, settings) and not watch.is_stopping:
                fail("网页没有启动，请查看上面的提示")
            played = Day(_url(plan), OFFICE.total_seconds() / plan.speed, has_slow_units=True)
        _greet(plan)
        _run(app, played, plan, watch, begins_at)
        return played
    finally:
        watch.stop_all()


def _url(plan: Plan) -> str:
    return f"http://127.0.0.1:{plan.port}"


def _greet(plan: Plan) -> None:
    note(f"\n  时间推演：{_url(plan)}/supervision ，时间快 {plan.speed} 倍，按 Ctrl-C 结束")
    note("  督办账号 supervisor，密码 hotline-demo；看“全部在办”清单里的灯由绿变黄、变红\n")


def _run(app: Flask, played: Day, plan: Plan, watch: Supervisor, begins_at: datetime) -> None:
    """Until the last evening: demands come in, people work, the bar tells what time it is."""
    from tqdm import tqdm

    ends_at = begins_at + timedelta(days=plan.days - 1) + OFFICE
    total = round((ends_at - begins_at).total_seconds() / 60)
    with tqdm(total=total, bar_format=_BAR) as bar:
        while not watch.is_stopping:
            watch.look_after_all()
            with app.app_context():  # each look in a context of its own: it must see what is true
                at = clock.now()
                if plan.is_open(at) and at >= begins_at:
                    _file_due(played, plan, begins_at, at)
                    _act(played)
                bar.n = max(0, round((at - begins_at).total_seconds() / 60))
                _show(bar, played, at)
            if at >= ends_at:
                return
            time.sleep(LOOK)


def _first_demand(played: Day) -> dict[str, str] | None:
    """Danger to life comes first: its two hours are over while one looks."""
    if played.cases:
        return None
    return next(text for text in played.texts if _urgency(text) == "critical")


def _urgency(text: dict[str, str]) -> str:
    return classifier.urgency(f"{text['title']}。{text['content']}").level


def _file_due(played: Day, plan: Plan, begins_at: datetime, at: datetime) -> None:
    """File what should have come in by now, spread over the office hours of all days."""
    today = at.astimezone(sla.LOCAL).replace(hour=OPENS, minute=0, second=0, microsecond=0)
    days = (today.date() - begins_at.astimezone(sla.LOCAL).date()).days
    share = (days + (at - today) / OFFICE) / (plan.days * FILING)
    due = min(plan.tickets, 1 + round(share * plan.tickets)) - played.actions["file"]
    for _ in range(due):
        if not played.file_one(_first_demand(played)):
            return


def _act(played: Day) -> None:
    try:
        played.tick()
    except Unavailable as error:
        note(error.message)


def _show(bar: tqdm[NoReturn], played: Day, at: datetime) -> None:
    """The told time, and how many lamps of each colour burn."""
    try:
        seen = supervision.overview(at=at)
    except Unavailable:
        return
    green = seen.open - seen.soon - seen.overdue
    bar.set_description_str(
        f"{at.astimezone(sla.LOCAL):%m-%d %H:%M}  提交 {played.actions['file']}"
        f"  {click.style(f'绿 {green}', fg='green')}"
        f"  {click.style(f'黄 {seen.soon}', fg='yellow')}"
        f"  {click.style(f'红 {seen.overdue}', fg='red')}"
        f"  督办 {seen.supervised}  办结 {played.closed}"
    )
