"""The tabs of the quality pages (派单质量各页)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

if TYPE_CHECKING:
    from hotline.web.quality.asking import Asked

PAGES = (
    ("quality", "派准率和退单"),
    ("quality_lines", "信任线试算"),
    ("quality_drift", "数据变化"),
)


def tabs(wanted: Asked) -> list[dict[str, str]]:
    """Each page with what is asked for now."""
    return [
        {"href": url_for(f".{page}", **wanted.args()), "label": label, "key": page}
        for page, label in PAGES
    ]
