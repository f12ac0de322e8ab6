"""Tickets as lines of a worklist, ready to print (列表行)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotline.web.lines import lamp_of, shown_marks
from hotline.web.looks import day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.queries.worklists import Line

COLUMNS = [
    {"key": "title", "label": "诉求", "look": "title"},
    {"key": "kind", "label": "类型", "look": "kind"},
    {"key": "stage", "label": "阶段", "look": "stage"},
    {"key": "unit", "label": "承办单位"},
    {"key": "lamp", "label": "时限", "look": "deadline"},
    {"key": "at_text", "label": "登记", "look": "time"},
]
"""The columns of `worklist(...)` that fit `list_rows`; a wing may leave some out."""


def list_rows(lines: Iterable[Line], wing: str) -> list[dict[str, Any]]:
    """Make the lines of a page printable, each linked to that wing's ticket page."""
    return [_row(line, f"/{wing}/tickets/{line.ticket_no}") for line in lines]


def _row(line: Line, href: str) -> dict[str, Any]:
    note = " · ".join(part for part in (line.ticket_no, line.category, line.area) if part)
    lamp = lamp_of(line)
    return {
        "href": href,
        "id": line.id,
        "ticket_no": line.ticket_no,
        "title": line.title,
        "urgency": line.urgency.value,
        "marks": shown_marks(line.marks, 1),
        "note": f"{note} · 第 {line.round} 轮重办" if line.round > 1 else note,
        "kind": line.kind.label,
        "stage": line.stage.label,
        "stage_code": line.stage.value,
        "unit": line.unit,
        **lamp,
        "lamp": lamp["lamp"] or "none",
        "remaining": lamp["remaining"] if lamp["lamp"] else None,
        "at_text": day(line.registered_at),
    }
