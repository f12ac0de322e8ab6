"""Training anew from confirmed rows (重新训练): by night or by button, then judged.

Three steps, each committed by itself: train and register, compare with the active version, judge.
A turn that was killed is gone on with at the step it had reached.
"""

from __future__ import annotations

import shutil
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

import classifier
import sla
from hotline.db import db, transaction
from hotline.domain.errors import Conflict, HotlineError, Invalid, Taken
from hotline.domain.identity import SYSTEM
from hotline.domain.learning import LearningKind, Origin, is_held_back
from hotline.models import LearningRun, ModelVersion
from hotline.queries import learning_runs, model_versions, samples
from hotline.services import learning
from hotline.services.training import activating, comparing, runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hotline.domain.identity import Actor
    from hotline.services.shelf import Shelf

NIGHT_LASTS = timedelta(hours=4)
"""After the hour of the rule the night is open so long; then the day has begun."""
MOST_ROWS = 100_000
"""The newest so many rows teach: what a city says changes, and memory has an end."""
TRAINING_SHARE, COMPARING_SHARE = 0.8, 0.9


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a turn works with: the shelf, where to build, and the clock of its door."""

    shelf: Shelf
    bench: Path
    clock: Callable[[], datetime]


def order(actor: Actor, *, at: datetime) -> int:
    """现在训练: ask for a training; gives the run's id. Raises Conflict while one goes on."""
    runs.must_be_admin(actor)
    with transaction():
        if learning_runs.is_busy(LearningKind.RETRAIN):
            raise Conflict("已有一次训练在进行，请等它完成")
        return runs.add(LearningKind.RETRAIN, actor.name, at=at).id


def ask_nightly(at: datetime) -> int | None:
    """Ask for this night's training where the rule wants one and there is enough to learn from.

    At most one for each local date, however many processes ask; gives its id.
    """
    rule, here = learning_runs.rule(), at.astimezone(sla.LOCAL)
    begins = here.replace(hour=rule.hour, minute=0, second=0, microsecond=0)
    if not rule.is_nightly or not begins <= here < begins + NIGHT_LASTS:
        return None
    if _is_asked(here.date()) or samples.fresh_since(last_learned()) < rule.least_rows:
        return None
    try:
        with transaction():
            if learning_runs.is_busy(LearningKind.RETRAIN):
                return None
            return runs.add(LearningKind.RETRAIN, SYSTEM.name, at=at, night=here.date()).id
    except Taken:
        return None


def _is_asked(night: date) -> bool:
    return db.session.scalar(select(LearningRun.id).where(LearningRun.night == night)) is not None


def last_learned() -> datetime | None:
    """When the rows of the last training that brought a model were read."""
    query = (
        select(LearningRun.asked_at)
        .where(LearningRun.kind == LearningKind.RETRAIN, LearningRun.second_id.is_not(None))
        .order_by(LearningRun.id.desc())
    )
    return db.session.scalar(query.limit(1))


def work(run_id: int, attempt: int, place: Workshop) -> None:
    """Go on with a training from the step it has reached."""
    run = learning_runs.run(run_id, LearningKind.RETRAIN)
    if run.second_id is None:
        try:
            _train(run, attempt, place)
        except classifier.TrainingError as error:
            runs.give_up(run_id, attempt, str(error), at=place.clock())
            return
    run = learning_runs.run(run_id, LearningKind.RETRAIN)
    if run.comparison_id is None and run.first_id:
        _ask_comparison(run, attempt, place.clock())
    run = learning_runs.run(run_id, LearningKind.RETRAIN)
    if run.comparison_id is not None:
        _compare(run, attempt, place)
    _judge(run_id, attempt, place.clock())


def _train(run: LearningRun, attempt: int, place: Workshop) -> None:
    """Train, put the artefact on the shelf in one piece, register it together with the run."""
    run_id, asked_at, is_night = run.id, run.asked_at, run.night is not None

    def tell(step: str, share: float) -> None:
        runs.tell(run_id, attempt, step, TRAINING_SHARE * share, at=place.clock())

    rows = list(deque(samples.confirmed(), maxlen=MOST_ROWS))
    held = [(row.title, row.content) for row in rows if is_held_back(row.ticket_id)]
    tell(f"读取了 {len(rows)} 条样本", 0.0)
    made = classifier.retrain(
        [(row.title, row.content, row.code) for row in rows if not is_held_back(row.ticket_id)],
        held=held,
        author="夜间重训" if is_night else run.asked_by,
        at=asked_at,
        progress=tell,
    )
    model = made.model.classifier
    model.metadata["seen"] = {
        "own": made.own,
        "corpus": made.corpus,
        "too_coarse": made.too_coarse,
        "held_back": len(held),
        "held_copies": made.held_copies,
        "until": asked_at.isoformat(),
    }
    _put_on_shelf(model, place)
    with transaction():
        row = runs.held(run_id, attempt)
        origin = Origin.NIGHTLY if is_night else Origin.BUTTON
        learning.enter(model, at=place.clock(), origin=origin)
        active = model_versions.active()
        row.second_id = model.model_id
        row.first_id = active.id if active and active.id != model.model_id else None


def _put_on_shelf(model: classifier.Classifier, place: Workshop) -> None:
    """Build beside the shelf and move in whole, so that nobody ever sees half a model."""
    made, stand = place.bench / model.model_id, place.shelf.folder / model.model_id
    shutil.rmtree(place.bench, ignore_errors=True)
    model.save(made)
    stand.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(stand, ignore_errors=True)
    made.rename(stand)


def _ask_comparison(run: LearningRun, attempt: int, at: datetime) -> None:
    """Compare with the active version where enough was kept back; else say so at the end."""
    try:
        with transaction():
            row = runs.held(run.id, attempt)
            first, second = row.first_id or "", row.second_id or ""
            row.comparison_id = comparing.begin(first, second, row.asked_by, at=at).id
    except Invalid:
        return


def _compare(run: LearningRun, attempt: int, place: Workshop) -> None:
    run_id, comparison_id = run.id, run.comparison_id or 0
    first, second = run.first_id or "", run.second_id or ""
    turn = runs.take(comparison_id, at=place.clock(), is_own=True)
    if turn is None:
        return
    try:
        models = place.shelf.read(first), place.shelf.read(second)
    except HotlineError as error:
        runs.give_up(comparison_id, turn, error.message, at=place.clock())
        return
    while not comparing.go_on(comparison_id, turn, models, at=place.clock()):
        runs.tell(run_id, attempt, "与使用中的模型比较", COMPARING_SHARE, at=place.clock())


def _judge(run_id: int, attempt: int, at: datetime) -> None:
    """Say in words how the candidate fared, and activate it where the rule allows."""
    with transaction() as session:
        run = runs.held(run_id, attempt)
        version = session.get_one(ModelVersion, run.second_id)
        compared = session.get(LearningRun, run.comparison_id) if run.comparison_id else None
        run.verdict = _verdict(run, compared)
        if compared is not None and compared.result is not None:
            run.verdict += _act(version, compared, at)
        version.verdict = run.verdict
        runs.end(run, at=at)


def _verdict(run: LearningRun, compared: LearningRun | None) -> str:
    if run.first_id is None:
        return "没有使用中的模型可比。"
    if compared is None:
        return f"留出的工单不足 {comparing.FEWEST} 条，还不能与使用中的模型比较。"
    return compared.verdict or f"没有比较成：{compared.trouble or '比较还没有完成'}。"


def _act(version: ModelVersion, compared: LearningRun, at: datetime) -> str:
    rule = learning_runs.rule()
    against = activating.improves(compared.result or {}, rule.most_drop)
    if not rule.is_automatic:
        return "是否启用由人决定。"
    if against:
        return f"按规则没有自动启用：{against}。"
    active = model_versions.active()
    if active is None or active.id != compared.first_id:
        return "比较期间使用中的模型已更换，没有自动启用。"
    learning.put_in_charge(version, SYSTEM, reason="按重训规则自动启用：确实更好", at=at)
    return "按规则已自动启用。"
