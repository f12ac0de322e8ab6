"""Tickets as lines of a worklist, ready to print (列表行)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sla
from hotline.queries import office
from hotline.web.looks import day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hotline.queries.worklists import Line

COLUMNS = [
    {"key": "title", "label": "诉求", "look": "title"},
    {"key": "kind", "label": "类型", "look": "kind"},
    {"key": "stage", "label": "阶段", "look": "stage"},
    {"key": "unit", "label": "承办单位"},
    {"key": "lamp", "label": "办理时限", "look": "deadline"},
    {"key": "at_text", "label": "登记", "look": "time"},
]
"""The columns of `worklist(...)` that fit `list_rows`; a wing may leave some out."""


def list_rows(lines: Iterable[Line], wing: str, *, at: datetime) -> list[dict[str, Any]]:
    """Make the lines of a page printable, each linked to that wing's ticket page."""
    calendar = office.calendar()
    return [_row(line, f"/{wing}/tickets/{line.ticket_no}", calendar, at) for line in lines]


def _row(line: Line, href: str, calendar: sla.Calendar, at: datetime) -> dict[str, Any]:
    note = " · ".join(part for part in (line.ticket_no, line.category, line.area) if part)
    return {
        "href": href,
        "ticket_no": line.ticket_no,
        "title": line.title,
        "urgency": line.urgency.value,
        "marks": line.marks,
        "note": f"{note} · 第 {line.round} 轮重办" if line.round > 1 else note,
        "kind": line.kind.label,
        "stage": line.stage.label,
        "stage_code": line.stage.value,
        "unit": line.unit,
        "lamp": line.lamp or "none",
        "due_text": day(line.due_at) if line.lamp else None,
        "remaining": sla.remaining(calendar, at, line.due_at)
        if line.lamp and line.due_at
        else None,
        "at_text": day(line.registered_at),
    }
