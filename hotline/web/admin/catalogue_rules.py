"""The form of one dispatch rule: add, change, end (派单规则)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import render_template, request

import routing
from hotline.domain.errors import Invalid
from hotline.queries import editions
from hotline.services import cataloguing
from hotline.services.cataloguing import RuleForm
from hotline.web.access import now, staff
from hotline.web.admin import admin, catalogue_drafts
from hotline.web.admin.catalogue_words import Names, choices
from hotline.web.admin.drafting import NOTHING, now_on, read_day, refused
from hotline.web.looks import local

if TYPE_CHECKING:
    from datetime import date

    from hotline.queries.catalogue_reading import Row
    from hotline.web.admin.drafting import Answer, Refused

_SPLIT = re.compile(r"[、,，;；|\s]+")
_EMPTY: dict[str, Any] = dict.fromkeys(
    ("id", "category", "area", "kind", "urgency", "lead", "legal_basis", "note"), ""
)


@admin.get("/catalogue/rule")
def route_rule() -> str:
    """The form of one rule; without an id that of a new one."""
    return _rule_page(NOTHING)


def _rule_page(kept: Refused) -> str:
    context, names = catalogue_drafts.context(), Names()
    was = request.values.get("was", "")
    row = editions.rule(was, context["draft"]) if was else None
    today = now_on().isoformat()
    return render_template(
        "admin/catalogue_rule.html",
        **context,
        **choices(names),
        kept=kept,
        was=was,
        given=_given(row, today),
        is_over=bool(row and row["effective_to"] and row["effective_to"] < today),
        is_held=bool(row and row["effective_from"] <= today),
        past=[_edition_line(each) for each in editions.history(was)] if was else [],
        today=today,
    )


def _given(row: Row | None, today: str) -> dict[str, Any]:
    if row is None:
        empty = {"words": "", "helpers": [], "effective_from": today, "effective_to": ""}
        return {**_EMPTY, **empty, **_times_given("")}
    kept = {name: value if value is not None else "" for name, value in row.items()}
    return {**kept, "words": "、".join(row["words"]), **_times_given(row["times"])}


def _times_given(text: str) -> dict[str, str]:
    """The times of a rule in the fields of the form."""
    times = routing.read_times(text)
    season = times.season or ("", "")
    hours = [hour.strftime("%H:%M") for hour in times.hours] if times.hours else ["", ""]
    return {
        "season_from": season[0],
        "season_to": season[1],
        "hours_from": hours[0],
        "hours_to": hours[1],
        "days": times.days,
    }


def _edition_line(row: Any) -> dict[str, Any]:  # noqa: ANN401 - doors know no tables
    return {
        "id": row.id,
        "version": row.version,
        "reason": row.reason,
        "by": row.published_by,
        "at": local(row.published_at),
    }


@admin.post("/catalogue/rule")
def set_route_rule() -> Answer:
    """Add a rule to a draft, or change one in it."""
    try:
        edition_id = cataloguing.put_rule(
            _form(),
            staff(),
            reason=request.form.get("reason", ""),
            at=now(),
            was=request.form.get("was") or None,
            draft_id=catalogue_drafts.draft_id(),
        )
    except Invalid as error:
        return _rule_page(refused("rule", error)), 422
    return catalogue_drafts.tried(edition_id)


def _form() -> RuleForm:
    form = request.form
    return RuleForm(
        **{
            name: form.get(name, "")
            for name in ("category", "area", "kind", "urgency", "lead", "legal_basis", "note")
        },
        words=_SPLIT.split(form.get("words", "").strip()),
        season=(form.get("season_from", ""), form.get("season_to", "")),
        hours=(form.get("hours_from", ""), form.get("hours_to", "")),
        days=form.get("days", ""),
        helpers=form.getlist("helpers"),
        effective_from=_day("effective_from", "生效日期"),
        effective_to=_day("effective_to", "失效日期"),
    )


def _day(name: str, words: str) -> date | None:
    given = request.form.get(name, "").strip()
    return read_day(name, given, words) if given else None


@admin.post("/catalogue/rule/end")
def end_route_rule() -> Answer:
    """结束: the rule holds to its last day and stays in the book."""
    try:
        last_day = read_day("last_day", request.form.get("last_day", ""), "最后生效日")
        edition_id = cataloguing.end_rule(
            request.form.get("was", ""),
            last_day,
            staff(),
            reason=request.form.get("reason", ""),
            at=now(),
            draft_id=catalogue_drafts.draft_id(),
        )
    except Invalid as error:
        return _rule_page(refused("end", error)), 422
    return catalogue_drafts.tried(edition_id)
