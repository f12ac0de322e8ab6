"""Indicators with formula, exclusions, figures; by unit, by ticket, as CSV (考核指标)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Response, flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.queries import catalog_choices
from hotline.queries import indicators as queries
from hotline.queries.indicators import Exclusion, Part, Period
from hotline.services import dispatching
from hotline.services import indicators as service
from hotline.web.access import now, staff
from hotline.web.looks import local
from hotline.web.supervision import supervision
from hotline.web.supervision.indicator_rows import (
    csv_text,
    drill_rows,
    figure_row,
    unit_rows,
)

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.wrappers import Response as Redirect

    from hotline.models import Department


@dataclass(frozen=True, slots=True)
class _Asked:
    """The period and unit of the address, and what is wrong with it."""

    period: Period
    choice: str
    unit: Department | None
    errors: dict[str, str]

    @property
    def unit_id(self) -> int | None:
        """The unit to narrow to."""
        return self.unit.id if self.unit else None

    def args(self, **more: str | None) -> dict[str, Any]:
        """The same as arguments of an address."""
        said = {
            "period": self.choice,
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "unit": self.unit.code if self.unit else None,
            **more,
        }
        return {name: value for name, value in said.items() if value}


def _asked(at: datetime) -> _Asked:
    choice = request.args.get("period", "this")
    if any(_is_typed(name) for name in ("from", "to")):
        choice = "custom"
    unit = dispatching.department_by_code(request.args.get("unit"))
    try:
        period = _period(choice, at)
    except Invalid as error:
        return _Asked(queries.this_month(at), "this", unit, error.errors)
    return _Asked(period, choice, unit, {})


def _is_typed(name: str) -> bool:
    """Whether a date was changed on the page: then it is meant, whatever the select says."""
    shown = request.args.get(f"shown_{name}")
    return shown is not None and request.args.get(name, shown) != shown


def _period(choice: str, at: datetime) -> Period:
    if choice == "last":
        return queries.last_month(at)
    if choice != "custom":
        return queries.this_month(at)
    return Period.asked(_day("from", "开始"), _day("to", "结束"))


def _day(name: str, label: str) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        raise Invalid(name, f"请填写{label}日期，如 2026-03-01") from None


def _frame(asked: _Asked) -> dict[str, Any]:
    """What every page of the indicators shows around its figures."""
    before = asked.period.before()
    return {
        "asked": asked,
        "args": asked.args(),
        "period_text": f"{asked.period.first:%Y-%m-%d} 至 {asked.period.last:%Y-%m-%d}",
        "before_text": f"{before.first:%m-%d} 至 {before.last:%m-%d}",
        "unit_options": catalog_choices.flat(catalog_choices.departments()),
        "periods": [("this", "本月至今"), ("last", "上月"), ("custom", "自定起止")],
        "values": request.args,
    }


@supervision.get("/indicators")
def indicators() -> tuple[str, int]:
    """All indicators of a period, each beside the period before."""
    at = now()
    asked = _asked(at)
    found = queries.figures(asked.period, at=at, unit_id=asked.unit_id)
    before = queries.figures(asked.period.before(), at=at, unit_id=asked.unit_id)
    rows = [figure_row(one, other, asked.args()) for one, other in zip(found, before, strict=True)]
    page = render_template("supervision/indicators.html", **_frame(asked), rows=rows)
    return page, 422 if asked.errors else 200


@supervision.get("/indicators/<code>")
def indicator(code: str) -> str:
    """One indicator: its formula, what it leaves out, and the units beside each other."""
    return _indicator_page(code, {})


def _indicator_page(code: str, errors: dict[str, str]) -> str:
    at = now()
    asked, definition = _asked(at), queries.definition(code)
    found = queries.figure(definition, asked.period, at=at, unit_id=asked.unit_id)
    before = queries.figure(definition, asked.period.before(), at=at, unit_id=asked.unit_id)
    return render_template(
        "supervision/indicator.html",
        **_frame(asked),
        errors=errors,
        row=figure_row(found, before, asked.args()),
        definition=definition,
        changed=f"{found.kept.changed_by}，{local(found.kept.changed_at)}"
        if found.kept.changed_by
        else "",
        kept=[word.value for word in found.kept.exclusions],
        offers=[(word.value, word.label) for word in definition.offers],
        shipped="、".join(word.label for word in definition.exclusions) or "不剔除",
        units=unit_rows(found, before, asked.args()),
    )


@supervision.post("/indicators/<code>")
def leave_out(code: str) -> Redirect | tuple[str, int]:
    """Choose what an indicator leaves out; figures follow at once."""
    try:
        service.leave_out(code, request.form.getlist("exclusions"), staff(), at=now())
    except Invalid as error:
        return _indicator_page(code, error.errors), 422
    flash("剔除口径已更改，数字已按新口径重新计算", "success")
    return redirect(url_for(".indicator", code=code, **_asked(now()).args()), 303)


@supervision.get("/indicators/<code>/tickets")
def indicator_tickets(code: str) -> str:
    """The tickets behind a numerator, a denominator or an exclusion."""
    at = now()
    asked, definition = _asked(at), queries.definition(code)
    name, why = request.args.get("part", ""), request.args.get("why", "")
    part = Part(name) if name in set(Part) else Part.DENOMINATOR
    exclusion = Exclusion(why) if why in set(Exclusion) else None
    page = queries.tickets(
        definition,
        asked.period,
        part,
        at=at,
        unit_id=asked.unit_id,
        exclusion=exclusion,
        cursor=request.args.get("cursor"),
    )
    here = url_for(".indicator_tickets", code=code, **asked.args(part=part.value, why=why))
    return render_template(
        "supervision/indicator_tickets.html",
        **_frame(asked),
        definition=definition,
        part=part,
        exclusion=exclusion,
        rows=drill_rows(page.lines),
        next_cursor=page.next_cursor,
        here=here,
        tabs=[
            {
                "href": url_for(".indicator_tickets", code=code, **asked.args(part=each.value)),
                "label": each.label,
                "active": each is part,
            }
            for each in Part
        ],
    )


@supervision.get("/indicators.csv")
def indicators_csv() -> Response:
    """Every indicator of every unit, to be opened in a spreadsheet. Raises Invalid."""
    at = now()
    asked = _asked(at)
    if asked.errors:
        raise Invalid(*next(iter(asked.errors.items())))
    found = queries.figures(asked.period, at=at, unit_id=asked.unit_id)
    name = f"indicators-{asked.period.first:%Y%m%d}-{asked.period.last:%Y%m%d}.csv"
    return Response(
        csv_text(found, asked.period),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
