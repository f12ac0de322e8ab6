"""Figures of indicators as people read them: shares, differences, bars, CSV (指标数字)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from flask import url_for

from hotline.queries.indicators import Definition, Part, Worth, by_unit
from hotline.queries.indicators.counting import value_of
from hotline.web.looks import local

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hotline.queries.indicators import DrillLine, Figure, Period, UnitFigure

_NOTHING = "—"
_SAME = 0.0005
HEAD = ("指标", "单位编码", "单位", "数值", "单位（数值）", "分子", "分母", "剔除", "统计期")
BOM = "\ufeff"
"""Spreadsheets that guess the encoding of a CSV guess right with it."""


def worded(definition: Definition, value: float | None) -> str:
    """98.5%, 3.2 小时, or 5 件."""
    if value is None:
        return _NOTHING
    match definition.kind:
        case Worth.RATE:
            return f"{value:.1%}"
        case Worth.AVERAGE:
            return f"{value:.1f} 小时"
        case _:
            return f"{value:.0f} 件"


def _change(definition: Definition, value: float | None, before: float | None) -> dict[str, str]:
    """How a value differs from the one before; green where it became better."""
    if value is None or before is None or definition.kind is Worth.COUNT:
        return {"change": "", "tone": ""}  # a count is of this moment, whatever the period
    by = value - before
    if abs(by) < _SAME:
        return {"change": "持平", "tone": ""}
    is_better = (by > 0) is (definition.better == "high")
    tone = "" if definition.better == "none" else "green" if is_better else "red"
    arrow = "升" if by > 0 else "降"
    is_rate = definition.kind is Worth.RATE
    words = f"{abs(by) * 100:.1f} 个百分点" if is_rate else f"{abs(by):.1f} 小时"
    return {"change": f"{arrow} {words}", "tone": tone}


def _drill(code: str, args: dict[str, Any], part: Part, **more: str) -> str:
    return url_for(".indicator_tickets", code=code, **{**args, "part": part.value, **more})


def figure_row(found: Figure, before: Figure, args: dict[str, Any]) -> dict[str, Any]:
    """One indicator for a list: value, formula in figures, what was left out, the change."""
    definition = found.definition
    code = definition.code
    return {
        "code": code,
        "name": definition.name,
        "value": worded(definition, found.value),
        "width": _width(definition, found.value),
        "bar_tone": "red" if definition.better == "low" else "green",
        "numerator": _top(definition, found),
        "denominator": found.denominator if definition.kind is not Worth.COUNT else None,
        "definition": definition,
        "excluded": [
            {
                "label": word.label,
                "count": found.excluded.get(word, 0),
                "href": _drill(code, args, Part.EXCLUDED, why=word.value),
            }
            for word in found.kept.exclusions
        ],
        "left_out": sum(found.excluded.values()),
        "href": url_for(".indicator", code=code, **args),
        "numerator_href": _drill(code, args, Part.NUMERATOR),
        "denominator_href": _drill(code, args, Part.DENOMINATOR),
        "missed_href": _drill(code, args, Part.MISSED),
        "is_rate": definition.kind is Worth.RATE,
        **_change(definition, found.value, before.value),
        "before": _NOTHING if definition.kind is Worth.COUNT else worded(definition, before.value),
    }


def _top(definition: Definition, found: Figure | UnitFigure) -> str:
    if definition.kind is Worth.AVERAGE:
        return f"{found.hours:.1f} 小时"
    return str(found.numerator)


def _width(definition: Definition, value: float | None) -> float | None:
    """A share is a bar; hours and numbers are compared among units only."""
    return value * 100 if definition.kind is Worth.RATE and value is not None else None


def unit_rows(found: Figure, before: Figure, args: dict[str, Any]) -> list[dict[str, Any]]:
    """The units of an indicator beside each other, the worst first."""
    definition = found.definition
    then = {unit.unit_id: _value(definition, unit) for unit in before.units}
    units = by_unit(found)
    most = max((_value(definition, unit) or 0 for unit in units), default=0) or 1
    rows = []
    for unit in units:
        value = _value(definition, unit)
        share = value if definition.kind is Worth.RATE else (value or 0) / most
        mine = {**args, "unit": unit.code} if unit.code else args
        rows.append(
            {
                "name": unit.name,
                "value": worded(definition, value),
                "width": (share or 0) * 100,
                "numerator": _top(definition, unit),
                "denominator": unit.denominator,
                "left_out": sum(unit.excluded.values()),
                "numerator_href": _drill(definition.code, mine, Part.NUMERATOR),
                "denominator_href": _drill(definition.code, mine, Part.DENOMINATOR),
                "excluded_href": _drill(definition.code, mine, Part.EXCLUDED),
                **_change(definition, value, then.get(unit.unit_id)),
            }
        )
    return rows


def _value(definition: Definition, unit: UnitFigure) -> float | None:
    return value_of(definition, unit.numerator, unit.denominator, unit.hours)


def drill_rows(lines: Iterable[DrillLine]) -> list[dict[str, Any]]:
    """Print the tickets behind a figure."""
    return [
        {
            "href": url_for(".ticket", ticket_no=line.ticket_no),
            "title": line.title,
            "ticket_no": line.ticket_no,
            "urgency": line.urgency.value,
            "marks": [f"第 {line.round} 轮"] if line.round > 1 else [],
            "stage": line.stage.label,
            "stage_code": line.stage.value,
            "unit": line.unit,
            "began": local(line.began_at),
            "due": local(line.due_at),
            "done": local(line.done_at),
            "judged": _judged(line),
        }
        for line in lines
    ]


def _judged(line: DrillLine) -> str:
    if line.excluded is not None:
        return f"已剔除：{line.excluded.label}"
    return "计入分子" if line.is_hit else "只计入分母"


def csv_text(found: Sequence[Figure], period: Period) -> str:
    """All indicators, first of all units together, then unit by unit."""
    out = io.StringIO()
    out.write(BOM)
    sheet = csv.writer(out)
    sheet.writerow(HEAD)
    when = f"{period.first:%Y-%m-%d}至{period.last:%Y-%m-%d}"
    for figure in found:
        definition = figure.definition
        left_out = sum(figure.excluded.values())
        row = _csv_row(definition, ("", "合计"), figure, figure.value, left_out)
        sheet.writerow([*row, when])
        for unit in by_unit(figure):
            value = _value(definition, unit)
            left_out = sum(unit.excluded.values())
            row = _csv_row(definition, (unit.code, unit.name), unit, value, left_out)
            sheet.writerow([*row, when])
    return out.getvalue()


def _csv_row(
    definition: Definition,
    unit: tuple[str, str],
    figure: Figure | UnitFigure,
    value: float | None,
    left_out: int,
) -> list[str | int]:
    """One line; shares in percent, so that a spreadsheet can sort and chart them."""
    measure = {Worth.RATE: "%", Worth.AVERAGE: "工作小时", Worth.COUNT: "件"}[definition.kind]
    shown = value * 100 if value is not None and definition.kind is Worth.RATE else value
    top = f"{figure.hours:.2f}" if definition.kind is Worth.AVERAGE else figure.numerator
    bottom = "" if definition.kind is Worth.COUNT else figure.denominator
    number = "" if shown is None else f"{shown:.2f}"
    return [definition.name, *unit, number, measure, top, bottom, left_out]
