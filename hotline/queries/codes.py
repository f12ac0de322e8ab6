"""Codes of units and categories for programs that look them up (编码)."""

from __future__ import annotations

from sqlalchemy import select

from hotline.db import db
from hotline.models import Category, Department


def departments() -> dict[int, str]:
    """Code of every department by its id."""
    return dict(db.session.execute(select(Department.id, Department.code)).all())


def categories() -> list[str]:
    """Codes of the categories a ticket may carry, in order."""
    query = select(Category.code).where(Category.is_active).order_by(Category.code)
    return list(db.session.scalars(query))
