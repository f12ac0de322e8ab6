"""Office hours of the city and of units, with seasons (办公时间)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import render_template, request

import sla
from hotline.domain import rule_documents
from hotline.domain.errors import Invalid
from hotline.domain.rule_documents import SeasonHours, UnitHours
from hotline.domain.timing import RuleSubject
from hotline.queries import catalog_choices, rule_words
from hotline.web.admin import admin, drafting
from hotline.web.admin.drafting import NOTHING, Refused, Working

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.domain.rules import Document
    from hotline.web.admin.drafting import Answer

SEASONS = 3
"""Seasons a form offers: summer, winter and one more."""
_MONTH_DAY = re.compile(r"(\d{1,2})\s*(?:-|/|\.|月)\s*(\d{1,2})\s*日?", re.ASCII)


@admin.get("/hours")
def hours() -> str:
    """Show who works when, and the form that changes it."""
    return _page(drafting.working(RuleSubject.HOURS))


def _page(copy: Working, kept: Refused = NOTHING) -> str:
    known = rule_words.names()
    entries = rule_documents.hours_of(copy.document)
    picked = request.args.get("unit")
    chosen = next((entry for entry in entries if entry.unit == picked), None)
    rows = [_row(entry, known) for entry in entries]
    if not any(row["unit"] == "" for row in rows):
        rows.insert(0, _row(UnitHours(windows=sla.OfficeHours().windows), known, is_usual=True))
    return render_template(
        "admin/hours.html",
        **copy.context(),
        kept=kept,
        rows=rows,
        units=catalog_choices.flat(catalog_choices.departments()),
        picked=picked,
        given=_given(chosen),
        seasons=range(1, SEASONS + 1),
    )


def _row(entry: UnitHours, known: rule_words.Names, *, is_usual: bool = False) -> dict[str, Any]:
    return {
        "unit": entry.unit,
        "name": known.unit(entry.unit),
        "usual": rule_words.windows(entry.windows),
        "seasons": [
            f"{rule_words.month_day(s.first)}至{rule_words.month_day(s.last)}："
            f"{rule_words.windows(s.windows)}"
            for s in entry.seasons
        ],
        "source": "系统自带" if is_usual else entry.source,
        "is_usual": is_usual,
    }


def _given(entry: UnitHours | None) -> dict[str, str]:
    """The form as it stands for hours that are there."""
    if entry is None:
        return {"windows": sla.written_windows(sla.OfficeHours().windows)}
    given = {"windows": sla.written_windows(entry.windows), "source": entry.source}
    for number, season in enumerate(entry.seasons, start=1):
        given |= {
            f"first{number}": season.first,
            f"last{number}": season.last,
            f"windows{number}": sla.written_windows(season.windows),
        }
    return given


def _changed(form: str, change: Callable[[Document], Document]) -> Answer:
    copy = drafting.working(RuleSubject.HOURS)
    try:
        return drafting.keep(copy, change(copy.document))
    except Invalid as error:
        return _page(copy, drafting.refused(form, error)), 422


@admin.post("/hours")
def set_hours() -> Answer:
    """Set the hours of the city or of one unit over the year."""

    def with_these(document: Document) -> Document:
        wanted = UnitHours(
            unit=request.form.get("unit", ""),
            windows=_windows("windows", is_needed=True),
            seasons=tuple(season for n in range(1, SEASONS + 1) if (season := _season(n))),
            source=request.form.get("source", "").strip()[:200],
        )
        return rule_documents.with_hours(document, wanted)

    return _changed("hours", with_these)


def _windows(name: str, *, is_needed: bool) -> rule_documents.Windows:
    try:
        windows = sla.windows_of(request.form.get(name, ""))
    except sla.CalendarError as error:
        raise Invalid(name, str(error)) from None
    if is_needed and not windows:
        raise Invalid(name, "请填写办公时间，如 08:30-12:00 14:00-17:30")
    return windows


def _season(number: int) -> SeasonHours | None:
    """One season of the form; None when its line is empty."""
    names = (f"first{number}", f"last{number}", f"windows{number}")
    if not any(request.form.get(name, "").strip() for name in names):
        return None
    return SeasonHours(
        _month_day(names[0]), _month_day(names[1]), _windows(names[2], is_needed=True)
    )


def _month_day(name: str) -> str:
    found = _MONTH_DAY.fullmatch(request.form.get(name, "").strip())
    if found is None:
        raise Invalid(name, "请填写月日，如 5-1 或 5月1日")
    return f"{int(found[1]):02d}-{int(found[2]):02d}"


@admin.post("/hours/drop")
def drop_hours() -> Answer:
    """Let a unit keep the hours of the city again, or the city those of the system."""
    unit = request.form.get("unit", "")
    return _changed("drop", lambda document: rule_documents.without_hours(document, unit))
