"""The registry of model versions as commands ask it (模型登记)."""

from __future__ import annotations

from sqlalchemy import select

from hotline.db import db
from hotline.models import ModelVersion


def registered() -> dict[str, bool]:
    """Id of every registered version and whether it is the active one."""
    query = select(ModelVersion.id, ModelVersion.is_active)
    return dict(db.session.execute(query).all())
