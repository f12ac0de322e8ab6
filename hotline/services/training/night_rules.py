"""The rule of the night (重训规则): when to train anew, and what may be activated by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import transaction
from hotline.domain.errors import Invalid
from hotline.models import LearningRule
from hotline.services.training import runs

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.queries.learning_runs import NightRule

LAST_HOUR = 23
MOST_ROWS = 100_000
MOST_DROP = 0.5


def set_rule(rule: NightRule, actor: Actor, *, at: datetime) -> None:
    """Change the rule from now on; the old one stays in the record. Raises Invalid, NotAllowed."""
    runs.must_be_admin(actor)
    if not 0 <= rule.hour <= LAST_HOUR:
        raise Invalid("hour", "请填写 0 至 23 之间的整点")
    if not 1 <= rule.least_rows <= MOST_ROWS:
        raise Invalid("least_rows", f"请填写 1 至 {MOST_ROWS} 之间的整数")
    if not 0 <= rule.most_drop <= MOST_DROP:
        raise Invalid("most_drop", f"请填写 0 至 {MOST_DROP * 100:.0f} 之间的百分点")
    with transaction() as session:
        session.add(
            LearningRule(
                is_nightly=rule.is_nightly,
                hour=rule.hour,
                least_rows=rule.least_rows,
                is_automatic=rule.is_automatic,
                most_drop=rule.most_drop,
                changed_at=at,
                changed_by=actor.name,
            )
        )
