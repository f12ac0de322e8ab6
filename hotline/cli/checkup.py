"""The checks of the doctor, each with what to do when it fails (体检项目)."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import sla
from hotline.domain.errors import Unavailable
from hotline.jobs.calling import line
from hotline.queries import doctor, health, model_versions, office, outages, shadows
from hotline.services import learning, pulse
from hotline.services.timing.outages import GAP, PULSE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hotline.services.house import House

FRESH = timedelta(seconds=60)
"""Heartbeats come every ten seconds."""
AHEAD = 60
"""Days the working calendar should be certain for: the longest usual extension reaches so far."""
SKEW_WARN, SKEW_FAIL = timedelta(seconds=5), timedelta(seconds=60)
LAG = timedelta(minutes=5)
FIRST_GOOD_YEAR = 2025
LEAST_FREE = 1 << 30
LEARNER = "worker-learning"
PROCESSES = {
    "worker-front": "后台任务（前台队列）",
    "worker-back": "后台任务",
    LEARNER: "学习任务",
    "cron": "定时任务",
}
START = "请运行 make run（或 hotline up）"


class State(StrEnum):
    """How a check ended; a warning alone is not a failure."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do."""

    check: str
    name: str
    state: State
    says: str
    todo: str = ""


def examine(house: House, at: datetime) -> list[Finding]:
    """Run every check; those that need a database are skipped when there is none."""
    database = _database()
    findings = [database, _redis(), *_disk(house)]
    for check, name, look in (
        ("heartbeats", "进程心跳", lambda: _heartbeats(at)),
        ("sweep", "时限巡检", lambda: _sweep(at)),
        ("model", "分类模型", lambda: _model(house)),
        ("calendar", "工作日历", lambda: _calendar(at)),
        ("clock", "时钟", lambda: _clock(at)),
        ("backlog", "积压", lambda: _backlog(at)),
        ("messages", "对外消息", _messages),
    ):
        if database.state is State.FAIL:
            findings.append(Finding(check, name, State.SKIPPED, "数据库可用后再查"))
        else:
            findings.extend(_safely(check, name, look))
    return findings


def _safely(check: str, name: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """A database that goes away half way is a finding like any other."""
    try:
        return list(look())
    except (Unavailable, sla.SlaError) as error:
        return [Finding(check, name, State.FAIL, str(error))]


def _database() -> Finding:
    name = "数据库"
    try:
        health.is_database_there()
        is_at_head = health.are_migrations_at_head()
    except Unavailable:
        todo = "请检查 HOTLINE_DATABASE_URL 和数据库服务"
        return Finding("database", name, State.FAIL, "连接不上", todo)
    if not is_at_head:
        todo = "请运行 hotline up（或 hotline db upgrade）"
        return Finding("database", name, State.FAIL, "结构不是最新版本", todo)
    return Finding("database", name, State.OK, "可用，结构为最新版本")


def _redis() -> Finding:
    if line().ping():
        return Finding("redis", "Redis", State.OK, "可用")
    named = "HOTLINE_REDIS_URL" in os.environ
    todo = "请检查 HOTLINE_REDIS_URL 和 Redis 服务" if named else START
    return Finding("redis", "Redis", State.FAIL, "没有应答；工单照常受理，分类派单要等它恢复", todo)


def _disk(house: House) -> Iterator[Finding]:
    folder = house.settings.data_dir
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        yield Finding("disk", "数据目录", State.FAIL, f"{folder} 不能写入", "请检查目录和权限")
        return
    free = shutil.disk_usage(folder).free
    says = f"{folder} 剩余 {free / (1 << 30):.1f} GB"
    if free < LEAST_FREE:
        yield Finding("disk", "磁盘", State.FAIL, says, "不足 1 GB，请清理或扩容")
    else:
        yield Finding("disk", "磁盘", State.OK, says)


def _heartbeats(at: datetime) -> Iterator[Finding]:
    for process, name in PROCESSES.items():
        last = pulse.last(process)
        if last is not None and at - last <= FRESH:
            seconds = max(0, round((at - last).total_seconds()))
            yield Finding(process, name, State.OK, f"{seconds} 秒前有心跳")
            continue
        says = f"最后心跳 {_local(last)}" if last else "从未启动"
        command = "jobs cron" if process == "cron" else f"jobs worker {process[7:]}"
        state = State.WARN if process == LEARNER else State.FAIL  # no ticket waits for it
        yield Finding(process, name, state, says, f"{START}，或单独运行 hotline {command}")


def _sweep(at: datetime) -> Iterator[Finding]:
    """Whether somebody watches the clocks, and since when nobody did."""
    last, name = pulse.last(PULSE), "时限巡检"
    if last is None:
        yield Finding("sweep", name, State.WARN, "尚未进行", "启动后半分钟内会进行第一次")
    elif at - last > GAP:
        says = f"最近一次在 {_local(last)}，此后到期的还没有人知道"
        yield Finding("sweep", name, State.FAIL, says, "请检查定时任务和后台任务")
    else:
        gone = outages.recent(at=at, within=timedelta(days=1))
        away = [f"{_local(o.began_at)} 至 {_local(o.ended_at)}，补记 {o.late} 个节点" for o in gone]
        says = f"一日内停摆：{'；'.join(away)}" if away else "正常，一日内没有停摆"
        yield Finding("sweep", name, State.WARN if away else State.OK, says)


def _model(house: House) -> Iterator[Finding]:
    model_id, name = learning.active_model_id(), "分类模型"
    if model_id is None:
        yield Finding("model", name, State.FAIL, "没有启用的模型", f"{START}，会训练起步模型")
    elif trouble := house.shelf.trouble(model_id):
        says = f"{model_id} 不可用（{trouble}）；工单照常受理，全部由分派员分类"
        yield Finding("model", name, State.FAIL, says, _way_out(house, model_id))
    else:
        yield Finding("model", name, State.OK, f"{model_id} 可用，校验无误")
    shadow = shadows.open_run()
    if shadow is not None and (trouble := house.shelf.trouble(shadow.model_id)):
        says = f"{shadow.model_id} 读不出来（{trouble}）；派单不受影响"
        todo = "请恢复它的文件，或在“影子运行”页结束它"
        yield Finding("shadow", "影子模型", State.WARN, says, todo)


def _way_out(house: House, broken: str) -> str:
    """The newest other version that can be trusted, by the command that activates it."""
    for row in model_versions.newest():
        if row.id != broken and not house.shelf.trouble(row.id):
            return f"请在“分类模型”页退回，或运行 hotline model activate {row.id}"
    return f"{START}重建起步模型，再用 hotline model activate 启用，或重新训练"


def _calendar(at: datetime) -> Iterator[Finding]:
    calendar = office.calendar()
    today = at.astimezone(sla.LOCAL).date()
    for offset in range(AHEAD + 1):
        day = today + timedelta(days=offset)
        if calendar.is_provisional(day):
            says = f"{day} 起的节假日安排尚未公布，期限为暂定"
            todo = "国务院办公厅公布后请更新依赖，或在管理页补录调休"
            yield Finding("calendar", "工作日历", State.WARN, says, todo)
            return
    yield Finding("calendar", "工作日历", State.OK, f"今后 {AHEAD} 天的安排均已公布")


def _clock(at: datetime) -> Iterator[Finding]:
    skew = abs(doctor.clock() - at)
    newest = doctor.newest_entry_at()
    todo = "请校准系统时间（NTP）"
    if at.year < FIRST_GOOD_YEAR:
        yield Finding("clock", "时钟", State.FAIL, f"现在是 {_local(at)}，早于本系统发布", todo)
    elif newest is not None and newest - at > SKEW_FAIL:
        says = f"数据库中有晚于现在的记录（{_local(newest)}）"
        yield Finding("clock", "时钟", State.FAIL, says, todo)
    elif skew > SKEW_WARN:
        state = State.FAIL if skew > SKEW_FAIL else State.WARN
        says = f"与数据库服务器相差 {skew.total_seconds():.0f} 秒"
        yield Finding("clock", "时钟", state, says, todo)
    else:
        yield Finding("clock", "时钟", State.OK, f"{_local(at)}，与数据库一致")


def _backlog(at: datetime) -> Iterator[Finding]:
    waiting = health.waiting().unsettled
    oldest = doctor.oldest_unsettled_at()
    says = f"{waiting} 项事件待后台处理"
    if oldest is not None and at - oldest > LAG:
        minutes = int((at - oldest).total_seconds() // 60)
        todo = "请确认后台任务在运行，再用 hotline jobs status 查看队列"
        yield Finding("backlog", "积压", State.WARN, f"{says}，最久 {minutes} 分钟", todo)
    else:
        yield Finding("backlog", "积压", State.OK, says)


def _messages() -> Iterator[Finding]:
    counts = health.waiting()
    says = f"待发 {counts.messages_waiting}，失败 {counts.messages_dead}"
    if counts.messages_dead:
        todo = "请在管理页的失败列表中查明原因并重发"
        yield Finding("messages", "对外消息", State.WARN, says, todo)
    else:
        yield Finding("messages", "对外消息", State.OK, says)


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(sla.LOCAL):%Y-%m-%d %H:%M:%S}"
