"""The dispatch catalogue as people read it, its faults, and the streets' duties (派单目录)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.queries import catalog_choices, catalogue_reading, editions, registry
from hotline.services import cataloguing
from hotline.web.access import now, staff
from hotline.web.admin import admin, catalogue_drafts
from hotline.web.admin.catalogue_words import Names, sorted_findings
from hotline.web.admin.drafting import NOTHING, now_on, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline.web.admin.drafting import Answer, Refused


@admin.get("/catalogue")
def catalogue() -> str:
    """Read the dispatch catalogue by category, area and words."""
    given = {key: request.args.get(key, "").strip() for key in ("category", "area", "q")}
    listing = registry.catalogue(
        category=given["category"],
        area=given["area"],
        words=given["q"],
        cursor=request.args.get("cursor"),
    )
    names, today = Names(), now_on().isoformat()
    rows = [catalogue_reading.row_of(row) for row in listing.rows]
    return render_template(
        "admin/catalogue.html",
        **catalogue_drafts.context(),
        rows=[{**names.row(row), "state": _state(row, today)} for row in rows],
        next_cursor=listing.next_cursor,
        given=given,
        categories=list(registry.category_names(1).items()),
        areas=list(registry.area_names("district").items()),
        here=url_for(".catalogue", **_filters(given)),
    )


def _filters(given: Mapping[str, str]) -> dict[str, Any]:
    kept = {**given, "draft": request.args.get("draft", "")}
    return {key: value for key, value in kept.items() if value}


def _state(row: catalogue_reading.Row, today: str) -> str:
    if row["effective_to"] and row["effective_to"] < today:
        return "已失效"
    return "未生效" if row["effective_from"] > today else ""


@admin.get("/catalogue/findings")
def catalogue_findings() -> str:
    """体检: what is wrong with the catalogue in force, the worst first."""
    found = sorted_findings(editions.findings(now_on()))
    return render_template(
        "admin/catalogue_findings.html",
        findings=[one for one in found if one["severity"] != "说明"],
        ended=[one for one in found if one["severity"] == "说明"],
        draft_id=catalogue_drafts.draft_id(),
    )


@admin.get("/catalogue/duties")
def street_duties() -> str:
    """街道履职事项清单: what a street may lead."""
    return _duties_page(NOTHING)


def _duties_page(kept: Refused) -> str:
    names, context = Names(), catalogue_drafts.context()
    duties = editions.street_duties(context["draft"])
    return render_template(
        "admin/street_duties.html",
        **context,
        kept=kept,
        rows=[
            {"code": code, "category": names.category(code), "basis": basis}
            for code, basis in duties.items()
        ],
        categories=catalog_choices.categories(),
    )


@admin.post("/catalogue/duties")
def set_street_duty() -> Answer:
    """Put a category on the list, or take it off, in a draft."""
    try:
        edition_id = cataloguing.put_duty(
            request.form.get("category", ""),
            basis=request.form.get("basis", ""),
            is_active=request.form.get("deed") != "drop",
            actor=staff(),
            reason=request.form.get("reason", ""),
            at=now(),
            draft_id=catalogue_drafts.draft_id(),
        )
    except Invalid as error:
        return _duties_page(refused("duty", error)), 422
    return catalogue_drafts.tried(edition_id)
