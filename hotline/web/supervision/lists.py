"""The supervisor's lists: filtered, ticked, and acted on together (督办清单)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from flask import render_template, request, url_for

from hotline.domain.terms import Clock, Mark, Term
from hotline.queries import catalog_choices
from hotline.queries import supervision as watch
from hotline.queries.supervision import WATCHED, Lamp, LateCause, Scope
from hotline.web.access import now
from hotline.web.lines import shown_marks
from hotline.web.looks import day
from hotline.web.supervision import supervision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.queries.supervision import WatchLine

_Word = TypeVar("_Word", bound=Term)
EMPTY = {
    Lamp.OVERDUE: ("没有超期的工单", "时限已过而没有完成的工单会出现在这里。"),
    Lamp.SOON: ("没有将到期的工单", "离到期不足一个工作日（黄牌）的工单会出现在这里。"),
    Lamp.TODAY: ("今天没有到期的工单", "今天下班前须完成的工单会出现在这里。"),
    Lamp.PAUSED: ("没有暂停计时的工单", "挂账、退回补充期间的工单会出现在这里，不计超期。"),
    Lamp.SUPERVISED: ("没有督办中的工单", "下达督办的工单会留在这里，直到答复。"),
    Lamp.OPEN: ("没有在办的工单", "正在计时的工单会出现在这里，先到期的在前。"),
}
MARKS = (
    Mark.URGED,
    Mark.YELLOW,
    Mark.RED,
    Mark.SUPERVISED,
    Mark.RAISED,
    Mark.ORDERED,
    Mark.REMINDED,
    Mark.CIRCULATED,
    Mark.ADJUDICATING,
    Mark.REPEAT,
    Mark.RELEASED,
    Mark.CROWD,
    Mark.THREAT,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was refused: what was typed and what is wrong with it."""

    deed: str = ""
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    picked: tuple[str, ...] = ()


def rows_of(lines: Sequence[WatchLine]) -> list[dict[str, Any]]:
    """Print lines for a list; the old due moment stays visible beside an extended one."""
    return [
        {
            "href": url_for(".ticket", ticket_no=line.ticket_no),
            "id": str(line.ticket_id),
            "title": line.title,
            "note": " · ".join(part for part in (line.category, line.area) if part),
            "urgency": line.urgency.value,
            "marks": shown_marks(line.marks, line.round),
            "ticket_no": line.ticket_no,
            "stage": line.stage.label,
            "stage_code": line.stage.value,
            "unit": line.unit,
            "person": line.person,
            "cause": line.cause.label,
            "lamp": line.lamp,
            "due_text": day(line.due_at) + _before(line),
            "remaining": line.remaining,
        }
        for line in lines
    ]


def _before(line: WatchLine) -> str:
    return f"（原 {day(line.first_due_at)}）" if line.first_due_at else ""


@supervision.get("/tickets")
def listing() -> str:
    """List the clocks behind a figure, with acts on many at once."""
    return list_page(Draft())


def asked_scope() -> Scope:
    """Read the filters from the address; what is unknown does not filter."""
    return Scope(
        lamp=_picked(Lamp, "lamp") or Lamp.OVERDUE,
        clock=_picked(Clock, "clock") or Clock.HANDLE,
        unit_code=request.args.get("unit") or None,
        person=request.args.get("person") or None,
        cause=_picked(LateCause, "cause"),
        category_code=request.args.get("category") or None,
        mark=_picked(Mark, "mark"),
        on=_picked_day(request.args.get("on", "")),
    )


def _picked(words: type[_Word], name: str) -> _Word | None:
    value = request.args.get(name, "")
    return words(value) if value in set(words) else None


def _picked_day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(2000, 1, 1) < found < date(9999, 1, 1) else None


def scope_args(scope: Scope) -> dict[str, str]:
    """Write a scope as the arguments of an address."""
    said = {
        "lamp": scope.lamp.value,
        "clock": scope.clock.value if scope.clock is not Clock.HANDLE else None,
        "unit": scope.unit_code,
        "person": scope.person,
        "cause": scope.cause.value if scope.cause else None,
        "category": scope.category_code,
        "mark": scope.mark.value if scope.mark else None,
        "on": scope.on.isoformat() if scope.on else None,
    }
    return {name: value for name, value in said.items() if value}


def scope_url(endpoint: str, scope: Scope, **more: str) -> str:
    """Write a scope into an address."""
    return f"{url_for(endpoint)}?{urlencode({**scope_args(scope), **more})}"


def list_page(draft: Draft) -> str:
    """Print the list; a refused bulk form comes back with its words and ticks."""
    scope, cursor = asked_scope(), request.args.get("cursor")
    page = watch.page(scope, at=now(), cursor=cursor)
    if request.args.get("pick") == "all":
        draft = replace(draft, picked=tuple(str(line.ticket_id) for line in page.lines))
    here = scope_url(".listing", scope)
    again = scope_url(".listing", scope, **({"cursor": cursor} if cursor else {}))
    return render_template(
        "supervision/list.html",
        draft=draft,
        pick_url=f"{again}&pick=all",
        rows=rows_of(page.lines),
        next_cursor=page.next_cursor,
        is_partial=page.is_partial,
        here=here,
        again=again,
        tabs=_tabs(scope),
        scope=scope,
        scope_words=_scope_words(scope),
        plain_url=scope_url(".listing", Scope(lamp=scope.lamp)),
        empty_words=EMPTY[scope.lamp],
        act_url=scope_url(".foresee", scope),
        **_choices(),
    )


def _tabs(scope: Scope) -> list[dict[str, Any]]:
    return [
        {
            "href": scope_url(".listing", replace(scope, lamp=each)),
            "label": each.label,
            "active": each is scope.lamp,
        }
        for each in Lamp
    ]


def _scope_words(scope: Scope) -> str:
    unit, category = watch.names(scope)
    said = [
        unit,
        scope.person,
        scope.cause.label if scope.cause else None,
        category,
        scope.mark.label if scope.mark else None,
        f"{scope.on:%m月%d日}到期" if scope.on else None,
        f"{scope.clock.label}时限" if scope.clock is not Clock.HANDLE else None,
    ]
    return " · ".join(part for part in said if part)


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What the filters offer."""
    groups = catalog_choices.categories()
    return {
        "unit_options": catalog_choices.flat(catalog_choices.departments()),
        "cause_options": [(word.value, word.label) for word in LateCause],
        "category_options": [(group.options[0][0], group.label) for group in groups],
        "mark_options": [(mark.value, mark.label) for mark in MARKS],
        "clock_options": [(clock.value, clock.label) for clock in WATCHED],
    }
