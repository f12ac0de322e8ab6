"""The working calendar from and to files: read, looked at, then drafted (日历导入导出)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request

import sla
from hotline.domain import rule_documents
from hotline.domain.errors import Invalid
from hotline.domain.timing import RuleSubject
from hotline.queries import office, rule_words
from hotline.queries import rulebooks as shelf
from hotline.web.access import now
from hotline.web.admin import admin, calendar, drafting
from hotline.web.admin.pasting import content_of, download

if TYPE_CHECKING:
    from hotline.domain.rules import Document
    from hotline.web.admin.drafting import Answer, Working

SHOWN = 400
"""Days and refused lines shown of a file; the rest are counted."""


@admin.post("/calendar/file")
def read_calendar() -> Answer:
    """Read a file and show what it would change; nothing is drafted yet."""
    copy = drafting.working(RuleSubject.CALENDAR)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        error = Invalid("file", "请选择 iCal（.ics）或 CSV 文件")
        return calendar.page(copy, drafting.refused("file", error)), 422
    try:
        reading = sla.read_calendar(content_of(upload), name=upload.filename)
        _must_be_here(reading.entries)
    except sla.CalendarFileError as error:
        problems = list(error.problems)
        kept = drafting.refused("file", Invalid("file", f"文件没有采用：有 {len(problems)} 处问题"))
        return calendar.page(copy, kept, problems=problems[:SHOWN]), 422
    return calendar.page(copy, reading=_shown(copy, reading, upload.filename))


def _must_be_here(entries: tuple[sla.CalendarEntry, ...]) -> None:
    """Refuse days of areas that are none of this city's."""
    strange = [
        f"{entry.on}“{entry.name}”：本市没有区划 {entry.area}"
        for entry in entries
        if entry.area and not office.is_area(entry.area)
    ]
    if strange:
        raise sla.CalendarFileError(*strange)


def _shown(copy: Working, reading: sla.Reading, name: str) -> dict[str, Any]:
    known = rule_words.names()
    usual = shelf.rules_under(copy.draft).calendar()
    return {
        "name": name,
        "notes": reading.notes,
        "clashes": sla.clashes(reading.entries, usual),
        "rows": [
            {
                "on": str(entry.on),
                "area": known.area(entry.area),
                "words": rule_words.day(entry),
                "source": entry.source,
            }
            for entry in reading.entries[:SHOWN]
        ],
        "count": len(reading.entries),
        "table": sla.write_csv(reading.entries).decode("utf-8-sig"),
    }


@admin.post("/calendar/file/adopt")
def adopt_calendar() -> Answer:
    """Draft what the file said: beside the days that are there, or in their place."""

    def adopted(document: Document) -> Document:
        try:
            reading = sla.read_calendar(request.form.get("table", "").encode(), name="table.csv")
        except sla.CalendarFileError as error:
            raise Invalid("table", str(error)) from None
        if request.form.get("mode") == "replace":
            document = {**document, "days": []}
        return rule_documents.with_days(document, reading.entries)

    return calendar.changed("adopt", adopted)


@admin.get("/calendar/export")
def export_calendar() -> Response:
    """Hand out the days this office decided itself, as iCal or CSV."""
    copy = drafting.working(RuleSubject.CALENDAR)
    entries = rule_documents.entries_of(copy.document)
    if request.args.get("format") == "csv":
        return download(sla.write_csv(entries), "text/csv", "calendar.csv")
    return download(sla.write_ical(entries, stamp=now()), "text/calendar", "calendar.ics")
