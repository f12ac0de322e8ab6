"""Worklist lines as rows that a list can print: words for times, lamps and marks (列表行)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from hotline.domain.terms import Clock, Mark
from hotline.web.looks import day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hotline.queries.worklists import Line

STOPPED = "已停止计时"


def shown_marks(marks: Sequence[str], round_no: int) -> list[str]:
    """Marks for a list: a red card speaks for the yellow one before it; a redo names its round."""
    hidden = {Mark.YELLOW.label} if Mark.RED.label in marks else set()
    return [mark for mark in marks if mark not in hidden] + (
        [f"第 {round_no} 轮"] if round_no > 1 else []
    )


def lamp_of(line: Line) -> dict[str, Any]:
    """Lamp, time left and due moment of the clock that presses; one that is not handling is named.

    Where no clock runs, the row has no lamp and says so.
    """
    if not line.lamp:
        return {"lamp": None, "due_text": None, "remaining": STOPPED}
    is_handling = line.clock in (None, Clock.HANDLE)
    due = day(line.due_at)
    return {
        "lamp": line.lamp,
        "due_text": due if is_handling or line.clock is None else f"{line.clock.label} {due}",
        "remaining": line.remaining,
    }


def ticket_rows(lines: Iterable[Line], endpoint: str) -> list[dict[str, Any]]:
    """Print each line for the macro ``worklist``; ``endpoint`` is the wing's own ticket page."""
    return [
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
            **lamp_of(line),
            "registered": day(line.registered_at),
        }
        for line in lines
    ]
