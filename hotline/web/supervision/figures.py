"""Figures as tiles and bars, each leading to the list behind it (督办数字)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from flask import url_for

from hotline.domain.permissions import Wing, may_enter
from hotline.queries import bounded
from hotline.queries.supervision import COUNT_TO, LATE_TO, SCANNED, Lamp
from hotline.web.access import staff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.queries.supervision import Overview, Share


class _Tile(NamedTuple):
    """One tile: which figure, how it looks, which list stands behind it."""

    figure: str
    label: str
    icon: str
    tone: str
    lamp: Lamp | None = None
    most: int = COUNT_TO


TILES = (
    _Tile("open", "在办", "inbox", "blue", Lamp.OPEN),
    _Tile("overdue", "已超期", "alarm", "red", Lamp.OVERDUE),
    _Tile("due_today", "今日到期", "clock", "amber", Lamp.TODAY),
    _Tile("soon", "将到期", "alert-triangle", "amber", Lamp.SOON, SCANNED),
    _Tile("paused", "暂停计时", "clock-pause", "gray", Lamp.PAUSED),
    _Tile("supervised", "督办中", "gavel", "purple", Lamp.SUPERVISED, SCANNED),
    _Tile("returns", "退单待审", "arrow-back-up", "amber"),
    _Tile("to_dispatch", "待派单", "send", "teal"),
    _Tile("callbacks_due", "回访到期", "phone-call", "teal"),
)
AT_THE_DISPATCHERS = ("returns", "to_dispatch")


def tiles(figures: Overview) -> list[dict[str, Any]]:
    """Print every tile; a figure of nothing is grey."""
    rows = []
    for tile in TILES:
        number: int = getattr(figures, tile.figure)
        rows.append(
            {
                "label": tile.label,
                "value": bounded.words(number, tile.most),
                "tone": tile.tone if number else "gray",
                "icon": tile.icon,
                "href": _behind(tile),
            }
        )
    return rows


def _behind(tile: _Tile) -> str | None:
    """Give the list behind a tile; the dispatch desk only to who may enter there."""
    if tile.lamp is not None:
        return url_for(".listing", lamp=tile.lamp.value)
    may_dispatch = may_enter(staff().role, Wing.DISPATCH)
    return "/dispatch" if tile.figure in AT_THE_DISPATCHERS and may_dispatch else None


def late_clocks(figures: Overview) -> list[dict[str, Any]]:
    """The other clocks that are past their due moment, each with its list (其他时限超期)."""
    return [
        {
            "label": f"{clock.label}超期",
            "count": bounded.words(number, LATE_TO),
            "tone": "red" if number else "",
            "href": url_for(".listing", lamp=Lamp.OVERDUE.value, clock=clock.value),
        }
        for clock, number in figures.late.items()
    ]


def bars(shares: Sequence[Share], by: str) -> list[dict[str, Any]]:
    """Bars as long as their share of the longest, with the late and the soon due part in them.

    ``by``: unit, person, cause or category, which the list behind the bar is narrowed to.
    """
    most = max((share.open for share in shares), default=1)
    return [
        {
            "label": share.name,
            "note": share.note,
            "open": share.open,
            "overdue": share.overdue,
            "soon": share.soon,
            "width": share.open * 100 / most,
            "late_width": share.overdue * 100 / share.open,
            "soon_width": share.soon * 100 / share.open,
            "href": _list_of(share, by),
        }
        for share in shares
    ]


def _list_of(share: Share, by: str) -> str:
    """The list behind a bar; a person is looked for within the unit."""
    asked: dict[str, Any] = {"lamp": _worst(share).value, by: share.code}
    if share.unit_code:
        asked["unit"] = share.unit_code
    return url_for(".listing", **asked)


def _worst(share: Share) -> Lamp:
    if share.overdue:
        return Lamp.OVERDUE
    return Lamp.SOON if share.soon else Lamp.OPEN
