"""What the trust lines do, and what others would have done, for all who read the pages (试算)."""

from __future__ import annotations

from flask import render_template, request

from hotline.queries import registry
from hotline.services import trust
from hotline.web.access import house, now
from hotline.web.quality import charts
from hotline.web.quality.asking import SPANS, asked
from hotline.web.quality.line_rows import DEFAULT_LABEL, line_row, what_if
from hotline.web.quality.tabs import tabs

USUAL = "30"


def page() -> tuple[str, int]:
    """Show one line's curve and the table of other lines; nothing can be changed here."""
    at, wanted = now(), asked(now())
    names = {trust.DEFAULT_CODE: DEFAULT_LABEL, **registry.category_names(1)}
    code = wanted.category[:2]
    days = request.args.get("period", USUAL)
    days = days if days in SPANS else USUAL
    known = trust.basis(house().shelf, at=at)
    every = trust.proposals(known, list(names), trust.WISHED)
    found = next(each for each in every if each.category_code == code)
    text = render_template(
        "quality/lines.html",
        asked=wanted,
        row=line_row(found, names[code]),
        rows=[line_row(each, names[each.category_code]) for each in every],
        chart=charts.reject_chart(found.curve, trust.WISHED, found.current, found.chosen),
        wish=f"{trust.WISHED * 100:g}",
        what_if=what_if(known.rows, found, at, int(days)),
        days=days,
        choices=[(each, f"最近 {each} 天") for each in SPANS],
        category=code,
        category_options=list(registry.category_names(1).items()),
        label=names[code],
        model_id=known.model_id,
        tabs=tabs(wanted),
    )
    return text, 422 if wanted.errors else 200
