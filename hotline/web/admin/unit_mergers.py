"""A unit is merged into another: what moves with it, and the draft of it (承办单位撤并)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from hotline.domain.errors import Invalid
from hotline.queries import catalog_choices, editions, registry
from hotline.services import merging
from hotline.web.access import now, staff
from hotline.web.admin import admin, catalogue_drafts
from hotline.web.admin.catalogue_words import Names
from hotline.web.admin.drafting import NOTHING, now_on, refused

if TYPE_CHECKING:
    from hotline.web.admin.drafting import Answer, Refused


@admin.get("/departments/merge")
def merge_unit() -> str:
    """The form: into which unit, why, and what goes with it."""
    return _merger_page(NOTHING)


def _merger_page(kept: Refused) -> str:
    code = request.values.get("code", "")
    unit, names = registry.unit_facts(code), Names()
    return render_template(
        "admin/unit_merger.html",
        kept=kept,
        unit=unit,
        open_tickets=editions.open_tickets(unit.id),
        rules=[names.row(row) for row in editions.rules_naming(code, now_on())],
        by_duty=[names.row(row) for row in editions.rules_by_duty(unit.duty, unit.level, now_on())],
        units=catalog_choices.departments(),
    )


@admin.post("/departments/merge")
def draft_merger() -> Answer:
    """Draft the merger with the rules that name the unit."""
    try:
        edition_id = merging.draft(
            request.form.get("code", ""),
            request.form.get("successor", ""),
            staff(),
            reason=request.form.get("reason", ""),
            at=now(),
        )
    except Invalid as error:
        return _merger_page(refused("merge", error)), 422
    return catalogue_drafts.tried(edition_id)
