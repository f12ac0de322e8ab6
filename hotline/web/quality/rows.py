"""Figures of dispatch quality as people read them: shares, changes, rows of tables (派单质量)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from hotline.domain.trust import wilson
from hotline.queries.quality import NOWHERE, Judged, Part, Returns, Sender, Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.queries.quality import Counted, ReturnsCounted, Way
    from hotline.web.quality.asking import Asked

NOTHING = "—"
NATIONAL_MEAN = 0.75
"""全国平均一次派单准确率, about (domain.md 4.4)."""
_SAME = 0.0005
UNSORTED = "未分类"


def percent(share: float | None) -> str:
    """93.4%, or a dash of nothing."""
    return NOTHING if share is None else f"{share:.1%}"


def change(now: float | None, before: float | None, *, better: str = "high") -> dict[str, str]:
    """How a share differs from the one before; green where it became better."""
    if now is None or before is None:
        return {"change": "", "tone": ""}
    by = now - before
    if abs(by) < _SAME:
        return {"change": "持平", "tone": ""}
    tone = "green" if (by > 0) is (better == "high") else "red"
    return {"change": f"{'升' if by > 0 else '降'} {abs(by) * 100:.1f} 个百分点", "tone": tone}


def drill(asked: Asked, part: Part, **more: str | int | None) -> str:
    """The address of the tickets behind a figure."""
    return url_for(".quality_tickets", **asked.args(part=part.value, **more))


def figure(asked: Asked, tally: Tally, sender: Sender | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - arguments of an address
    """One accuracy with its fraction, its interval, and the lists behind both."""
    right, decided = tally.count(Judged.RIGHT, sender), tally.decided(sender)
    share = tally.accuracy(sender)
    low, high = wilson(right, decided)
    if sender is not None:
        more["sender"] = sender.value
    return {
        "value": percent(share),
        "width": (share or 0.0) * 100,
        "tone": "gray" if share is None else "green" if share >= NATIONAL_MEAN else "red",
        "right": right,
        "decided": decided,
        "wrong": tally.count(Judged.WRONG, sender),
        "range": f"{low:.1%} – {high:.1%}" if decided else "",
        "right_href": drill(asked, Part.RIGHT, **more),
        "wrong_href": drill(asked, Part.WRONG, **more),
        "decided_href": drill(asked, Part.DECIDED, **more),
    }


def returned(asked: Asked, row: Returns, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - same
    """Returns with their rate and the lists behind them."""
    more["sender"] = None  # whoever sent it, the unit returns it
    return {
        "rate": percent(row.rate),
        "filed": row.filed,
        "granted": row.granted,
        "refused": row.refused,
        "received": row.received,
        "filed_href": drill(asked, Part.FILED, **more),
        "granted_href": drill(asked, Part.GRANTED, **more),
        "refused_href": drill(asked, Part.REFUSED, **more),
    }


def _row(asked: Asked, name: str, tally: Tally, row: Returns, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - same
    return {
        "name": name,
        "sent": tally.count(),
        "sent_href": drill(asked, Part.SENT, **more),
        "open": tally.count(Judged.OPEN),
        "all": figure(asked, tally, **more),
        "machine": figure(asked, tally, Sender.MACHINE, **more),
        "person": figure(asked, tally, Sender.PERSON, **more),
        "returns": returned(asked, row, **more),
    }


def category_rows(
    asked: Asked, found: Counted, back: ReturnsCounted, names: dict[str, str]
) -> list[dict[str, Any]]:
    """The categories of one level beside each other, those with most wrong ones first."""
    rows = []
    for code in set(found.categories) | set(back.categories):
        tally = found.categories.get(code, Tally())
        row = _row(
            asked,
            names.get(code, UNSORTED),
            tally,
            back.categories.get(code, Returns()),
            category=code or asked.category or None,
        )
        can_narrow = bool(code) and code != asked.category and len(code) < 6  # noqa: PLR2004 - digits of a third-level code
        row["href"] = url_for(".quality", **asked.args(category=code)) if can_narrow else None
        rows.append(row)
    return _worst_first(rows)


def unit_rows(
    asked: Asked, found: Counted, back: ReturnsCounted, units: dict[int, tuple[str, str]]
) -> list[dict[str, Any]]:
    """The units beside each other, those with most wrong ones first."""
    rows = []
    for unit_id in set(found.units) | set(back.units):
        code, name = units.get(unit_id, ("", NOTHING))
        tally, row = found.units.get(unit_id, Tally()), back.units.get(unit_id, Returns())
        rows.append(_row(asked, name, tally, row, unit=code) | {"code": code})
    return _worst_first(rows)


def _worst_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (-row["all"]["wrong"], -row["sent"], row["name"]))


def way_rows(
    asked: Asked,
    found: Sequence[Way],
    names: dict[str, str],
    units: dict[int, tuple[str, str]],
) -> list[dict[str, Any]]:
    """From which unit to which, with bars as long as their share of the longest."""
    most = max((way.count for way in found), default=1)
    return [
        {
            "category": names.get(way.code, UNSORTED),
            "from": units.get(way.from_id, ("", NOTHING))[1],
            "to": units.get(way.to_id, ("", NOTHING))[1] if way.to_id else "",
            "count": way.count,
            "width": way.count * 100 / most,
            "href": drill(
                asked,
                Part.MOVED,
                category=way.code or asked.category,
                unit=units.get(way.from_id, ("", ""))[0],
                dest=units.get(way.to_id, ("", ""))[0] if way.to_id else str(NOWHERE),
            ),
        }
        for way in found
    ]
