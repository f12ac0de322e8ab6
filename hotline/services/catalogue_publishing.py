"""Letting an edition of the dispatch catalogue hold (派单目录发布)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hotline.db import db, transaction
from hotline.domain.errors import Conflict, Taken
from hotline.models import CatalogueRule, StreetDuty
from hotline.queries import catalogue_reading, editions
from hotline.queries.catalogue_reading import CONTENT
from hotline.services import merging
from hotline.services._catalogue_draft import DAY, open_draft
from hotline.services.timing import plans

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import CatalogueEdition
    from hotline.queries.catalogue_reading import Row

FASTER = "在您起草之后，已有人发布了新的派单目录，请放弃这份草稿后重新起草"


def publish(draft_id: int, actor: Actor, *, at: datetime) -> int:
    """Let a tried and sound draft hold; gives its version.

    Raises Conflict when it was not tried to the end, when somebody published another one since it
    was drafted, or when its catalogue would have ties, missing units or duties pushed down.
    """
    try:
        with transaction():
            draft = open_draft(draft_id, actor, None, at)
            if draft.base_version != editions.newest_version():
                raise Conflict(FASTER)
            if not draft.rows and not draft.duties and draft.merging_id is None:
                raise Conflict("草稿里没有任何修改，没有可以发布的内容")
            if not editions.is_tried(draft.id):
                raise Conflict("试算还没有完成，请等试算完成后再发布")
            if draft.merging_id is not None:
                merging.must_be_sound(draft)
            draft.rows = _brought_up(draft.rows, plans.today(at))
            refusing = editions.findings_under(draft, plans.today(at)).refusing
            if refusing:
                said = "；".join(finding.text for finding in refusing[:3])
                raise Conflict(f"目录有 {len(refusing)} 处须改正，不能发布：{said}")
            _put_in_force(draft, actor, at)
            return draft.version or 0
    except Taken:
        raise Conflict(FASTER) from None


def _brought_up(rows: dict[str, Row], today: date) -> dict[str, Row]:
    """A draft may lie for days; nothing of it holds before the day it is published."""
    brought = {key: dict(row) for key, row in rows.items()}
    yesterday = (today - DAY).isoformat()
    for key, row in brought.items():
        if db.session.get(CatalogueRule, key) is None:
            row["effective_from"] = max(row["effective_from"], today.isoformat())
        elif row["effective_to"] and row["effective_to"] < yesterday:
            row["effective_to"] = yesterday
    return brought


def _put_in_force(draft: CatalogueEdition, actor: Actor, at: datetime) -> None:
    rows_before: dict[str, Row | None] = {}
    for key, row in draft.rows.items():
        rule = db.session.get(CatalogueRule, key)
        rows_before[key] = catalogue_reading.row_of(rule) if rule else None
        if rule is None:
            rule = CatalogueRule(id=key)
            db.session.add(rule)
        for name in CONTENT:
            setattr(rule, name, row[name])
        rule.effective_from = date.fromisoformat(row["effective_from"])
        until = row["effective_to"]
        rule.effective_to = date.fromisoformat(until) if until else None
        rule.note, rule.changed_at = row["note"], at
    draft.rows_before = rows_before
    draft.duties_before = {key: _put_duty(duty, at) for key, duty in draft.duties.items()}
    draft.version, draft.published_at = draft.base_version + 1, at
    draft.published_by = actor.name
    if draft.merging_id is not None:
        merging.begin(draft, actor, at)
    db.session.flush()


def _put_duty(duty: Row, at: datetime) -> Row | None:
    held = db.session.get(StreetDuty, duty["category"])
    before = None
    if held is None:
        held = StreetDuty(category=duty["category"])
        db.session.add(held)
    else:
        before = {"category": held.category, "basis": held.basis, "is_active": held.is_active}
    held.basis, held.is_active, held.changed_at = duty["basis"], duty["is_active"], at
    return before
