"""One turn of a worker at one run, whatever its kind (学习任务执行)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import db
from hotline.domain.errors import HotlineError
from hotline.domain.learning import LearningKind
from hotline.models import LearningRun
from hotline.services.training import comparing, noise, retraining, runs

if TYPE_CHECKING:
    from hotline.services.training.retraining import Workshop


def work(run_id: int, place: Workshop, attempt: int) -> None:
    """Do what a run was asked for, from where it stands."""
    row = db.session.get(LearningRun, run_id)
    if row is None:
        return
    kind = row.kind
    if kind is LearningKind.RETRAIN:
        retraining.work(run_id, attempt, place)
    elif kind is LearningKind.NOISE:
        noise.work(run_id, attempt, place.clock)
    elif kind is LearningKind.COMPARE:
        _compare(row, attempt, place)


def _compare(row: LearningRun, attempt: int, place: Workshop) -> None:
    run_id = row.id
    try:
        models = place.shelf.read(row.first_id or ""), place.shelf.read(row.second_id or "")
    except HotlineError as error:
        runs.give_up(run_id, attempt, error.message, at=place.clock())
        return
    while not comparing.go_on(run_id, attempt, models, at=place.clock()):
        pass
