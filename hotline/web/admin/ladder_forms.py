"""The form of a step or trigger, from the document to fields and back (阶梯表单)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import request

import sla
from hotline.domain.errors import Invalid
from hotline.services import notices

if TYPE_CHECKING:
    from hotline.domain.rules import Document

ANCHORS = [
    ("percent", "时限用去百分之…（填数字）"),
    ("before", "到期前…个工作日（填数字）"),
    ("due", "到期时"),
    ("after", "到期后即刻"),
    ("next", "到期次一工作日上班时"),
    ("later", "到期后…个工作日（填数字）"),
]
_WRITTEN = {"due": "due", "after": "after due", "next": "next working day"}
_COUNTED = {"percent": "{}%", "before": "due - {} working_days", "later": "due + {} working_days"}
_ANCHOR_OF = {
    sla.Anchor.PERCENT: "percent",
    sla.Anchor.BEFORE: "before",
    sla.Anchor.DUE: "due",
    sla.Anchor.AFTER: "after",
    sla.Anchor.NEXT_DAY: "next",
    sla.Anchor.LATER: "later",
}
_ID = re.compile(r"[a-z][a-z0-9-]*")


def choices() -> dict[str, Any]:
    """What the form offers."""
    return {
        "anchors": ANCHORS,
        "clocks": [(clock.value, label) for clock, label in sla.CLOCK_LABELS.items()],
        "urgencies": list(sla.URGENCY_LABELS.items()),
        "kinds": list(sla.KIND_LABELS.items()),
        "recipients": list(sla.RECIPIENT_LABELS.items()),
        "carriers": list(sla.CARRIER_LABELS.items()),
        "marks": list(sla.MARK_LABELS.items()),
        "acts": list(sla.ACT_LABELS.items()),
        "occasions": list(sla.OCCASION_LABELS.items()),
        "templates": [(key, f"{key}　{text[:40]}…") for key, text in notices.texts().items()],
    }


def given_of(table: Document, *, clock: str = "") -> dict[str, Any]:
    """The fields of the form for a step or trigger that is there, or a new one."""
    lists = {name: table.get(name, []) for name in ("urgencies", "kinds", "tells", "by")}
    words = ("id", "label", "template", "mark", "act", "source", "when")
    return {
        **{name: table.get(name, "") for name in words},
        **lists,
        "clocks": table.get("clocks", [clock] if clock else []),
        "min_round": table.get("min_round", 1),
        "count": table.get("count", ""),
        **_offset_given("at", table.get("at", "")),
        **_offset_given("or_at", table.get("or_at", "")),
    }


def _offset_given(name: str, written: str) -> dict[str, str]:
    if not written:
        return {f"{name}_anchor": "", f"{name}_amount": ""}
    offset = sla.Offset.parse(written)
    amount = str(offset.amount) if offset.amount else ""
    return {f"{name}_anchor": _ANCHOR_OF[offset.anchor], f"{name}_amount": amount}


def rung_table(kind: str) -> Document:
    """The step or trigger a form speaks of, as a document keeps it. Raises Invalid."""
    form = request.form
    head = {"id": form.get("id", "").strip(), "label": form.get("label", "").strip()}
    if not _ID.fullmatch(head["id"]):
        raise Invalid("id", "编号用小写字母、数字和连字符，如 urge-30")
    if not head["label"]:
        raise Invalid("label", "请填写名称，如 临期催办")
    _must_be_told_somehow()
    rest = {
        "tells": form.getlist("tells"),
        "by": form.getlist("by"),
        **{name: form[name] for name in ("template", "mark", "act") if form.get(name)},
        "source": form.get("source", "").strip(),
    }
    return {**head, **(_trigger_part() if kind == "trigger" else _step_part()), **rest}


def _must_be_told_somehow() -> None:
    if request.form.getlist("tells") and not request.form.getlist("by"):
        raise Invalid("by", "选了告知谁，还要选择用什么方式")
    if request.form.getlist("tells") and not request.form.get("template"):
        raise Invalid("template", "选了告知谁，还要选择消息文本")


def _step_part() -> Document:
    form = request.form
    table: Document = {"clocks": form.getlist("clocks"), "at": _offset("at", is_needed=True)}
    if not table["clocks"]:
        raise Invalid("clocks", "请至少选择一个计时")
    if instead := _offset("or_at", is_needed=False):
        table["or_at"] = instead
    return {
        **table,
        "urgencies": form.getlist("urgencies"),
        "kinds": form.getlist("kinds"),
        "min_round": _whole("min_round", "第几次办理", or_else=1),
    }


def _trigger_part() -> Document:
    when = request.form.get("when", "")
    counted = {"count": _whole("count", "次数", or_else=1)} if when in sla.COUNTED else {}
    return {"when": when, **counted}


def _offset(name: str, *, is_needed: bool) -> str:
    anchor = request.form.get(f"{name}_anchor", "")
    if anchor in _WRITTEN:
        return _WRITTEN[anchor]
    if anchor in _COUNTED:
        written = _COUNTED[anchor].format(_whole(f"{name}_amount", "时点"))
        try:
            return str(sla.Offset.parse(written))
        except sla.LadderError as error:
            raise Invalid(f"{name}_amount", str(error)) from None
    if is_needed:
        raise Invalid(f"{name}_anchor", "请选择时点")
    return ""


def _whole(name: str, words: str, *, or_else: int | None = None) -> int:
    given = request.form.get(name, "").strip()
    if not given and or_else is not None:
        return or_else
    if not (given.isascii() and given.isdigit() and len(given) <= len("9999")):
        raise Invalid(name, f"{words}须填写整数")
    return int(given)
