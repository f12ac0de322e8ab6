"""Which version works (启用、退回): by a person with a reason, or by the night's rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import classifier
from hotline.db import transaction
from hotline.domain.errors import Conflict, Invalid, NotFound
from hotline.models import ModelVersion
from hotline.queries import model_versions
from hotline.services import _checks, learning
from hotline.services.training import runs

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.services.shelf import Shelf

LONGEST_REASON = 500
ENOUGH = 10
"""A class with fewer rows says nothing about a fall."""


def switch(model_id: str, actor: Actor, shelf: Shelf, *, reason: str, at: datetime) -> None:
    """Let a version work from the next ticket on. Raises Invalid for "reason" where one is due.

    A version with worse figures than the active one is activated only with a reason, unless the
    active one cannot be used: then anything that works is better.
    """
    runs.must_be_admin(actor)
    shelf.must_hold(model_id)
    is_broken = shelf.classifier() is None
    words = _checks.clean_text(reason)[:LONGEST_REASON]
    with transaction() as session:
        row = session.get(ModelVersion, model_id)
        if row is None:
            raise NotFound("没有这个模型，请从列表中选择")
        worse = drawback(row, model_versions.active())
        if worse and not words and not is_broken:
            raise Invalid("reason", f"{worse}；仍要启用的，请写明理由")
        learning.put_in_charge(row, actor, reason=words or "网页启用", at=at)


def roll_back(actor: Actor, shelf: Shelf, *, reason: str, at: datetime) -> str:
    """Go back to the version that worked before; gives its id. Raises Conflict, Invalid."""
    runs.must_be_admin(actor)
    before = model_versions.previous_id()
    if before is None:
        raise Conflict("没有可退回的上一版：还没有更换过模型")
    shelf.must_hold(before)
    with transaction() as session:
        if model_versions.previous_id() != before:
            raise Conflict("刚刚有人更换了模型，请刷新后再操作")
        row = session.get_one(ModelVersion, before)
        words = _checks.clean_text(reason)[:LONGEST_REASON] or "一键退回上一版"
        learning.put_in_charge(row, actor, reason=words, at=at, is_way_back=True)
    return before


def drawback(row: ModelVersion, active: ModelVersion | None) -> str:
    """Say in what a version is worse than the active one; empty when it is not, or none is known.

    A comparison on the same rows counts; without one, the macro-F1 each had in its own training.
    """
    if active is None or active.id == row.id:
        return ""
    run = model_versions.newest_comparison(active.id, row.id)
    if run is not None and run.result is not None:
        mine, other = (
            (run.result["second"], run.result["first"])
            if run.second_id == row.id
            else (run.result["first"], run.result["second"])
        )
        if mine["accuracy"] < other["accuracy"]:
            return f"对比中它的准确率 {mine['accuracy']:.1%}，低于使用中的 {other['accuracy']:.1%}"
        return ""
    mine_f1, other_f1 = row.metrics.get("macro_f1"), active.metrics.get("macro_f1")
    if mine_f1 is not None and other_f1 is not None and mine_f1 < other_f1:
        return f"它训练时的宏平均 F1 是 {mine_f1:.3f}，低于使用中的 {other_f1:.3f}，也没有做过对比"
    return ""


def improves(result: dict[str, Any], most_drop: float) -> str:
    """Why the rule of the night would not activate a candidate; empty when it would.

    ``result`` compares active (first) and candidate (second): better beyond noise, and no class
    with enough rows falls by more than ``most_drop`` of F1.
    """
    if result["p"] >= classifier.CHANCE or result["only_second"] <= result["only_first"]:
        return "没有超出偶然地更好"
    fallen = [
        code
        for code, one in result["classes"].items()
        if one["rows"] >= ENOUGH and one["first_f1"] - one["second_f1"] > most_drop
    ]
    return f"分类 {'、'.join(fallen[:3])} 的 F1 下降超过 {most_drop:.0%}" if fallen else ""
