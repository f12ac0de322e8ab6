"""Editions of the dispatch catalogue: drafted, tried, published, taken back (派单目录调整).

A rule that decided tickets never becomes another: it ends, and a rule with an id of its own
follows it. So every old decision keeps the rule it was judged by.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hotline.db import transaction
from hotline.domain.errors import Invalid, NotFound
from hotline.queries import codes, editions
from hotline.queries.catalogue_reading import CONTENT
from hotline.services import _catalogue_checks, _checks, routing_trials
from hotline.services._catalogue_checks import RuleForm
from hotline.services._catalogue_draft import (
    DAY,
    followed,
    kept,
    new_id,
    open_draft,
    was_in_force,
)
from hotline.services.timing import plans

__all__ = ["RuleForm", "discard", "drop_change", "end_rule", "put_duty", "put_rule", "take_back"]

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import CatalogueEdition
    from hotline.queries.catalogue_reading import Row


def put_rule(
    form: RuleForm,
    actor: Actor,
    *,
    reason: str,
    at: datetime,
    was: str | None = None,
    draft_id: int | None = None,
) -> int:
    """Add a rule, or change the one it ``was``, in a draft; gives the draft's id.

    Raises Invalid naming every wrong field, NotFound, NotAllowed, Conflict.
    """
    why = _catalogue_checks.checked_reason(reason)
    with transaction():
        draft = open_draft(draft_id, actor, why, at)
        today = plans.today(at)
        if was is None:
            begins = _catalogue_checks.checked_beginning(form.effective_from, today)
            row = {"id": new_id(draft), **_catalogue_checks.checked_row(form, begins=begins)}
            rows = {row["id"]: row}
        else:
            rows = _changed(draft, was, form, today)
        return kept(draft, rows, at)


def _changed(draft: CatalogueEdition, was: str, form: RuleForm, today: date) -> dict[str, Row]:
    old = editions.rule(was, draft)
    _must_be_alive(draft, old, today)
    since = date.fromisoformat(old["effective_from"])
    wanted = form.effective_from or since
    if not was_in_force(old, today):
        begins = _catalogue_checks.checked_beginning(wanted, today)
        return {was: {**old, **_catalogue_checks.checked_row(form, begins=begins)}}
    row = _catalogue_checks.checked_row(form, begins=max(wanted, since))
    if all(row[name] == old[name] for name in CONTENT):
        _must_end_later(row["effective_to"], today)
        return {was: {**old, "effective_to": row["effective_to"], "note": row["note"]}}
    begins = _catalogue_checks.checked_beginning(max(wanted, today), today)
    return followed(draft, old, _catalogue_checks.checked_row(form, begins=begins), begins)


def end_rule(
    rule_id: str,
    last_day: date,
    actor: Actor,
    *,
    reason: str,
    at: datetime,
    draft_id: int | None = None,
) -> int:
    """End a rule after its last day, yesterday at the earliest; it stays in the book for good."""
    why = _catalogue_checks.checked_reason(reason)
    with transaction():
        draft = open_draft(draft_id, actor, why, at)
        old = editions.rule(rule_id, draft)
        _must_be_alive(draft, old, plans.today(at))
        _must_end_later(last_day.isoformat(), plans.today(at))
        return kept(draft, {rule_id: {**old, "effective_to": last_day.isoformat()}}, at)


def _must_be_alive(draft: CatalogueEdition, row: Row, today: date) -> None:
    heir = next((one["id"] for one in draft.rows.values() if one.get("replaces") == row["id"]), "")
    if heir:
        raise Invalid("id", f"规则 {row['id']} 在草稿中已由 {heir} 取代，请修改 {heir}")
    if row["effective_to"] and row["effective_to"] < today.isoformat():
        raise Invalid("id", f"规则 {row['id']} 已于 {row['effective_to']} 失效，请新增一条规则")


def _must_end_later(last_day: str | None, today: date) -> None:
    if last_day is not None and last_day < (today - DAY).isoformat():
        raise Invalid(
            "effective_to", f"失效日期最早为昨天（{today - DAY}），以前的派单不能改变依据"
        )


def put_duty(
    category: str,
    *,
    basis: str,
    is_active: bool,
    actor: Actor,
    reason: str,
    at: datetime,
    draft_id: int | None = None,
) -> int:
    """Put a category on the streets' own duty list, or take it off (街道履职事项清单)."""
    why = _catalogue_checks.checked_reason(reason)
    with transaction():
        draft = open_draft(draft_id, actor, why, at)
        if category not in codes.categories():
            raise Invalid("category", "没有这个分类，请从列表中选择")
        said = _checks.clean_text(basis) or editions.street_duties(draft).get(category, "")
        if not said:
            raise Invalid("basis", "请写明清单文号和事项名称")
        duty = {"category": category, "basis": said, "is_active": is_active}
        draft.duties = {**draft.duties, category: duty}
        return kept(draft, {}, at)


def drop_change(draft_id: int, rule_id: str, actor: Actor, *, at: datetime) -> int:
    """Take one change out of a draft again, with the rule that was to follow it."""
    with transaction():
        draft = open_draft(draft_id, actor, None, at)
        if rule_id not in draft.rows:
            raise NotFound("草稿中没有这处修改")
        gone = {rule_id, draft.rows[rule_id].get("replaces", rule_id)}
        gone |= {row["id"] for row in draft.rows.values() if row.get("replaces") in gone}
        draft.rows = {key: row for key, row in draft.rows.items() if key not in gone}
        return kept(draft, {}, at)


def discard(draft_id: int, actor: Actor, *, at: datetime) -> None:
    """Throw a draft away with its dry run; what holds stays as it is."""
    with transaction() as session:
        draft = open_draft(draft_id, actor, None, at)
        routing_trials.forget(draft)
        session.delete(draft)


def take_back(edition_id: int, actor: Actor, *, reason: str, at: datetime) -> int:
    """Draft the opposite of a published version (撤回): tried and published like any change.

    What it added ends; what it ended or changed holds again, under an id of its own where days
    lie between. Raises Invalid for a draft and for the merger of a unit.
    """
    why = _catalogue_checks.checked_reason(reason)
    with transaction():
        wrong = editions.edition(edition_id)
        if wrong.version is None:
            raise Invalid("edition", "草稿尚未发布，放弃它即可")
        if wrong.merging_id is not None:
            raise Invalid("edition", "单位撤并已移交在办工单，不能整版撤回；请逐条修改派单规则")
        draft = open_draft(None, actor, why, at)
        rows: dict[str, Row] = {}
        for rule_id, before in wrong.rows_before.items():
            now = editions.rule(rule_id, None)
            rows |= _undone(draft, now, before, plans.today(at))
        duties = {
            key: before or {**duty, "is_active": False}
            for key, duty in wrong.duties.items()
            for before in (wrong.duties_before.get(key),)
        }
        draft.duties = duties
        return kept(draft, rows, at)


def _undone(draft: CatalogueEdition, now: Row, before: Row | None, today: date) -> dict[str, Row]:
    """Rows that make a rule what it was before, as far as days gone by allow."""
    yesterday = (today - DAY).isoformat()
    ended = now["effective_to"] is not None and now["effective_to"] < yesterday
    if before is None:
        return {} if ended else {now["id"]: {**now, "effective_to": yesterday}}
    if before["effective_to"] is not None and before["effective_to"] < today.isoformat():
        return {}
    if not ended:
        return {now["id"]: before}
    new = followed(draft, now, {**before, "effective_to": before["effective_to"]}, today)
    return {key: row for key, row in new.items() if key != now["id"]}
