"""`hotline replay`: real messages through the real door, and what became of each (回放)."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import current_app

from hotline.cli.examples import pair, usual_columns
from hotline.cli.posting import Answer, Piece, Poster
from hotline.cli.ready import with_database
from hotline.cli.scoring import first_level, percentile, score
from hotline.cli.tabular import Refusal, Refusals, Table
from hotline.cli.telling import json_option, note, table, tell
from hotline.domain.errors import Unavailable
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel
from hotline.queries import replay as fates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.queries.replay import Fate
    from hotline.services.house import House

MIX = (Channel.WEB, Channel.APP, Channel.PHONE)
TITLE_LIMIT = 100
PAUSE = 0.5
SHOWN_UNITS = 15


@dataclass(slots=True)
class Run:
    """One replay: what was posted, what was answered, how long it took."""

    channel: str
    truth_column: str | None
    name: str = field(default_factory=lambda: secrets.token_hex(6))
    posted: int = 0
    retried: int = 0
    unanswered: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    truths: dict[int, str] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    refusals: Refusals = field(default_factory=Refusals)
    post_seconds: float = 0.0
    seconds: float = 0.0

    def pieces(self, source: Table, limit: int | None) -> Iterator[Piece]:
        """The rows as demands; keys are unique per row and run."""
        columns = usual_columns(source)
        for row in islice(source.rows(self.refusals), limit):
            title, content = pair(row, columns)
            if self.truth_column:
                self.truths[row.line] = row.cells[self.truth_column].strip()
            body = self._body(row.line, title, content)
            yield Piece(row.line, body, f"replay-{self.name}-{row.line}")

    def _body(self, line: int, title: str, content: str) -> dict[str, Any]:
        channel = MIX[line % len(MIX)] if self.channel == "mix" else Channel(self.channel)
        body: dict[str, Any] = {"content": content or title, "channel": channel.value}
        if title:
            body["title"] = title[:TITLE_LIMIT]
        if channel is Channel.PHONE:
            body["caller"] = {"phone": f"1390000{line % 10_000:04d}"}  # invented
        return body

    def take(self, answer: Answer) -> None:
        """Count one answer."""
        self.posted += 1
        self.retried += answer.tries > 1
        if answer.ticket_no:
            self.numbers[answer.ticket_no] = answer.line
            self.milliseconds.append(answer.milliseconds)
        elif answer.refusal:
            self.refusals.add(Refusal(answer.line, "", answer.refusal))
        else:
            self.unanswered += 1


@click.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--channel", type=click.Choice(["web", "app", "phone", "mix"]), default="web")
@click.option("--limit", type=click.IntRange(1), help="只回放前 N 行")
@click.option("--truth", help="真实分类所在的列；给出后报告准确率和宏平均 F1")
@click.option("--url", help="热线地址，默认本机")
@click.option("--timeout", default=600, show_default=True, help="等待分类派单的秒数")
@json_option
@with_database
def command(
    file: Path,
    *,
    channel: str,
    limit: int | None,
    truth: str | None,
    url: str | None,
    timeout: int,
    as_json: bool,
) -> None:
    """把表格（title,text）逐行经 HTTP 提交为工单，等后台分类派单后报告结果。"""
    house: House = current_app.extensions["hotline"]
    poster = Poster((url or f"http://127.0.0.1:{house.settings.port}").rstrip("/"))
    source = Table(file)
    source.need(*usual_columns(source), *([truth] if truth else []))
    poster.must_answer()
    run = Run(channel, truth)
    begun = time.monotonic()
    _post(run, poster, source, limit)
    run.post_seconds = time.monotonic() - begun
    _wait(run, timeout)
    run.seconds = time.monotonic() - begun
    with current_app.app_context():
        result = _result(run, list(fates.fates(list(run.numbers))))
    tell(result, as_json=as_json, words=lambda: _words(result))
    _judge(result)


def _post(run: Run, poster: Poster, source: Table, limit: int | None) -> None:
    from tqdm import tqdm

    answers = poster.post_all(run.pieces(source, limit))
    for answer in tqdm(answers, total=limit, desc="提交", unit="张"):
        run.take(answer)


def _wait(run: Run, timeout: int) -> None:
    """Until every ticket has been classified and its dispatch tried, or the time is up."""
    from tqdm import tqdm

    until = time.monotonic() + timeout
    left = list(run.numbers)
    with tqdm(total=len(left), desc="分类派单", unit="张") as bar:
        while left and time.monotonic() < until:
            left = _still_waiting(left)
            bar.update(len(run.numbers) - len(left) - bar.n)
            if left:
                time.sleep(PAUSE)


def _still_waiting(numbers: list[str]) -> list[str]:
    """Ask in a context of its own, for each look must see what is true now."""
    try:
        with current_app.app_context():
            return fates.unfinished(numbers)
    except Unavailable as error:
        note(f"{error.message}，继续等待")
        return numbers


def _result(run: Run, found: list[Fate]) -> dict[str, Any]:
    accepted = len(run.numbers)
    times = sorted(run.milliseconds)
    pairs = [
        (first_level(truth), first_level(fate.suggested))
        for fate in found
        if (truth := run.truths.get(run.numbers[fate.ticket_no]))
    ]
    scored = score(pairs)
    return {
        "posted": run.posted,
        "accepted": accepted,
        "refused": run.refusals.count,
        "unanswered": run.unanswered,
        "retried": run.retried,
        "lost": accepted - len(found),
        "stages": _counted(fate.stage.value for fate in found),
        "categories": _counted(first_level(fate.category_code) or "待人工确定" for fate in found),
        "departments": _counted(fate.department for fate in found if fate.department),
        "seconds": round(run.seconds, 2),
        "per_second": round(accepted / max(run.seconds, 0.001), 1),
        "post_seconds": round(run.post_seconds, 2),
        "posts_per_second": round(accepted / max(run.post_seconds, 0.001), 1),
        "p50_ms": _rounded(percentile(times, 0.50)),
        "p95_ms": _rounded(percentile(times, 0.95)),
        "p99_ms": _rounded(percentile(times, 0.99)),
        "accuracy": round(scored.accuracy, 4) if scored else None,
        "macro_f1": round(scored.macro_f1, 4) if scored else None,
        "refusals": run.refusals.as_list(),
    }


def _counted(words: Iterator[str]) -> dict[str, int]:
    return dict(Counter(words).most_common())


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _words(result: dict[str, Any]) -> str:
    stages = {Stage(name).label: count for name, count in result["stages"].items()}
    units = dict(islice(result["departments"].items(), SHOWN_UNITS))
    parts = [
        (
            f"提交 {result['posted']}，受理 {result['accepted']}，拒收 {result['refused']}，"
            f"无应答 {result['unanswered']}，丢失 {result['lost']}，重试后受理 {result['retried']}"
        ),
        *(_counts(*group) for group in (("阶段", stages), ("分类", result["categories"]))),
        _counts("承办单位", units),
        (
            f"用时 {result['seconds']} 秒，每秒 {result['per_second']} 张"
            f"（仅受理：{result['post_seconds']} 秒，每秒 {result['posts_per_second']} 张）"
        ),
        f"受理耗时 p50 {result['p50_ms']} 毫秒，p95 {result['p95_ms']}，p99 {result['p99_ms']}",
    ]
    if result["accuracy"] is not None:
        parts.append(f"分类准确率 {result['accuracy']:.1%}，宏平均 F1 {result['macro_f1']:.3f}")
    return "\n\n".join(parts)


def _counts(heading: str, counts: dict[str, int]) -> str:
    return table([heading, "张数"], [[name, str(count)] for name, count in counts.items()])


def _judge(result: dict[str, Any]) -> None:
    """Exit 1 when a promise was broken: lost, stuck or unanswered."""
    stuck = result["stages"].get(Stage.REGISTERED.value, 0)
    if result["lost"] and result["lost"] == result["accepted"]:
        note("错误：受理的工单都不在本命令所用的数据库中，请与热线使用同一个 HOTLINE_DATA_DIR")
    elif result["lost"]:
        note(f"错误：{result['lost']} 张已受理的工单不在数据库中")
    if stuck:
        note(f"错误：{stuck} 张工单仍未分类，请用 hotline doctor 检查后台任务")
    if result["unanswered"]:
        note(f"错误：{result['unanswered']} 行没有得到应答，热线已停止服务")
    if result["lost"] or stuck or result["unanswered"]:
        raise SystemExit(1)
