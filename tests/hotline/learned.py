"""Confirmed tickets and second models, for the tests of what the house learns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from hotline.domain.learning import Origin, is_held_back
from hotline.services import learning, sorting
from tests.hotline.people import who

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.services.shelf import Shelf

TEXTS = {
    "020203": ("夜间施工噪声", "工地夜里十二点还在施工，机器声音很大，无法入睡"),
    "010201": ("占道停车", "小区门口道路两侧乱停车，占用消防通道，出行困难"),
    "050301": ("拖欠工资", "公司拖欠农民工工资三个月，劳动监察大队一直没有处理"),
}
MADE_AT = datetime(2026, 2, 1, tzinfo=UTC)


def confirm(
    make: Callable[..., int], at: datetime, code: str = "020203", words: str = "", *, by: str = ""
) -> int:
    """A ticket that a dispatcher classified and that has ended: one training row."""
    title, content = TEXTS[code]
    ticket_id = make(title=title, content=f"{content}{words}", at=at)
    sorting.reclassify(ticket_id, by or code, who("dispatcher"), at=at)
    learning.harvest(ticket_id, at=at)
    return ticket_id


def confirm_many(make: Callable[..., int], at: datetime, count: int, start: int = 0) -> list[int]:
    """Rows of all three matters in turn, no two alike."""
    codes = list(TEXTS)
    return [
        confirm(make, at, codes[number % len(codes)], f"，{number} 号楼反映")
        for number in range(start, start + count)
    ]


def confirm_held(make: Callable[..., int], at: datetime, count: int) -> list[int]:
    """So many rows that are kept back, and whatever others come between."""
    found: list[int] = []
    number = 0
    while len(found) < count:
        (ticket_id,) = confirm_many(make, at, 1, number)
        number += 1
        if is_held_back(ticket_id):
            found.append(ticket_id)
    return found


def second_model(shelf: Shelf, model_id: str = "m-2", *, is_worse: bool = True) -> str:
    """A registered version beside the starter; a worse one takes each label for the next one."""
    first = shelf.read("starter")
    labels = tuple(np.roll(first.labels, 1).tolist()) if is_worse else first.labels
    figures = {**first.metadata["metrics"], "macro_f1": 0.1 if is_worse else 0.99}
    said = {**first.metadata, "id": model_id, "metrics": figures, "labels": list(labels)}
    said["created_at"] = MADE_AT.isoformat()
    replace(first, labels=labels, metadata=said).save(shelf.folder / model_id)
    learning.register_model(shelf.read(model_id), at=MADE_AT, origin=Origin.COMMAND)
    return model_id
