"""The working calendar: a year at a glance, own days, confirmed years (工作日历)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import render_template, request

import sla
from hotline.domain import rule_documents
from hotline.domain.errors import Invalid
from hotline.domain.timing import RuleSubject
from hotline.queries import catalog_choices, rule_words
from hotline.queries import rulebooks as shelf
from hotline.web.admin import admin, drafting, year_view
from hotline.web.admin.drafting import NOTHING, Refused, Working

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.domain.rules import Document
    from hotline.web.admin.drafting import Answer

MOST_DAYS = 62
"""Days entered by one form; more come in by a file."""
FILE_KINDS = [("ical", "iCal 日历"), ("csv", "CSV 表格")]


@admin.get("/calendar")
def calendar() -> str:
    """Show a year of the city or an area, the days decided otherwise, and what can be done."""
    return page(drafting.working(RuleSubject.CALENDAR))


def page(copy: Working, kept: Refused = NOTHING, **more: Any) -> str:  # noqa: ANN401 - context
    """The page, with what was refused if anything was."""
    area = request.values.get("area", "").strip()
    rules = shelf.rules_under(copy.draft)
    counted = rules.calendar(area)
    today, known = drafting.now_on(), rule_words.names()
    years = range(counted.first_day.year, counted.last_day.year + 1)
    year = _year(request.values.get("year", ""), years, today.year)
    entries = rule_documents.entries_of(copy.document)
    own = {e.on for e in entries if area.startswith(e.area)}
    return render_template(
        "admin/calendar.html",
        **copy.context(),
        kept=kept,
        year=year,
        year_options=[(number, f"{number} 年") for number in years],
        area=area,
        area_name=known.area(area),
        areas=catalog_choices.flat(catalog_choices.areas(whole="全区"))[1:],
        months=year_view.year_of(counted, year, own=own, today=today),
        is_provisional=counted.is_provisional(date(year, 12, 31)),
        is_confirmed=year in copy.document.get("confirmed_years", []),
        published=sla.LAST_PUBLISHED_YEAR,
        own=[_own(entry, known) for entry in reversed(entries)],
        picked_on=request.args.get("on", ""),
        file_kinds=FILE_KINDS,
        **more,
    )


def _year(text: str, years: range, this: int) -> int:
    given = int(text) if text.isascii() and text.isdigit() and len(text) <= len("9999") else this
    return min(max(given, years[0]), years[-1])


def _own(entry: sla.CalendarEntry, known: rule_words.Names) -> dict[str, Any]:
    return {
        "key": f"{entry.on}|{entry.area}",
        "on": f"{entry.on} 周{year_view.WEEKDAYS[entry.on.weekday()]}",
        "area": known.area(entry.area),
        "is_workday": entry.is_workday,
        "name": entry.name,
        "hours": rule_words.windows(entry.windows),
        "source": entry.source,
    }


def changed(form: str, change: Callable[[Document], Document]) -> Answer:
    """Draft the calendar with a change; whatever cannot be is told above the form."""
    copy = drafting.working(RuleSubject.CALENDAR)
    try:
        return drafting.keep(copy, change(copy.document))
    except Invalid as error:
        return page(copy, drafting.refused(form, error)), 422


@admin.post("/calendar/days")
def set_days() -> Answer:
    """Add one or several days, or say something else of days that are there."""
    return changed("days", lambda document: rule_documents.with_days(document, _given_days()))


def _given_days() -> list[sla.CalendarEntry]:
    form = request.form
    first = drafting.read_day("first", form.get("first", ""), "开始日期")
    last = drafting.read_day("last", form["last"], "结束日期") if form.get("last") else first
    if last < first:
        raise Invalid("last", f"结束日期 {last} 早于开始日期 {first}")
    count = (last - first).days + 1
    if count > MOST_DAYS:
        raise Invalid("last", f"一次最多 {MOST_DAYS} 天，现为 {count} 天；更多请导入文件")
    if form.get("state") not in ("work", "rest"):
        raise Invalid("state", "请选择上班或休息")
    return [_given_day(first + timedelta(days=number)) for number in range(count)]


def _given_day(on: date) -> sla.CalendarEntry:
    form = request.form
    try:
        windows = sla.windows_of(form.get("hours", ""))
    except sla.CalendarError as error:
        raise Invalid("hours", str(error)) from None
    try:
        return sla.CalendarEntry(
            on=on,
            is_workday=form["state"] == "work",
            name=form.get("name", "").strip(),
            area=form.get("area", ""),
            source=form.get("source", "").strip(),
            windows=windows,
        )
    except sla.CalendarError as error:
        text = str(error)
        name = next((field for word, field in _FIELDS if word in text), "first")
        raise Invalid(name, text) from None


_FIELDS = (("名称", "name"), ("依据", "source"), ("区划", "area"), ("办公时间", "hours"))


@admin.post("/calendar/days/drop")
def drop_days() -> Answer:
    """Let the picked days be what the state says they are."""

    def without(document: Document) -> Document:
        keys = {key.partition("|")[::2] for key in request.form.getlist("day")}
        if not keys:
            raise Invalid("day", "请勾选要删除的日子")
        return rule_documents.without_days(document, keys)

    return changed("drop", without)


@admin.post("/calendar/years")
def confirm_year() -> Answer:
    """确认某年安排已公布: deadlines of that year are no longer provisional; or take it back."""

    def confirmed(document: Document) -> Document:
        given = request.form.get("year", "")
        if not (given.isascii() and given.isdigit() and len(given) == len("2027")):
            raise Invalid("year", "请选择年份")
        is_confirmed = request.form.get("is_confirmed") == "yes"
        return rule_documents.with_year(document, int(given), is_confirmed=is_confirmed)

    return changed("year", confirmed)
