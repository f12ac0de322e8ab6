"""Worklist lines as rows that a list can print: words for times, lamps and marks (列表行)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

import sla
from hotline.domain.terms import Mark
from hotline.queries import office
from hotline.web.looks import day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from hotline.queries.worklists import Line


def shown_marks(marks: Sequence[str], round_no: int) -> list[str]:
    """Marks for a list: a red card speaks for the yellow one before it; a redo names its round."""
    hidden = {Mark.YELLOW.label} if Mark.RED.label in marks else set()
    return [mark for mark in marks if mark not in hidden] + (
        [f"第 {round_no} 轮"] if round_no > 1 else []
    )


def ticket_rows(lines: Iterable[Line], endpoint: str, at: datetime) -> list[dict[str, Any]]:
    """Print each line for the macro ``worklist``; ``endpoint`` is the wing's own ticket page."""
    calendar = office.calendar()
    rows = []
    for line in lines:
        runs = line.due_at is not None and line.lamp != ""
        rows.append(
            {
                "href": url_for(endpoint, ticket_no=line.ticket_no),
                "title": line.title,
                "note": " · ".join(part for part in (line.category, line.area) if part),
                "ticket_no": line.ticket_no,
                "kind": line.kind.label,
                "urgency": line.urgency.value,
                "marks": shown_marks(line.marks, line.round),
                "stage": line.stage.label,
                "stage_code": line.stage.value,
                "unit": line.unit,
                "lamp": line.lamp or None,
                "due_text": day(line.due_at) if runs else None,
                "remaining": sla.remaining(calendar, at, line.due_at)
                if runs and line.due_at
                else "已停止计时",
                "registered": day(line.registered_at),
            }
        )
    return rows
