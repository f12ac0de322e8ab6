"""Dispatch quality as a table for spreadsheets (派单质量 CSV)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from hotline.queries import registry
from hotline.queries.quality import Judged, Returns, Sender, Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.queries.indicators import Period
    from hotline.queries.quality import Counted, ReturnsCounted, Way

BOM = "\ufeff"
"""Spreadsheets that guess the encoding of a CSV guess right with it."""
HEAD = (
    *(
        "维度",
        "编码",
        "名称",
        "首次派出",
        "一次派准",
        "派错",
        "尚无定论",
        "不计",
        "一次派准率（%）",
    ),
    *(
        "系统派准率（%）",
        "人工派准率（%）",
        "收到",
        "提出退单",
        "同意",
        "驳回",
        "退单率（%）",
        "统计期",
    ),
)


def csv_text(period: Period, found: Counted, back: ReturnsCounted, ways: Sequence[Way]) -> str:
    """The city, its categories, its units, and below them from which unit to which."""
    out = io.StringIO()
    out.write(BOM)
    sheet = csv.writer(out)
    when = f"{period.first:%Y-%m-%d}至{period.last:%Y-%m-%d}"
    names, units = registry.category_names(), registry.unit_words()
    sheet.writerow(HEAD)
    sheet.writerow([*_cells("合计", "", "合计", found.total, back.total), when])
    for code in sorted(set(found.categories) | set(back.categories)):
        tally, row = found.categories.get(code, Tally()), back.categories.get(code, Returns())
        sheet.writerow([*_cells("分类", code, names.get(code, "未分类"), tally, row), when])
    for unit_id in sorted(set(found.units) | set(back.units)):
        unit_code, name = units.get(unit_id, ("", ""))
        tally, row = found.units.get(unit_id, Tally()), back.units.get(unit_id, Returns())
        sheet.writerow([*_cells("单位", unit_code, name, tally, row), when])
    sheet.writerow([])
    sheet.writerow(["移出", "分类编码", "分类", "原派单位", "改派单位", "件数", "统计期"])
    for way in ways:
        to = units.get(way.to_id, ("", ""))[1] if way.to_id else "尚未改派或移交外部"
        begin = units.get(way.from_id, ("", ""))[1]
        sheet.writerow(
            ["移出", way.code, names.get(way.code, "未分类"), begin, to, way.count, when]
        )
    return out.getvalue()


def _cells(kind: str, code: str, name: str, tally: Tally, back: Returns) -> list[str | int]:
    return [
        *(kind, code, name, tally.count()),
        *(tally.count(each) for each in Judged),
        *(_share(tally.accuracy(sender)) for sender in (None, Sender.MACHINE, Sender.PERSON)),
        *(back.received, back.filed, back.granted, back.refused, _share(back.rate)),
    ]


def _share(share: float | None) -> str:
    """In per cent, so that a spreadsheet can sort and chart it."""
    return "" if share is None else f"{share * 100:.2f}"
