"""The life of a run (学习任务): asked for, taken by one worker at a time, gone on with, done.

Whoever was killed leaves a run that is found and taken again; what an older turn would still
write is refused, so nothing is registered or counted twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from hotline.db import db, transaction
from hotline.domain.errors import Conflict, NotAllowed
from hotline.domain.terms import Role
from hotline.domain.timing import RunState
from hotline.models import LearningRun

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.domain.learning import LearningKind

FORGOTTEN = timedelta(seconds=60)
"""So long untouched, and whoever worked on it is taken for gone (a living one touches it often)."""
MOST_TURNS = 5


def must_be_admin(actor: Actor) -> None:
    """Only the administrator teaches the machine."""
    if actor.role is not Role.ADMIN:
        raise NotAllowed("只有系统管理员可以管理分类模型和修正样本")


def add(kind: LearningKind, by: str, *, at: datetime, **values: Any) -> LearningRun:  # noqa: ANN401 - columns
    """Ask for a run inside the caller's transaction."""
    row = LearningRun(kind=kind, asked_at=at, asked_by=by, **values)
    db.session.add(row)
    db.session.flush()
    return row


def unfinished(at: datetime) -> list[int]:
    """Runs that wait, or that somebody left in the middle."""
    query = select(LearningRun.id).where(
        LearningRun.state != RunState.DONE,
        or_(LearningRun.touched_at.is_(None), LearningRun.touched_at < at - FORGOTTEN),
    )
    return list(db.session.scalars(query.order_by(LearningRun.id)))


def take(run_id: int, *, at: datetime, is_own: bool = False) -> int | None:
    """Take a run for one turn; gives the turn's number, None when it is done or in good hands.

    ``is_own``: a step of the caller's own run, whose former turn is over. A run that was taken
    ``MOST_TURNS`` times and never came to its end is given up.
    """
    with transaction() as session:
        row = session.get(LearningRun, run_id, with_for_update=True, populate_existing=True)
        if row is None or row.state is RunState.DONE:
            return None
        if not is_own and row.touched_at is not None and row.touched_at >= at - FORGOTTEN:
            return None
        if row.attempt >= MOST_TURNS:
            row.trouble = f"中断了 {MOST_TURNS} 次，不再继续；请查看日志后重新发起"
            end(row, at=at)
            return None
        row.state, row.touched_at = RunState.RUNNING, at
        row.attempt += 1
        return row.attempt


def held(run_id: int, attempt: int) -> LearningRun:
    """The run, held for writing by its present turn; raises Conflict for an older one."""
    query = select(LearningRun).where(LearningRun.id == run_id).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or row.attempt != attempt or row.state is RunState.DONE:
        raise Conflict("这次任务已由另一个进程接手")
    return row


def tell(run_id: int, attempt: int, step: str, share: float, *, at: datetime) -> None:
    """Say how far the run is, which also says that somebody works on it."""
    with transaction():
        row = held(run_id, attempt)
        row.step, row.share, row.touched_at = step, share, at


def touch(run_id: int, attempt: int, *, at: datetime) -> None:
    """Say that somebody still works on the run."""
    with transaction():
        held(run_id, attempt).touched_at = at


def end(row: LearningRun, *, at: datetime) -> None:
    """Finish a run inside the caller's transaction."""
    row.state, row.share, row.step = RunState.DONE, 1.0, "完成"
    row.touched_at = row.finished_at = at


def give_up(run_id: int, attempt: int, trouble: str, *, at: datetime) -> None:
    """End a run that cannot have a result, and say why."""
    with transaction():
        row = held(run_id, attempt)
        row.trouble = trouble
        end(row, at=at)
