"""A complaint filed now in 示范区 would be due …: asked of the rules and of a draft (期限预览)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import render_template, request

import sla
from hotline.domain.errors import Invalid
from hotline.domain.terms import Channel, Clock, Kind, Urgency
from hotline.queries import catalog_choices, rule_words
from hotline.queries import rulebooks as shelf
from hotline.services.timing import plans, previews
from hotline.web.access import now
from hotline.web.admin import admin
from hotline.web.admin.year_view import WEEKDAYS

if TYPE_CHECKING:
    from hotline.models import RuleBook
    from hotline.services.timing.previews import Preview
    from hotline.web.admin.drafting import Answer

DEFAULTS = {"kind": "complaint", "urgency": "normal", "clock": "handle", "round": "1"}
FIRST_YEAR = 2020


@admin.get("/preview")
def preview() -> Answer:
    """Show the due moment under the rules in force, and beside it under a draft."""
    given = {**DEFAULTS, **{key: words for key, words in request.args.items() if words.strip()}}
    draft, errors, columns = _draft(given.get("draft", "")), {}, []
    try:
        clock, facts, at = Clock(_word("clock", given)), _facts(given), _moment(given.get("at"))
        columns.append(_column("现行规则", previews.preview(clock, facts, at=at)))
        if draft is not None:
            found = previews.preview(clock, facts, at=at, draft=draft)
            columns.append(_column("草稿发布以后", found, before=columns[0]))
    except Invalid as error:
        errors, columns = error.errors, []
    page = render_template(
        "admin/preview.html",
        given=given,
        draft=draft,
        errors=errors,
        columns=columns,
        head=_head(given) if not errors else "",
        **choices(),
    )
    return (page, 422) if errors else page


def choices() -> dict[str, Any]:
    """What the form of the preview offers."""
    return {
        "kinds": [(word.value, word.label) for word in Kind],
        "urgencies": [(word.value, word.label) for word in Urgency],
        "channels": [(word.value, word.label) for word in Channel],
        "clocks": [(word.value, word.label) for word in Clock],
        "areas": catalog_choices.areas(),
        "categories": catalog_choices.categories(),
        "departments": catalog_choices.departments(),
    }


_WORDS: dict[str, Any] = {"kind": Kind, "urgency": Urgency, "channel": Channel, "clock": Clock}


def _word(name: str, given: dict[str, str]) -> str:
    value = given.get(name, "")
    if value and value not in set(_WORDS[name]):
        raise Invalid(name, "请从列表中选择")
    return value


def _facts(given: dict[str, str]) -> plans.Facts:
    round_no = given["round"]
    if not (round_no.isascii() and round_no.isdigit() and 1 <= int(round_no[:3]) <= 9):  # noqa: PLR2004
        raise Invalid("round", "第几次办理须为 1 至 9")
    return plans.Facts(
        kind=_word("kind", given),
        urgency=_word("urgency", given),
        round_no=int(round_no),
        category_code=given.get("category", ""),
        area_code=given.get("area", ""),
        unit_code=given.get("unit", ""),
        channel=_word("channel", given),
    )


def _moment(text: str | None) -> datetime:
    if not text:
        return now()
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.astimezone(sla.LOCAL) if moment.tzinfo else moment.replace(tzinfo=sla.LOCAL)
    except (ValueError, OverflowError):  # the last evening of 9999 abroad is no day here
        raise Invalid("at", "请填写时间，如 2026-09-30 10:00") from None
    if moment.year < FIRST_YEAR:
        raise Invalid("at", f"不能早于 {FIRST_YEAR} 年")
    return moment


def _draft(text: str) -> RuleBook | None:
    if not (text.isascii() and text.isdigit()):
        return None
    row = shelf.book(int(text))
    return row if row.version is None else None


def _head(given: dict[str, str]) -> str:
    """在东湖区登记的一件投诉（特急，办理期限）."""
    known = rule_words.names()
    more = [
        Urgency(given["urgency"]).label if given["urgency"] != Urgency.NORMAL else "",
        known.category(given.get("category", "")),
        known.unit(given["unit"]) + "承办" if given.get("unit") else "",
    ]
    words = "，".join(part for part in more if part)
    where = known.area(given.get("area", ""))
    return f"在{where}登记的一件{Kind(given['kind']).label}" + (f"（{words}）" if words else "")


def _column(title: str, found: Preview, *, before: dict[str, Any] | None = None) -> dict[str, Any]:
    due = shown(found.due.at)
    return {
        "title": title,
        "due": due,
        "is_provisional": found.due.provisional,
        "is_changed": before is not None and before["due"] != due,
        "limit": str(found.rule.limit),
        "statutory": str(found.rule.statutory) if found.rule.statutory else "",
        "rule": found.rule.id,
        "source": found.rule.source,
        "profile": found.profile,
        "on": found.on.isoformat(),
        "days": [
            (f"{day.date:%m-%d} 周{WEEKDAYS[day.date.weekday()]}", day.counted, day.why)
            for day in found.days
        ],
        "rungs": [(shown(moment), step.label) for step, moment in found.rungs],
    }


def shown(moment: datetime) -> str:
    """2026-10-13（周二）17:30."""
    when = moment.astimezone(sla.LOCAL)
    return f"{when:%Y-%m-%d}（周{WEEKDAYS[when.weekday()]}）{when:%H:%M}"
