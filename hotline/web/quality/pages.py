"""The pages of dispatch quality, hung into the wings that may read them (派单质量)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.permissions import SEES_ALL_TICKETS
from hotline.queries import catalog_choices, quality, registry
from hotline.queries.quality import Judged, Part, Sender
from hotline.services import dispatching, notices
from hotline.web.access import now, staff
from hotline.web.looks import local
from hotline.web.quality import charts, drift, lines, rows, sheet
from hotline.web.quality.asking import CHOICES, Asked, asked
from hotline.web.quality.tabs import tabs

if TYPE_CHECKING:
    from datetime import datetime

    from apiflask import APIBlueprint

    from hotline.queries.quality import Counted, Line, ReturnsCounted, Tally

SHOWN = 20
"""Units on the page; the table for a spreadsheet has them all."""


def mount(wing: APIBlueprint, *, page: str | None = None) -> None:
    """Hang the pages into a wing; ``page``: the endpoint of its ticket page, if it has one."""

    def listing() -> str:
        """The tickets behind a figure."""
        return _tickets(page)

    wing.add_url_rule("/quality", "quality", _quality)
    wing.add_url_rule("/quality/tickets", "quality_tickets", listing)
    wing.add_url_rule("/quality/lines", "quality_lines", lines.page)
    wing.add_url_rule("/quality/drift", "quality_drift", drift.page)
    wing.add_url_rule("/quality.csv", "quality_csv", _csv)


def _quality() -> tuple[str, int]:
    at = now()
    wanted = asked(at)
    found = quality.counted(wanted.period, wanted.narrow, at=at)
    back = quality.returns(wanted.period, wanted.narrow)
    before = quality.totals(wanted.before, wanted.narrow, at=at)
    names, units = registry.category_names(), registry.unit_words()
    ways = rows.way_rows(wanted, quality.ways(wanted.period, wanted.narrow, at=at), names, units)
    page = render_template(
        "quality/page.html",
        **frame(wanted, at),
        **_answers(wanted, found, back, before),
        ways=ways,
        out=_handed_out(wanted),
        categories=rows.category_rows(wanted, found, back, names),
        units=rows.unit_rows(wanted, found, back, units),
        shown=SHOWN,
        course=charts.course_chart(found.course, found.span),
        span=found.span,
        level_words=_narrowed(wanted, names),
    )
    return page, 422 if wanted.errors else 200


def frame(wanted: Asked, at: datetime) -> dict[str, Any]:
    """What every page around the figures shows."""
    return {
        "asked": wanted,
        "args": wanted.args(),
        "values": request.args,
        "periods": CHOICES,
        "senders": [(each.value, each.label) for each in Sender],
        "category_options": list(registry.category_names(1).items()),
        "unit_options": catalog_choices.flat(catalog_choices.departments()),
        "window": quality.within_words(at),
        "settled": local(quality.settled_until(at)),
        "tabs": tabs(wanted),
    }


def _narrowed(wanted: Asked, names: dict[str, str]) -> list[dict[str, Any]]:
    """The way down to the category shown, each step a link back up."""
    code = wanted.category
    steps = [code[:digits] for digits in (2, 4, 6) if len(code) >= digits]
    return [
        {"label": names.get(step, step), "href": url_for(".quality", **wanted.args(category=step))}
        for step in steps
    ]


def _answers(wanted: Asked, found: Counted, back: ReturnsCounted, before: Tally) -> dict[str, Any]:
    """What a leader asks first: how good, better than before, machine or person, returns."""
    total = found.total
    sent, machine = total.count(), total.count(sender=Sender.MACHINE)
    return {
        "sent": sent,
        "sent_href": rows.drill(wanted, Part.SENT),
        "open": total.count(Judged.OPEN),
        "open_href": rows.drill(wanted, Part.OPEN),
        "left_out": total.count(Judged.LEFT_OUT),
        "left_out_href": rows.drill(wanted, Part.LEFT_OUT),
        "total": rows.figure(wanted, total) | rows.change(total.accuracy(), before.accuracy()),
        "before": rows.percent(before.accuracy()),
        "machine": rows.figure(wanted, total, Sender.MACHINE),
        "person": rows.figure(wanted, total, Sender.PERSON),
        "machine_share": rows.percent(machine / sent if sent else None),
        "returns": rows.returned(wanted, back.total),
        "mean": f"{rows.NATIONAL_MEAN:.0%}",
    }


def _handed_out(wanted: Asked) -> list[dict[str, Any]]:
    labels = notices.reasons()["transfer"]
    found = quality.handed_out(wanted.period, wanted.narrow)
    total = sum(count for _target, count in found)
    return [
        {
            "label": labels.get(target, {}).get("label", "其他"),
            "count": count,
            "percent": count * 100 / total,
            "href": rows.drill(wanted, Part.HANDED_OUT, target=target, unit=None, sender=None),
        }
        for target, count in found
    ]


def _tickets(page: str | None) -> str:
    at = now()
    wanted = asked(at)
    word, to = request.args.get("part", ""), request.args.get("dest", "")
    part = Part(word) if word in set(Part) else Part.SENT
    to_unit = dispatching.department_by_code(to)
    to_id = to_unit.id if to_unit else quality.NOWHERE if to == str(quality.NOWHERE) else None
    which = quality.Asked(part=part, to_id=to_id, target=request.args.get("target", ""))
    cursor = request.args.get("cursor")
    found, next_cursor = quality.tickets(wanted.period, wanted.narrow, which, at=at, cursor=cursor)
    kept = {name: request.args[name] for name in ("dest", "target") if name in request.args}
    names = registry.category_names()
    return render_template(
        "quality/tickets.html",
        **frame(wanted, at),
        part=part,
        from_to=f"{wanted.unit.short_name} → {to_unit.short_name}"
        if wanted.unit and to_unit
        else "",
        rows=[_line(line, page, names) for line in found],
        sees=staff().role in SEES_ALL_TICKETS,
        has_page=page is not None,
        next_cursor=next_cursor,
        here=url_for(".quality_tickets", **wanted.args(part=part.value, **kept)),
        parts=[
            {
                "href": url_for(".quality_tickets", **wanted.args(part=each.value)),
                "label": each.label,
                "active": each is part,
            }
            for each in Part
        ],
    )


def _line(line: Line, page: str | None, names: dict[str, str]) -> dict[str, Any]:
    """One ticket; who may see no ticket sees its number, and what was done with it."""
    sees = staff().role in SEES_ALL_TICKETS
    return {
        "href": url_for(page, ticket_no=line.ticket_no) if page and sees else "",
        "title": line.title if sees else "",
        "ticket_no": line.ticket_no,
        "category": names.get(line.category_code, rows.UNSORTED),
        "unit": line.unit,
        "to": line.to_unit,
        "stage": line.stage.label,
        "stage_code": line.stage.value,
        "sent": local(line.sent_at),
        "judged": line.said,
    }


def _csv() -> Response:
    """Every category and unit of the period, to be opened in a spreadsheet. Raises Invalid."""
    at = now()
    wanted = asked(at)
    if wanted.errors:
        raise Invalid(*next(iter(wanted.errors.items())))
    text = sheet.csv_text(
        wanted.period,
        quality.counted(wanted.period, wanted.narrow, at=at),
        quality.returns(wanted.period, wanted.narrow),
        quality.ways(wanted.period, wanted.narrow, at=at, most=1000),
    )
    name = f"dispatch-quality-{wanted.period.first:%Y%m%d}-{wanted.period.last:%Y%m%d}.csv"
    return Response(
        text,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
