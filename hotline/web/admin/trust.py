"""Trust lines: proposed from the reject curve, adopted by one click, or set by hand (信任线)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid, NotFound
from hotline.queries import registry, trusting
from hotline.services import trust as trust_service
from hotline.web.access import house, now, staff
from hotline.web.admin import admin
from hotline.web.quality import charts
from hotline.web.quality.line_rows import (
    DEFAULT_LABEL,
    change_row,
    consequence,
    line_row,
    tried_row,
    what_if,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    Answer = Response | str | tuple[str, int]

DEFAULT = "default"
"""How the default line is called in an address, whose own code is empty."""
DAYS = ("7", "30", "90")


@admin.get("/trust")
def trust() -> Answer:
    """Show every line beside what the reject curve proposes for the wished error."""
    return _trust_page(request.args.get("wish", ""), {})


def _trust_page(wish: str, errors: dict[str, str]) -> tuple[str, int]:
    wished, found_errors = _wish(wish)
    errors = {**found_errors, **errors}
    names = {trust_service.DEFAULT_CODE: DEFAULT_LABEL, **registry.category_names(1)}
    known = trust_service.basis(house().shelf, at=now())
    found = trust_service.proposals(known, list(names), wished)
    page = render_template(
        "admin/trust.html",
        rows=[line_row(each, names[each.category_code]) for each in found],
        wish=f"{wished * 100:g}",
        errors=errors,
        model_id=known.model_id,
        decided=found[0].decided,
        enough=trust_service.enough(wished),
        days=trust_service.LOOKED_BACK.days,
        changes=[change_row(each, names) for each in trusting.changes(most=10)],
        lowest=f"{trust_service.LOWEST:.0%}",
    )
    return page, 422 if errors else 200


def _wish(text: str) -> tuple[float, dict[str, str]]:
    """Read a wished error in per cent; what cannot be is named and the usual one taken."""
    if not text:
        return trust_service.WISHED, {}
    try:
        share = _share(text, "wish")
        trust_service.must_be_wish(share)
    except Invalid as error:
        return trust_service.WISHED, dict(error.errors)
    return share, {}


@admin.get("/trust/<code>")
def trust_line(code: str) -> Answer:
    """Show one line: its curve, what other lines would have done, and its history."""
    return _line_page(code, {}, {})


def _line_page(code: str, values: dict[str, str], errors: dict[str, str]) -> tuple[str, int]:
    names = {DEFAULT: DEFAULT_LABEL, **registry.category_names(1)}
    if code not in names:
        raise NotFound("没有这个一级分类")
    at, own_code = now(), _own_code(code)
    wished, more = _wish(request.args.get("wish", ""))
    errors = {**more, **errors}
    known = trust_service.basis(house().shelf, at=at)
    [found] = trust_service.proposals(known, [own_code], wished)
    days = request.args.get("days", "30")
    days = days if days in DAYS else "30"
    tried, tried_errors = _tried(found)
    errors = {**errors, **tried_errors}
    page = render_template(
        "admin/trust_line.html",
        code=code,
        label=names[code],
        row=line_row(found, names[code]),
        chart=charts.reject_chart(found.curve, wished, found.current, found.chosen),
        wish=f"{wished * 100:g}",
        what_if=what_if(known.rows, found, at, int(days)),
        days=days,
        choices=[(each, f"最近 {each} 天") for each in DAYS],
        tried=tried,
        values={**request.args.to_dict(), **values},
        errors=errors,
        at_current=consequence(found.curve, found.current),
        enough=trust_service.enough(wished),
        model_id=known.model_id,
        changes=[change_row(each, names) for each in trusting.changes(own_code)],
        lowest=f"{trust_service.LOWEST:.0%}",
        looked_back=trust_service.LOOKED_BACK.days,
    )
    return page, 422 if errors else 200


def _tried(found: trust_service.Proposal) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """What a line typed on the page would do, before it is set."""
    text = request.args.get("try", "")
    if not text:
        return None, {}
    try:
        share = _share(text, "percent")
        trust_service.must_be_line(share)
    except Invalid as error:
        return None, dict(error.errors)
    return tried_row(found, share), {}


def _own_code(code: str) -> str:
    return trust_service.DEFAULT_CODE if code == DEFAULT else code or "?"


@admin.post("/trust")
def set_trust() -> Answer:
    """Set one line by hand; it holds from the next ticket on."""
    code, percent = request.form.get("category_code", ""), request.form.get("percent", "")
    try:
        share = _share(percent, "percent")
        trust_service.set_line(
            _own_code(code),
            share,
            staff(),
            at=now(),
            reason=request.form.get("reason", ""),
            shelf=house().shelf,
        )
    except Invalid as error:
        known = {DEFAULT, *registry.category_names(1)}
        if code in known:
            return _line_page(code, request.form.to_dict(), error.errors)
        return _trust_page("", error.errors)
    flash(f"信任线已改为 {share:.1%}，从下一张工单起生效".replace(".0%", "%"), "success")
    return redirect(url_for(".trust_line", code=code), 303)


@admin.post("/trust/adopt")
def adopt_trust() -> Answer:
    """Take the proposal as it was shown."""
    code, wish = request.form.get("category_code", ""), request.form.get("wish", "")
    try:
        found = trust_service.adopt(
            _own_code(code),
            _share(wish, "wish"),
            staff(),
            shelf=house().shelf,
            at=now(),
            shown=_share(request.form.get("shown", ""), "wish"),
        )
    except Invalid as error:
        return _trust_page(wish, error.errors)
    flash(f"已采用建议：信任线 {found.line:.0%}，从下一张工单起生效", "success")
    return redirect(url_for(".trust", wish=wish), 303)


def _share(percent: str, field: str) -> float:
    try:
        return round(float(percent) / 100, 4)
    except ValueError as error:
        raise Invalid(field, "请填写百分数，如 75") from error


@admin.post("/trust/drop")
def drop_trust() -> Response:
    """Let a category follow the default again."""
    trust_service.drop_line(request.form.get("category_code", ""), staff(), at=now())
    flash("已恢复为默认线", "success")
    return redirect(url_for(".trust"), 303)
