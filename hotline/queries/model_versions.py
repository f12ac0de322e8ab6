"""The registry of model versions: who made them, which works, which worked before (模型登记)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import undefer

from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.learning import LearningKind
from hotline.domain.timing import RunState
from hotline.models import LearningRun, ModelActivation, ModelVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 50


def registered() -> dict[str, bool]:
    """Id of every registered version and whether it is the active one."""
    query = select(ModelVersion.id, ModelVersion.is_active)
    return dict(db.session.execute(query).all())


def newest(most: int = SHOWN) -> Sequence[ModelVersion]:
    """Versions, the newest first."""
    query = select(ModelVersion).order_by(ModelVersion.created_at.desc(), ModelVersion.id)
    return db.session.scalars(query.limit(most)).all()


def version(model_id: str) -> ModelVersion:
    """One version with all that is known of it; raises NotFound."""
    query = select(ModelVersion).where(ModelVersion.id == model_id)
    row = db.session.scalar(query.options(undefer(ModelVersion.evaluation)))
    if row is None:
        raise NotFound("没有这个模型，请从列表中选择")
    return row


def active() -> ModelVersion | None:
    """The version that classifies now."""
    return db.session.scalar(select(ModelVersion).where(ModelVersion.is_active.is_(True)).limit(1))


def activations(most: int = SHOWN) -> Sequence[ModelActivation]:
    """Changes of the active version, the newest first."""
    query = select(ModelActivation).order_by(ModelActivation.id.desc()).limit(most)
    return db.session.scalars(query).all()


def previous_id() -> str | None:
    """The version that worked before the active one."""
    last = next(iter(activations(1)), None)
    return last.previous_id if last else None


def newest_comparison(first_id: str, second_id: str) -> LearningRun | None:
    """The last finished comparison of two versions, whichever was named first."""
    run = LearningRun
    query = select(run).where(
        run.kind == LearningKind.COMPARE,
        run.state == RunState.DONE,
        run.result.is_not(None),
        or_(
            and_(run.first_id == first_id, run.second_id == second_id),
            and_(run.first_id == second_id, run.second_id == first_id),
        ),
    )
    return db.session.scalar(query.order_by(run.id.desc()).limit(1))
