"""The working copy of a catalogue edition, inside the caller's transaction (目录草稿)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.terms import Role
from hotline.models import CatalogueEdition, CatalogueRule
from hotline.queries import catalogue_reading, editions
from hotline.services import routing_trials

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.queries.catalogue_reading import Row

DAY = timedelta(days=1)
_FIRST = re.compile(r"R(\d{4,})")


def open_draft(
    draft_id: int | None, actor: Actor, reason: str | None, at: datetime
) -> CatalogueEdition:
    """Hold a draft for writing, or begin one, inside the caller's transaction."""
    must_be_admin(actor)
    if draft_id is None:
        draft = CatalogueEdition(
            base_version=editions.newest_version(),
            rows={},
            duties={},
            reason=reason or "",
            drafted_at=at,
            drafted_by=actor.name,
        )
        db.session.add(draft)
        db.session.flush()
        return draft
    draft = db.session.get(CatalogueEdition, draft_id, with_for_update=True, populate_existing=True)  # type: ignore[assignment]
    if draft is None:
        raise NotFound("没有这份目录草稿，可能已被放弃")
    if draft.version is not None:
        raise Conflict(f"这份草稿已发布为第 {draft.version} 版，不能再改")
    draft.reason = reason or draft.reason
    return draft


def kept(draft: CatalogueEdition, rows: dict[str, Row], at: datetime) -> int:
    """Keep changes that are changes, and begin the dry run anew."""
    changed: dict[str, Row] = {}
    for key, row in {**draft.rows, **rows}.items():
        held = db.session.get(CatalogueRule, key)
        if held is None or catalogue_reading.row_of(held) != row:
            changed[key] = row
    draft.rows = changed
    if rows and not draft.rows and not draft.duties and draft.merging_id is None:
        raise Invalid("document", "与现行目录没有差别，没有需要试算的内容")
    routing_trials.begin(draft, at)
    return draft.id


def new_id(draft: CatalogueEdition) -> str:
    numbers = [_FIRST.fullmatch(key) for key in (*catalogue_reading.rows_in_force(), *draft.rows)]
    highest = max((int(found[1]) for found in numbers if found), default=0)
    return f"R{highest + 1:04}"


def _next_id(draft: CatalogueEdition, was: str) -> str:
    stem, _, tail = was.rpartition("-")
    stem = stem if stem and tail.isdigit() else was
    number = 2
    while _is_taken(draft, f"{stem}-{number}"):
        number += 1
    return f"{stem}-{number}"


def _is_taken(draft: CatalogueEdition, rule_id: str) -> bool:
    held = db.session.get(CatalogueRule, rule_id)
    return held is not None or rule_id in draft.rows


def followed(draft: CatalogueEdition, old: Row, changes: Row, begins: date) -> dict[str, Row]:
    """End a rule that may have decided tickets, and let one with an id of its own follow it."""
    new = {**old, **changes, "id": _next_id(draft, old["id"]), "replaces": old["id"]}
    new["effective_from"] = begins.isoformat()
    eve = (begins - DAY).isoformat()
    ended = {**old, "effective_to": min(old["effective_to"] or eve, eve)}
    return {old["id"]: ended, new["id"]: new}


def was_in_force(row: Row, today: date) -> bool:
    """Whether a rule may have decided a ticket already."""
    held = db.session.get(CatalogueRule, row["id"])
    return held is not None and held.effective_from <= today


def must_be_admin(actor: Actor) -> None:
    """The catalogue is the administrator's; raises NotAllowed."""
    if actor.role is not Role.ADMIN:
        raise NotAllowed("只有系统管理员可以修改派单目录")
