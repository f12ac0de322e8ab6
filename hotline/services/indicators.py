"""考核口径: what an indicator leaves out is decided by a person, with name and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import transaction
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.terms import Role
from hotline.models import IndicatorSetting
from hotline.queries import indicators
from hotline.queries.indicators import Exclusion

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from hotline.domain.identity import Actor

MAY_DECIDE = (Role.SUPERVISOR, Role.AUTHORITY)


def leave_out(code: str, exclusions: Collection[str], actor: Actor, *, at: datetime) -> None:
    """Choose what an indicator leaves out from now on (剔除口径); figures follow at once.

    Raises NotFound for an unknown indicator, Invalid for what this one does not offer.
    """
    if actor.role not in MAY_DECIDE:
        raise NotAllowed(f"{actor.role.label}不能调整考核口径")
    definition = indicators.definition(code)
    offered = {word.value for word in definition.offers}
    unknown = sorted(set(exclusions) - offered)
    if unknown:
        raise Invalid("exclusions", f"“{definition.name}”没有这些剔除项，请从列表中勾选")
    chosen = [word.value for word in Exclusion if word.value in exclusions]
    with transaction() as session:
        row = session.get(IndicatorSetting, code, with_for_update=True, populate_existing=True)
        if row is None:
            row = IndicatorSetting(code=code)
            session.add(row)
        row.exclusions, row.changed_at, row.changed_by = chosen, at, actor.name
