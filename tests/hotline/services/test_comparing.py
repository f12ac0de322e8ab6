"""模型对比: the test is fixed when asked for, outlives a kill, and is told in plain words."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.learning import LearningKind, is_held_back
from hotline.domain.timing import RunState
from hotline.jobs import learning as jobs
from hotline.models import LearningLine, LearningRun
from hotline.queries import learning_runs
from hotline.services.training import comparing, runs
from tests.hotline.learned import TEXTS, confirm_held, second_model
from tests.hotline.people import who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask

    from hotline.services.shelf import Shelf

COUNT = 24


@pytest.fixture
def shelf(app: APIFlask, model: str) -> Iterator[Shelf]:
    place: Shelf = app.extensions["hotline"].shelf
    second_model(place)
    yield place
    for path in place.folder.iterdir():
        if path.name != "starter":
            shutil.rmtree(path)


def lines(run_id: int) -> list[LearningLine]:
    db.session.rollback()
    query = select(LearningLine).where(LearningLine.run_id == run_id).order_by(LearningLine.number)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def run_of(run_id: int) -> LearningRun:
    """The run as the database has it now."""
    db.session.rollback()
    return learning_runs.run(run_id, LearningKind.COMPARE)


def uploaded(count: int = 30) -> list[tuple[str, str, str]]:
    matters = list(TEXTS.items())
    return [
        (title, f"{content}，{number} 号楼", code)
        for number in range(count)
        for code, (title, content) in [matters[number % 3]]
    ]


def test_one_ticket_in_five_is_kept_back_for_ever() -> None:
    held = [number for number in range(1, 5001) if is_held_back(number)]
    assert 900 < len(held) < 1100
    assert held[:3] == [number for number in range(1, held[2] + 1) if is_held_back(number)]


def test_only_tickets_kept_back_are_asked(
    shelf: Shelf, a_ticket: Callable[..., int], at: datetime
) -> None:
    held = confirm_held(a_ticket, at, COUNT)
    run_id = comparing.order("starter", "m-2", who("admin"), at=at)
    assert [line.ticket_id for line in lines(run_id)] == held[::-1]
    jobs.learn(run_id)
    run = run_of(run_id)
    assert run.state is RunState.DONE
    assert run.result is not None
    assert run.result["rows"] == COUNT
    assert run.result["first"]["accuracy"] > 0.9 > run.result["second"]["accuracy"]
    assert run.result["p"] < 0.001
    assert "starter 确实更好" in (run.verdict or "")
    assert {line.truth for line in lines(run_id)} == {code[:4] for code in TEXTS}
    (first, *_rest) = learning_runs.examples(run_id, second_is_right=False)
    assert (first.first, first.truth) == (first.truth, first.first)
    assert learning_runs.examples(run_id, second_is_right=True) == []


def test_what_a_killed_worker_left_is_gone_on_with_exactly(shelf: Shelf, at: datetime) -> None:
    run_id = comparing.order("starter", "m-2", who("admin"), at=at, uploaded=uploaded())
    turn = runs.take(run_id, at=at)
    assert turn == 1
    models = shelf.read("starter"), shelf.read("m-2")
    assert not comparing.go_on(run_id, turn, models, at=at, limit=12)
    answered = [line.first_code for line in lines(run_id)]
    assert [code is not None for code in answered] == [True] * 12 + [False] * 18
    assert runs.take(run_id, at=at + timedelta(seconds=30)) is None  # somebody is at it
    assert runs.unfinished(at + timedelta(seconds=30)) == []
    later = at + runs.FORGOTTEN + timedelta(seconds=1)
    assert runs.unfinished(later) == [run_id]
    assert (second := runs.take(run_id, at=later)) == 2
    with pytest.raises(Conflict):
        comparing.go_on(run_id, turn, models, at=later)  # the old turn comes back from the dead
    assert comparing.go_on(run_id, second, models, at=later)
    run = run_of(run_id)
    assert run.result is not None
    assert run.result["rows"] == 30
    assert [line.first_code for line in lines(run_id)][:12] == answered[:12]
    assert runs.take(run_id, at=later) is None
    jobs.learn(run_id)  # asked for twice: nothing more happens


def test_of_an_uploaded_file_only_disagreements_keep_their_text(shelf: Shelf, at: datetime) -> None:
    rows = [*uploaded(), ("说不清", "嗯", "没有这个分类")]
    run_id = comparing.order("starter", "m-2", who("admin"), at=at, uploaded=rows)
    sealed = db.session.connection().exec_driver_sql("SELECT content FROM learning_line").scalars()
    assert not any("工地" in words for words in sealed)
    jobs.learn(run_id)
    for line in lines(run_id):
        assert (line.content is None) == (line.first_code == line.second_code)
    assert lines(run_id)[-1].truth == "没有这个分类"


def test_what_cannot_be_compared_is_refused(shelf: Shelf, at: datetime) -> None:
    for first, second, field in (
        ("starter", "starter", "second"),
        ("starter", "m-9", "second"),
        ("starter", "m-2", "source"),
    ):
        with pytest.raises(Invalid) as refused:
            comparing.order(first, second, who("admin"), at=at)
        assert set(refused.value.errors) == {field}
    with pytest.raises(Invalid, match="至少要 20 条"):
        comparing.order("starter", "m-2", who("admin"), at=at, uploaded=uploaded(5))
    with pytest.raises(NotAllowed):
        comparing.order("starter", "m-2", who("dispatcher"), at=at, uploaded=uploaded())


def test_a_model_that_cannot_be_read_ends_the_run_with_the_reason(
    shelf: Shelf, at: datetime
) -> None:
    run_id = comparing.order("starter", "m-2", who("admin"), at=at, uploaded=uploaded())
    (shelf.folder / "m-2" / "SHA256SUMS").unlink()
    jobs.learn(run_id)
    run = run_of(run_id)
    assert (run.state, run.result) == (RunState.DONE, None)
    assert "缺少校验文件" in (run.trouble or "")


def test_a_run_that_breaks_again_and_again_is_given_up(shelf: Shelf, at: datetime) -> None:
    run_id = comparing.order("starter", "m-2", who("admin"), at=at, uploaded=uploaded())
    for turn in range(runs.MOST_TURNS):
        at += timedelta(minutes=2)
        assert runs.take(run_id, at=at) == turn + 1
    assert runs.take(run_id, at=at + timedelta(minutes=2)) is None
    run = run_of(run_id)
    assert run.state is RunState.DONE
    assert "中断了 5 次" in (run.trouble or "")
