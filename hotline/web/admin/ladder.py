"""The escalation ladder: a picture of each clock's steps, forms, TOML (升级阶梯)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request

import sla
from hotline.domain.errors import Invalid
from hotline.domain.rules import read_ladder
from hotline.domain.timing import RuleSubject
from hotline.queries import rule_words
from hotline.services import notices
from hotline.web.admin import admin, drafting, ladder_forms
from hotline.web.admin.drafting import NOTHING, Refused, Working
from hotline.web.admin.pasting import download, pasted

if TYPE_CHECKING:
    from hotline.domain.rules import Document
    from hotline.web.admin.drafting import Answer

TONES = {"urged": "amber", "yellow": "amber", "red": "red", "reminded": "red"}
TONES |= {"circulated": "red", "supervised": "red", "raised": "purple"}
ORDER = list(sla.Anchor)
BEFORE, AT, AFTER = "到期之前", "到期", "到期之后"
_PLACE = re.compile(r".*?:(?P<line>\d+):(?P<column>\d+) (?:(?P<where>[^：]+)：)?(?P<message>.+)")


@admin.get("/ladder")
def ladder() -> str:
    """Show the steps of one clock as a line of time, and the triggers."""
    return _page(drafting.working(RuleSubject.LADDER))


def _page(copy: Working, kept: Refused = NOTHING, **more: Any) -> str:  # noqa: ANN401 - context
    shown = read_ladder(copy.document)
    clock = request.values.get("clock", "")
    clock = clock if clock in set(sla.Clock) else sla.Clock.HANDLE.value
    steps = [step for step in shown.steps if clock in step.clocks]
    return render_template(
        "admin/ladder.html",
        **copy.context(),
        kept=kept,
        ladder=shown,
        clock=clock,
        clock_label=sla.CLOCK_LABELS[sla.Clock(clock)],
        clock_tabs=[
            (each.value, label, sum(each.value in step.clocks for step in shown.steps))
            for each, label in sla.CLOCK_LABELS.items()
        ],
        steps=[_step(step) for step in sorted(steps, key=_moment)],
        triggers=[_trigger(trigger) for trigger in shown.triggers],
        **more,
    )


def _moment(step: sla.Step) -> tuple[int, int]:
    """Where a step stands on the line: percentages, days before, due, days after."""
    amount = -step.at.amount if step.at.anchor is sla.Anchor.BEFORE else step.at.amount
    return ORDER.index(step.at.anchor), amount


def _step(step: sla.Step) -> dict[str, Any]:
    at_due = step.at.anchor is sla.Anchor.DUE
    return {
        **_rung(step),
        "kind": "step",
        "when": rule_words.when(step.at),
        "or_when": rule_words.when(step.or_at) if step.or_at else "",
        "short": _short(step.at),
        "zone": AFTER if step.at.is_past_due else AT if at_due else BEFORE,
        "conditions": rule_words.steps_before(step),
    }


def _short(offset: sla.Offset) -> str:
    """What stands on the line itself: 50%, −1 日, +5 日."""
    match offset.anchor:
        case sla.Anchor.PERCENT:
            return f"{offset.amount}%"
        case sla.Anchor.BEFORE:
            return f"−{offset.amount} 日"
        case sla.Anchor.DUE:
            return "到期"
        case sla.Anchor.AFTER:
            return "逾期"
        case sla.Anchor.NEXT_DAY:
            return "次日"
        case _:
            return f"+{offset.amount} 日"


def _trigger(trigger: sla.Trigger) -> dict[str, Any]:
    return {**_rung(trigger), "kind": "trigger", "when": rule_words.occasion_of(trigger)}


def _rung(rung: sla.Step | sla.Trigger) -> dict[str, Any]:
    return {
        "id": rung.id,
        "label": rung.label,
        "deeds": rule_words.deeds_of(rung),
        "template": rung.template,
        "text": notices.texts().get(rung.template, ""),
        "source": rung.source,
        "tone": TONES.get(rung.mark, "blue"),
    }


@admin.get("/ladder/rung")
def ladder_rung() -> str:
    """The form of a step or a trigger; without an id that of a new one."""
    return _rung_page(drafting.working(RuleSubject.LADDER))


def _rung_page(copy: Working, kept: Refused = NOTHING) -> str:
    kind, was = _kind(), request.values.get("was", "")
    rungs: list[Document] = copy.document.get(kind, [])
    table = next((rung for rung in rungs if rung["id"] == was), {})
    return render_template(
        "admin/ladder_rung.html",
        **copy.context(),
        kept=kept,
        kind=kind,
        was=was if table else "",
        given=ladder_forms.given_of(table, clock=request.args.get("clock", "")),
        **ladder_forms.choices(),
    )


def _kind() -> str:
    return "trigger" if request.values.get("kind") == "trigger" else "step"


@admin.post("/ladder/rung")
def set_rung() -> Answer:
    """Put one step or trigger in its place, or add it."""
    copy = drafting.working(RuleSubject.LADDER)
    kind, was = _kind(), request.form.get("was", "")
    try:
        table = ladder_forms.rung_table(kind)
        rungs = [table if rung["id"] == was else rung for rung in copy.document.get(kind, [])]
        if table not in rungs:
            rungs.append(table)
        return drafting.keep(copy, {**copy.document, kind: rungs})
    except Invalid as error:
        return _rung_page(copy, drafting.refused("rung", error)), 422


@admin.post("/ladder/rung/drop")
def drop_rung() -> Answer:
    """Take one step or trigger out; every late ticket must keep a red card."""
    copy = drafting.working(RuleSubject.LADDER)
    kind, was = _kind(), request.form.get("was", "")
    kept = [rung for rung in copy.document.get(kind, []) if rung["id"] != was]
    try:
        return drafting.keep(copy, {**copy.document, kind: kept})
    except Invalid as error:
        return _page(copy, drafting.refused("drop", error)), 422


@admin.post("/ladder/toml")
def paste_ladder() -> Answer:
    """Take a whole ladder as TOML; each mistake is shown with its line and column."""
    copy = drafting.working(RuleSubject.LADDER)
    try:
        text, origin = pasted()
        made = sla.parse_ladder(text, origin=origin, templates=notices.texts())
        return drafting.keep(copy, sla.ladder_document(made))
    except sla.LadderError as error:
        kept = drafting.refused(
            "toml", Invalid("text", f"有 {len(error.problems)} 处错误，没有采用")
        )
        placed = [_placed(words) for words in error.problems]
        return _page(copy, kept, problems=placed, toml=text), 422
    except Invalid as error:
        return _page(copy, drafting.refused("toml", error)), 422


def _placed(problem: str) -> dict[str, str] | str:
    """A complaint with its line, column and place apart, as the page shows those of a policy."""
    found = _PLACE.fullmatch(problem)
    return found.groupdict(default="") if found else problem


@admin.get("/ladder/export")
def export_ladder() -> Response:
    """Hand out the working copy as TOML."""
    shown = read_ladder(drafting.working(RuleSubject.LADDER).document)
    return download(sla.ladder_toml(shown), "application/toml", "ladder.toml")
