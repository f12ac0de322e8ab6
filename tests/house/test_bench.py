"""The benches measure what they say, and say when a budget is missed."""

from __future__ import annotations

import importlib
import inspect
import json
import math
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from bench import __main__ as runner
from bench import crowd, measure, storm
from bench.load import requests_to
from bench.measure import Figure, Report, percentile, quietest, table
from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.models import Deadline, Ticket, TimelineEntry
from hotline.queries import worklists
from hotline.services.timing import sweeping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flask import Flask

ROOT = Path(__file__).parents[2]
FEW = 400


def test_a_least_and_a_most_are_bounds_from_below_and_above() -> None:
    assert Figure(what="rate", value=50, at_least=50).is_met
    assert not Figure(what="rate", value=49.9, at_least=50).is_met
    assert Figure(what="time", value=50, at_most=50).is_met
    assert not Figure(what="time", value=50.1, at_most=50).is_met
    assert not Figure(what="lost", value=1, at_most=0).is_met


def test_what_was_not_measured_meets_nothing() -> None:
    assert not Figure(what="rate", value=math.nan, at_least=1).is_met
    assert not Figure(what="time", value=math.nan, at_most=1).is_met
    assert not Report("empty").is_met


def test_a_figure_without_a_budget_judges_nothing() -> None:
    told = Figure(what="rate", value=3)
    assert told.is_met
    assert told.verdict == "-"


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 51), (0.95, 96), (0.99, 100)])
def test_percentiles_by_nearest_rank(share: float, expected: int) -> None:
    assert percentile(range(100, 0, -1), share) == expected


def test_the_quietest_round_counts() -> None:
    assert quietest([[9, 9, 9], [1, 2, 3], [5, 5, 5]], 0.5) == 2


def test_the_table_says_what_is_met_and_what_is_missed() -> None:
    figures = [
        Figure(what="rate", value=1234.5, unit="/s", at_least=2000),
        Figure(what="time", value=7.25, unit="ms", at_most=10),
    ]
    _head, _line, rate, time = table(Report("tiny", figures)).splitlines()
    assert rate.split() == ["rate", "1,234", "/s", "≥", "2,000", "/s", "0.62", "MISSED"]
    assert time.split() == ["time", "7.25", "ms", "≤", "10", "ms", "0.72", "met"]


@pytest.mark.parametrize(("value", "code"), [(1.0, 0), (3.0, 1)])
def test_a_missed_budget_is_the_exit_code(
    value: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = ModuleType("bench.tiny")
    tiny.run = lambda *, is_quick: Report(  # type: ignore[attr-defined]
        "tiny", [Figure(what="time", value=value, at_most=2)], {"is_quick": is_quick}
    )
    monkeypatch.setitem(sys.modules, "bench.tiny", tiny)
    monkeypatch.setattr(measure, "RESULTS", tmp_path)
    assert runner.measured("tiny", is_quick=True) == code
    kept = json.loads((tmp_path / "tiny.json").read_text("utf-8"))
    assert kept["is_met"] is (code == 0)
    assert kept["notes"] == {"is_quick": True}
    assert kept["figures"][0]["value"] == value


def test_every_name_is_a_bench() -> None:
    for name in runner.BENCHES:
        run = importlib.import_module(f"bench.{name}").run
        assert list(inspect.signature(run).parameters) == ["is_quick"], name


def test_the_command_runs_writes_and_tells() -> None:
    words = [sys.executable, "-m", "bench", "deadlines", "--quick"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    kept = json.loads((ROOT / "bench" / "results" / "deadlines.json").read_text("utf-8"))
    assert done.returncode == (0 if kept["is_met"] else 1), done.stderr
    assert all(figure["what"] in done.stdout for figure in kept["figures"])


def test_an_unknown_name_is_a_usage_error() -> None:
    words = [sys.executable, "-m", "bench", "nothing"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nothing" in done.stderr


def test_every_demand_of_the_load_has_its_own_key() -> None:
    demands = requests_to("http://127.0.0.1:1/api/v1/tickets", ["路灯不亮", "井盖丢了"])
    heads = [next(demands).partition(b"\r\n\r\n") for _ in range(1000)]
    keys = {head.rpartition(b"Idempotency-Key: ")[2] for head, _, _ in heads}
    assert len(keys) == 1000
    assert all(f"Content-Length: {len(body)}".encode() in head for head, _, body in heads)


@pytest.fixture(params=[crowd.BUSY])
def crowded(app: Flask, request: pytest.FixtureRequest) -> Iterator[None]:
    crowd.prepare()
    crowd.fill(1, FEW, stage=request.param)
    yield
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE bench_text"))


def test_the_crowd_looks_like_tickets(crowded: None, at: datetime) -> None:
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == FEW
    assert db.session.scalar(select(func.count()).select_from(Deadline)) == FEW
    assert db.session.scalar(select(func.count()).select_from(TimelineEntry)) == 3 * FEW
    page = worklists.page(worklists.Scope(stages=(Stage.HANDLING,), by_due=True), at=at)
    assert len(page.lines) == worklists.PAGE
    assert page.next_cursor
    assert all(line.unit and line.area and line.category for line in page.lines)


@pytest.mark.parametrize("crowded", [crowd.HANDLING], indirect=True)
def test_the_storm_finds_what_did_not_happen_exactly_once(crowded: None, at: datetime) -> None:
    plan = json.dumps([["red", at.isoformat()]])
    moments = {"at": at.astimezone(UTC), "due": at.astimezone(UTC)}
    assert storm.asked(storm.DUE_AT_ONCE, **moments, plan=plan, count=40) == 40
    while sweeping.sweep(at):
        pass

    def wrong() -> list[int]:
        return [storm.asked(words, count=40) for words in storm.WRONG.values()]

    assert wrong() == [0, 0, 0, 0]
    clock = "SELECT id FROM deadline WHERE ticket_id = :ticket"
    ids = {number: storm.asked(clock, ticket=number) for number in (7, 8, 12, 50)}
    for number in (7, 8):
        storm.asked("DELETE FROM milestone WHERE deadline_id = :id", id=ids[number])
    storm.asked("UPDATE timeline SET event = 'noted' WHERE ticket_id = 9 AND event = 'milestone'")
    storm.asked("UPDATE timeline SET ticket_id = 10 WHERE ticket_id = 11 AND event = 'supervised'")
    moved = "UPDATE milestone SET deadline_id = :to WHERE deadline_id = :id"
    storm.asked(moved, id=ids[12], to=ids[50])
    assert wrong() == [3, 1, 2, 1]


def test_one_of_the_crowd_is_found_by_the_end_of_its_number(crowded: None, at: datetime) -> None:
    asked = db.session.get_one(Ticket, 123).ticket_no
    for words in (asked, asked[-9:], asked[-7:], asked[-6:]):
        page = worklists.page(worklists.Scope(words=words), at=at)
        assert [line.ticket_no for line in page.lines] == [asked], words
    assert not worklists.page(worklists.Scope(words="9" * 7), at=at).lines


def test_tickets_are_found_by_words_of_their_title(crowded: None, at: datetime) -> None:
    title = db.session.get_one(Ticket, 7).title
    for words in (title, title[:2], title[1:4], title[:1]):
        lines = worklists.page(worklists.Scope(words=words), at=at).lines
        assert lines, words
        assert all(words in line.title for line in lines)
    assert not worklists.page(worklists.Scope(words="没有人说过"), at=at).lines
