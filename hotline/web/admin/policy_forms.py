"""Forms of a policy: a rule and the terms, from documents to fields and back (规则表单)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import request

import sla
from hotline.domain.errors import Invalid
from hotline.queries import catalog_choices
from hotline.web.admin import drafting

if TYPE_CHECKING:
    from hotline.domain.rules import Document

UNITS = [(unit.value, label) for unit, label in sla.UNIT_LABELS.items()]
CLOCKS = [(clock.value, label) for clock, label in sla.CLOCK_LABELS.items()]
_ID = re.compile(r"[a-z][a-z0-9-]*")
LISTS = ("kinds", "urgencies", "categories", "areas", "departments", "channels")


def choices() -> dict[str, Any]:
    """What the selects of the form offer."""
    return {
        "clocks": CLOCKS,
        "units": UNITS,
        "kinds": list(sla.KIND_LABELS.items()),
        "urgencies": list(sla.URGENCY_LABELS.items()),
        "channels": list(sla.CHANNEL_LABELS.items()),
        "categories": catalog_choices.categories(),
        "areas": catalog_choices.areas(whole="全区")[1:],
        "departments": catalog_choices.departments(),
    }


def given_of(table: Document, *, clock: str = "") -> dict[str, Any]:
    """The fields of the form for a rule that is there, or a new one of a clock."""
    statutory = table.get("statutory") or {}
    return {
        "id": table.get("id", ""),
        "clock": table.get("clock", clock),
        **{name: table.get(name, []) for name in LISTS},
        "min_round": table.get("min_round", 1),
        "amount": table.get("amount", ""),
        "unit": table.get("unit", "working_days"),
        "source": table.get("source", ""),
        "statutory_amount": statutory.get("amount", ""),
        "statutory_unit": statutory.get("unit", "working_days"),
        "statutory_source": table.get("statutory_source", ""),
        "rule_from": table.get("effective_from", ""),
        "rule_to": table.get("effective_to", ""),
    }


def rule_table() -> Document:
    """The rule a form speaks of, as a document keeps it. Raises Invalid for what is no number."""
    form = request.form
    if _text("id") and not _ID.fullmatch(_text("id")):
        raise Invalid("id", "编号用小写字母、数字和连字符，如 handle-school")
    table: Document = {"id": _text("id"), "clock": form.get("clock", "")}
    for name in LISTS:
        codes = [code for code in form.getlist(name) if code]
        table |= {name: codes} if codes else {}
    if (least := _number("min_round", "第几次办理", or_else=1)) > 1:
        table["min_round"] = least
    for name, key in (("rule_from", "effective_from"), ("rule_to", "effective_to")):
        if form.get(name):
            table[key] = drafting.read_day(name, form[name]).isoformat()
    table |= {"amount": _amount("amount", form.get("unit", "")), "unit": form.get("unit", "")}
    table["source"] = _text("source")
    if form.get("statutory_amount", "").strip():
        table["statutory"] = _limit("statutory")
    if _text("statutory_source"):
        table["statutory_source"] = _text("statutory_source")
    return table


def _text(name: str) -> str:
    return " ".join(request.form.get(name, "").split())


def _number(name: str, words: str, *, or_else: int | None = None) -> int:
    given = request.form.get(name, "").strip()
    if not given and or_else is not None:
        return or_else
    if not (given.isascii() and given.isdigit() and len(given) <= len("999999")):
        raise Invalid(name, f"{words}须填写整数")
    return int(given)


def _amount(name: str, unit: str) -> int:
    is_fixed = unit == sla.Unit.NEXT_WORKDAY_END.value
    return _number(name, "时限", or_else=1 if is_fixed else None)


def _limit(name: str) -> Document:
    unit = request.form.get(f"{name}_unit", "")
    return {"amount": _amount(f"{name}_amount", unit), "unit": unit}


def terms_given(document: Document) -> dict[str, Any]:
    """The fields of the form of the terms."""
    extension, returns = document["extension"], document["returns"]
    ask_before = extension.get("ask_before") or {}
    return {
        **{name: extension[name] for name in ("first_max", "second_max", "total_max")},
        "ask_before_amount": ask_before.get("amount", ""),
        "ask_before_unit": ask_before.get("unit", "working_days"),
        "extension_source": extension["source"],
        "review_every_days": document["hanging"]["review_every_days"],
        "max_days": document["hanging"]["max_days"],
        "hanging_source": document["hanging"]["source"],
        "max_returns": returns["max_returns"],
        "within_amount": returns["within"]["amount"],
        "within_unit": returns["within"]["unit"],
        "returns_source": returns["source"],
        "max_rounds": document["redo"]["max_rounds"],
        "redo_source": document["redo"]["source"],
        "stages": document["pauses"]["stages"],
        "pauses_source": document["pauses"]["source"],
    }


def terms_tables() -> Document:
    """The terms a form speaks of, as a document keeps them."""
    extension = {
        "first_max": _number("first_max", "首次延期"),
        "second_max": _number("second_max", "再次延期"),
        "total_max": _number("total_max", "累计延期"),
    }
    asked = request.form.get("ask_before_amount", "").strip()
    return {
        "extension": {
            **extension,
            **({"ask_before": _limit("ask_before")} if asked else {}),
            "source": _text("extension_source"),
        },
        "hanging": {
            "review_every_days": _number("review_every_days", "复核间隔"),
            "max_days": _number("max_days", "最长挂账"),
            "source": _text("hanging_source"),
        },
        "returns": {
            "max_returns": _number("max_returns", "退单次数"),
            "within": _limit("within"),
            "source": _text("returns_source"),
        },
        "redo": {
            "max_rounds": _number("max_rounds", "重办次数"),
            "source": _text("redo_source"),
        },
        "pauses": {
            "stages": request.form.getlist("stages"),
            "source": _text("pauses_source"),
        },
    }
