"""信任线: above which probability the machine dispatches by itself, per first-level category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotAllowed, NotFound
from hotline.domain.terms import Role
from hotline.models import Category, TrustLine

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor

DEFAULT_CODE = ""
LOWEST = 0.3
"""Below it the machine would be wrong more often than right on the texts it is unsure of."""


def set_line(category_code: str, probability: float, actor: Actor, *, at: datetime) -> None:
    """Set the line of a first-level category, or the default for all (empty code).

    ``probability`` is a share from LOWEST to 1; at 1 a person dispatches practically everything.
    It holds from the next ticket on. Raises Invalid, NotAllowed.
    """
    _must_be_admin(actor)
    if not LOWEST <= probability <= 1:
        raise Invalid("percent", f"信任线须在 {LOWEST:.0%} 到 100% 之间")
    with transaction() as session:
        if category_code != DEFAULT_CODE and not _is_first_level(category_code):
            raise Invalid("category_code", "请选择一级分类，或“全部（默认线）”")
        row = session.get(TrustLine, category_code) or TrustLine(category_code=category_code)
        row.probability, row.changed_at, row.changed_by = probability, at, actor.name
        session.add(row)


def drop_line(category_code: str, actor: Actor) -> None:
    """Let a category follow the default again; the default itself stays. Raises NotFound."""
    _must_be_admin(actor)
    if category_code == DEFAULT_CODE:
        raise Invalid("category_code", "默认线不能删除，只能修改")
    with transaction() as session:
        row = session.get(TrustLine, category_code)
        if row is None:
            raise NotFound("这个分类没有单独的信任线")
        session.delete(row)


def _is_first_level(code: str) -> bool:
    category = db.session.get(Category, code)
    return category is not None and category.level == 1 and category.is_active


def _must_be_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise NotAllowed("只有系统管理员可以修改信任线")
