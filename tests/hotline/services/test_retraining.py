"""重新训练: at night where there is enough, judged on what was kept back, nothing half done."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import classifier
from classifier import LabelledText
from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.learning import LearningKind, Origin, is_held_back
from hotline.domain.timing import RunState
from hotline.jobs import learning as jobs
from hotline.jobs.calling import line
from hotline.queries import learning_runs, model_versions
from hotline.services import learning
from hotline.services.training import activating, night_rules, retraining, rows, runs
from tests.hotline.learned import TEXTS, confirm, confirm_held, confirm_many
from tests.hotline.people import who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apiflask import APIFlask

    from hotline.models import LearningRun
    from hotline.services.shelf import Shelf

NIGHT = datetime.fromisoformat("2026-03-12 02:10+08:00")
RULE = learning_runs.NightRule(least_rows=3)


@pytest.fixture(autouse=True)
def small_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """The corpus of the three matters of these tests: the same training in a second."""
    import classifier.retraining as room

    second = {code[:4] for code in TEXTS}
    corpus = tuple(row for row in classifier.starter_corpus() if row.label in second)
    monkeypatch.setattr(room, "starter_corpus", lambda: corpus)
    monkeypatch.setattr(room, "category_words", tuple[LabelledText, ...])


@pytest.fixture
def shelf(app: APIFlask, model: str) -> Iterator[Shelf]:
    place: Shelf = app.extensions["hotline"].shelf
    yield place
    for path in place.folder.iterdir():
        if path.name != "starter":
            shutil.rmtree(path)


def newest() -> LearningRun:
    db.session.rollback()
    return learning_runs.newest(LearningKind.RETRAIN)[0]


def killed(*_words: object, **_more: object) -> None:
    """What a kill in the middle does to whoever works."""
    raise KeyboardInterrupt


def place(shelf: Shelf, at: datetime) -> retraining.Workshop:
    return retraining.Workshop(shelf, shelf.folder.parent / "training", lambda: at)


def test_at_night_where_there_is_enough_and_once(
    shelf: Shelf, a_ticket: Callable[..., int], at: datetime
) -> None:
    night_rules.set_rule(RULE, who("admin"), at=at)
    confirm_many(a_ticket, at, 2)
    assert retraining.ask_nightly(NIGHT) is None  # not enough
    confirm_many(a_ticket, at, 1)
    for hour in (1, 7, 14, 23):
        assert retraining.ask_nightly(NIGHT.replace(hour=hour)) is None
    run_id = retraining.ask_nightly(NIGHT)
    assert run_id is not None
    assert retraining.ask_nightly(NIGHT + timedelta(minutes=1)) is None
    night_rules.set_rule(replace(RULE, is_nightly=False), who("admin"), at=at)
    assert retraining.ask_nightly(NIGHT + timedelta(days=1)) is None
    assert newest().night == NIGHT.date()


def test_the_rule_keeps_to_its_bounds(at: datetime) -> None:
    for field, wrong in (("hour", 24), ("least_rows", 0), ("most_drop", 0.9)):
        with pytest.raises(Invalid) as refused:
            night_rules.set_rule(replace(RULE, **{field: wrong}), who("admin"), at=at)
        assert set(refused.value.errors) == {field}
    with pytest.raises(NotAllowed):
        night_rules.set_rule(RULE, who("dispatcher"), at=at)


def test_a_candidate_is_made_judged_and_left_to_people(
    shelf: Shelf, a_ticket: Callable[..., int], at: datetime
) -> None:
    held = confirm_held(a_ticket, at, 21)
    run_id = retraining.order(who("admin"), at=at)
    with pytest.raises(Conflict, match="已有一次训练"):
        retraining.order(who("admin"), at=at)
    jobs.learn(run_id)
    run = newest()
    assert (run.state, run.trouble) == (RunState.DONE, None)
    version = model_versions.version(run.second_id or "")
    assert version.origin is Origin.BUTTON
    assert version.seen is not None
    assert version.seen["held_back"] == len(held)
    assert version.seen["own"] == len(list(learning.training_rows())) - len(held)
    assert not version.is_active
    assert version.verdict == run.verdict
    assert "同样 21 条" in (run.verdict or "")
    assert "由人决定" in (run.verdict or "")
    assert shelf.read(version.id).labels == ("0102", "0202", "0503")
    assert not (shelf.folder.parent / "training" / version.id).exists()


def test_a_worker_killed_after_the_training_leaves_nothing_half_done(
    shelf: Shelf, a_ticket: Callable[..., int], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm_held(a_ticket, at, 20)
    run_id = retraining.order(who("admin"), at=at)
    turn = runs.take(run_id, at=at) or 0

    with monkeypatch.context() as broken:
        broken.setattr(retraining, "_ask_comparison", killed)
        with pytest.raises(KeyboardInterrupt):
            retraining.work(run_id, turn, place(shelf, at))
    made = newest().second_id
    assert made in {path.name for path in shelf.folder.iterdir()}
    later = at + timedelta(minutes=5)
    assert runs.unfinished(later) == [run_id]
    retraining.work(run_id, runs.take(run_id, at=later) or 0, place(shelf, later))
    run = newest()
    assert (run.state, run.second_id) == (RunState.DONE, made)  # not trained twice
    assert len([v for v in model_versions.newest() if v.origin is Origin.BUTTON]) == 1
    with pytest.raises(Conflict):
        retraining.work(run_id, turn, place(shelf, later))


def test_a_worker_killed_while_training_registers_nothing(
    shelf: Shelf, a_ticket: Callable[..., int], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm_held(a_ticket, at, 20)
    run_id = retraining.order(who("admin"), at=at)
    turn = runs.take(run_id, at=at) or 0
    with monkeypatch.context() as broken:
        broken.setattr(learning, "enter", killed)
        with pytest.raises(KeyboardInterrupt):
            retraining.work(run_id, turn, place(shelf, at))
    assert set(model_versions.registered()) == {"starter"}
    later = at + timedelta(minutes=5)
    retraining.work(run_id, runs.take(run_id, at=later) or 0, place(shelf, later))
    assert newest().state is RunState.DONE
    assert len(list(shelf.folder.iterdir())) == 2  # the same rows give the same folder


def test_the_rule_activates_what_is_better_beyond_noise(
    shelf: Shelf, a_ticket: Callable[..., int], at: datetime
) -> None:
    """People in this city call these matters otherwise than the starter model knows."""
    night_rules.set_rule(replace(RULE, is_automatic=True), who("admin"), at=at)
    swapped = dict(zip(TEXTS, [*list(TEXTS)[1:], next(iter(TEXTS))], strict=True))
    count = 0
    while count < 21:
        for code, meant in swapped.items():
            ticket_id = confirm(a_ticket, at, code, f"，{count} 号", by=meant)
            count += is_held_back(ticket_id)
    run_id = retraining.ask_nightly(NIGHT)
    jobs.learn(run_id or 0)
    run = newest()
    assert "按规则已自动启用" in (run.verdict or ""), run.verdict
    assert learning.active_model_id() == run.second_id
    assert model_versions.version(run.second_id or "").origin is Origin.NIGHTLY
    assert model_versions.activations()[0].by == "系统"
    assert activating.roll_back(who("admin"), shelf, reason="", at=at) == "starter"


def test_the_rule_leaves_a_falling_class_to_people() -> None:
    better = {"p": 0.001, "only_first": 1, "only_second": 30, "classes": {}}
    assert activating.improves(better, 0.05) == ""
    assert activating.improves({**better, "p": 0.2}, 0.05) == "没有超出偶然地更好"
    worse = {**better, "only_first": 30, "only_second": 1}
    assert activating.improves(worse, 0.05) == "没有超出偶然地更好"
    fallen = {"0202": {"rows": 10, "first_f1": 0.9, "second_f1": 0.8}}
    assert "0202" in activating.improves({**better, "classes": fallen}, 0.05)
    assert activating.improves({**better, "classes": fallen}, 0.2) == ""
    fallen["0202"]["rows"] = 9
    assert activating.improves({**better, "classes": fallen}, 0.05) == ""


def test_excluded_rows_do_not_teach(
    shelf: Shelf, a_ticket: Callable[..., int], at: datetime
) -> None:
    from hotline.models import Correction

    ticket_id = confirm(a_ticket, at)
    assert len(list(learning.training_rows())) == 1
    correction = db.session.query(Correction).one()
    with pytest.raises(Invalid, match="为什么排除"):
        rows.exclude(correction.id, who("admin"), reason=" ", at=at)
    with pytest.raises(NotAllowed):
        rows.exclude(correction.id, who("dispatcher"), reason="错", at=at)
    rows.exclude(correction.id, who("admin"), reason="分错了，应为占道", at=at)
    assert list(learning.training_rows()) == []
    kept = db.session.query(Correction).filter_by(ticket_id=ticket_id).one()
    assert (kept.excluded_by, kept.excluded_because) == (who("admin").name, "分错了，应为占道")
    rows.readmit(correction.id, who("admin"))
    assert len(list(learning.training_rows())) == 1


def test_nothing_to_learn_from_ends_with_the_reason(shelf: Shelf, at: datetime) -> None:
    jobs.learn(retraining.order(who("admin"), at=at))
    run = newest()
    assert (run.state, run.second_id) == (RunState.DONE, None)
    assert "没有可用的修正样本" in (run.trouble or "")


def test_the_sweep_asks_for_what_waits(shelf: Shelf, at: datetime) -> None:
    run_id = retraining.order(who("admin"), at=at)
    line().waiting.clear()
    jobs.sweep_learning()
    assert [(job.__name__, args) for job, args in line().waiting] == [("learn", (run_id,))]
    with transaction():
        runs.end(learning_runs.run(run_id, LearningKind.RETRAIN), at=at)
    line().waiting.clear()
    jobs.sweep_learning()
    assert line().waiting == []
