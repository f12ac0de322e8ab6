"""The dispatch catalogue in people's words, and what its form offers (派单目录用语)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import routing
from hotline.domain.terms import Kind, Urgency
from hotline.queries import catalog_choices, registry
from hotline.queries.catalog_choices import Group

if TYPE_CHECKING:
    from hotline.queries.catalogue_reading import Row

WHERE = {"district": "事发区县", "street": "事发街道", "city": "市级"}
TONES = {"error": "red", "warning": "amber", "info": "gray"}
_SHOWN = {
    "category": "分类",
    "area": "区域",
    "conditions": "条件",
    "words": "关键词",
    "lead": "主办",
    "helpers": "协办",
    "basis": "依据",
    "since": "生效",
    "until": "失效",
    "note": "说明",
}


class Names:
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

    def unit(self, target: str | None) -> str:
        """Name a unit, or say how the router finds one by duty (duty:chengguan@district)."""
        if target is None:
            return "人工派单"
        if not target.startswith("duty:"):
            return self.units.get(target, target)
        duty, _, level = target.removeprefix("duty:").partition("@")
        return f"{WHERE.get(level, level)}的{self.duties.get(duty, duty)}"

    def row(self, row: Row) -> dict[str, Any]:
        """One rule as a page shows it."""
        conditions = [
            Kind(row["kind"]).label if row["kind"] else "",
            Urgency(row["urgency"]).label if row["urgency"] else "",
            routing.read_times(row["times"]).words,
        ]
        return {
            "id": row["id"],
            "category": self.category(row["category"]),
            "area": self.area(row["area"]),
            "conditions": "、".join(part for part in conditions if part),
            "words": row["words"],
            "lead": self.unit(row["lead"]),
            "helpers": "、".join(self.unit(code) for code in row["helpers"]),
            "basis": row["legal_basis"],
            "note": row["note"],
            "since": row["effective_from"],
            "until": row["effective_to"] or "长期",
        }

    def difference(self, row: Row, before: Row | None) -> dict[str, Any]:
        """What a draft does to one rule, in words: 新增, 结束, 修改."""
        now, was = self.row(row), self.row(before) if before else None
        if was is None:
            facts = [f"{_SHOWN[name]}：{_said(now[name])}" for name in _SHOWN if now[name]]
            deed = "取代" if row.get("replaces") else "新增"
        else:
            changed = [name for name in _SHOWN if now[name] != was[name]]
            facts = [f"{_SHOWN[name]}：{_said(was[name])} → {_said(now[name])}" for name in changed]
            deed = "结束" if changed == ["until"] and row["effective_to"] else "修改"
        heading = f"{row['id']} {now['category']}"
        if row.get("replaces"):
            heading += f"（取代 {row['replaces']}）"
        return {"id": row["id"], "deed": deed, "what": heading, "facts": facts}


def _said(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value)) or "无"
    return str(value or "无")


def finding(one: routing.Finding) -> dict[str, Any]:
    """One finding as a page shows it."""
    return {
        "kind": routing.KIND_LABELS[one.kind],
        "severity": routing.SEVERITY_LABELS[one.severity],
        "tone": TONES[one.severity],
        "text": one.text,
        "advice": one.advice,
        "rules": list(one.rules),
    }


def sorted_findings(found: tuple[routing.Finding, ...]) -> list[dict[str, Any]]:
    """The worst first."""
    order = list(routing.SEVERITY_LABELS)
    return [finding(one) for one in sorted(found, key=lambda one: order.index(one.severity))]


def choices(names: Names) -> dict[str, Any]:
    """What the selects of the form offer; a unit is chosen by duty or by name."""
    duties = [
        Group(
            f"按职责，{WHERE[level]}",
            [
                (f"duty:{duty}@{level}", names.unit(f"duty:{duty}@{level}"))
                for duty, levels in registry.duty_levels().items()
                if level in levels
            ],
        )
        for level in WHERE
    ]
    return {
        "categories": catalog_choices.categories(),
        "areas": catalog_choices.areas()[1:],
        "kinds": [(kind.value, kind.label) for kind in Kind],
        "urgencies": [(urgency.value, urgency.label) for urgency in Urgency],
        "day_kinds": list(routing.DAY_KINDS.items()),
        "units": [*duties, *catalog_choices.departments()],
    }
