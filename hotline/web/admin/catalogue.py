"""The dispatch catalogue as people read it (派单目录)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for

from hotline.domain.terms import Kind, Urgency
from hotline.queries import registry
from hotline.web.admin import admin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline.models import CatalogueRule


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
    names = _Names()
    return render_template(
        "admin/catalogue.html",
        rows=[_rule(row, names) for row in listing.rows],
        next_cursor=listing.next_cursor,
        given=given,
        categories=list(registry.category_names(1).items()),
        areas=list(registry.area_names("district").items()),
        here=url_for(".catalogue", **_filters(given)),
    )


def _filters(given: Mapping[str, str]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value}


class _Names:
    """The words behind the codes of a rule."""

    def __init__(self) -> None:
        self.categories = registry.category_names()
        self.areas = registry.area_names()
        self.units = registry.unit_names()
        self.duties = {"jiedao": "街道办", **registry.duty_names()}

    def category(self, code: str) -> str:
        """城乡建设 / 市政设施."""
        steps = [code[:end] for end in (2, 4, 6) if len(code) >= end]
        return " / ".join(self.categories.get(step, step) for step in steps) or "全部分类"

    def area(self, code: str) -> str:
        """Name the area a rule is for."""
        return self.areas.get(code, code) if code else "全市"

    def unit(self, target: str) -> str:
        """Name a unit, or say how the router finds one by duty (duty:chengguan@district)."""
        if not target.startswith("duty:"):
            return self.units.get(target, target)
        duty, _, level = target.removeprefix("duty:").partition("@")
        where = {"district": "事发区县", "street": "事发街道", "city": "市级"}.get(level, level)
        return f"{where}的{self.duties.get(duty, duty)}"


def _rule(row: CatalogueRule, names: _Names) -> dict[str, Any]:
    conditions = [
        Kind(row.kind).label if row.kind else "",
        Urgency(row.urgency).label if row.urgency else "",
    ]
    return {
        "id": row.id,
        "category": names.category(row.category),
        "area": names.area(row.area),
        "conditions": "、".join(part for part in conditions if part),
        "words": row.words,
        "lead": names.unit(row.lead),
        "helpers": "、".join(names.unit(code) for code in row.helpers),
        "basis": row.legal_basis,
        "note": row.note,
        "since": row.effective_from.isoformat(),
        "until": row.effective_to.isoformat() if row.effective_to else "长期",
    }
