"""What a line of the dispatch catalogue must be before anybody may draft it (派单规则校验)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import routing
from hotline.domain.errors import Invalid
from hotline.domain.terms import Kind, Urgency
from hotline.queries import codes, office
from hotline.services import _checks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.queries.catalogue_reading import Row

MOST_WORDS, WORD_LIMIT, MOST_HELPERS, TEXT_LIMIT, REASON_LIMIT = 30, 20, 10, 300, 500
FARTHEST = timedelta(days=366 * 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleForm:
    """One rule as the administrator's form has it."""

    category: str = ""
    area: str = ""
    kind: str = ""
    urgency: str = ""
    words: Sequence[str] = ()
    season: tuple[str, str] = ("", "")
    hours: tuple[str, str] = ("", "")
    days: str = ""
    lead: str = ""
    helpers: Sequence[str] = ()
    legal_basis: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    note: str = ""


def checked_reason(text: str) -> str:
    """Why the catalogue is changed; raises Invalid."""
    reason = _checks.clean_text(text)
    if not reason:
        raise Invalid("reason", "请写明调整理由和依据文件")
    if len(reason) > REASON_LIMIT:
        raise Invalid("reason", f"理由最多 {REASON_LIMIT} 字，现为 {len(reason)} 字")
    return reason


def checked_row(form: RuleForm, *, begins: date) -> Row:
    """Read a form as a row without an id. Raises Invalid naming every wrong field."""
    _, directory = office.catalogue()
    found: dict[str, Any] = _checks.all_of(
        category=lambda: _category(form.category),
        area=lambda: _area(form.area),
        kind=lambda: _word("kind", form.kind, {each.value for each in Kind}, "诉求类型"),
        urgency=lambda: _word(
            "urgency", form.urgency, {each.value for each in Urgency}, "紧急程度"
        ),
        words=lambda: _words(form.words),
        times=lambda: _times(form),
        lead=lambda: _unit("lead", form.lead.strip(), directory),
        helpers=lambda: _helpers(form, directory),
        legal_basis=lambda: _text("legal_basis", form.legal_basis, "派单依据", is_must=True),
        note=lambda: _text("note", form.note, "说明") or None,
        effective_to=lambda: _until(form, begins),
    )
    return {**found, "effective_from": begins.isoformat()}


def _category(code: str) -> str:
    code = code.strip()
    if code and code not in codes.categories():
        raise Invalid("category", f"没有分类 {code[:20]}，请从列表中选择")
    return code


def _area(code: str) -> str:
    code = code.strip()
    if code and not office.is_area(code):
        raise Invalid("area", f"没有区划 {code[:20]}，请从列表中选择")
    return code


def _word(field: str, value: str, known: set[str], label: str) -> str | None:
    if value and value not in known:
        raise Invalid(field, f"没有这种{label}，请从列表中选择")
    return value or None


def _words(words: Sequence[str]) -> list[str]:
    kept = list(dict.fromkeys(filter(None, (_checks.clean_text(word) for word in words))))
    if len(kept) > MOST_WORDS:
        raise Invalid("words", f"关键词最多 {MOST_WORDS} 个，现为 {len(kept)} 个")
    long = next((word for word in kept if len(word) > WORD_LIMIT), None)
    if long:
        raise Invalid("words", f"关键词“{long[:WORD_LIMIT]}…”太长，每个最多 {WORD_LIMIT} 字")
    return kept


def _times(form: RuleForm) -> str:
    """The times of a rule as they are stored: each pair is given whole or not at all."""
    parts = []
    for field, pair, joint, label in (
        ("season_from", form.season, "~", "每年的起止日"),
        ("hours_from", form.hours, "-", "每天的起止时刻"),
    ):
        ends = [end.strip() for end in pair]
        if not any(ends):
            continue
        if not all(ends):
            raise Invalid(field, f"请把{label}都填上，或都留空")
        parts.append(joint.join(ends))
        _read_times(field, parts[-1])
    if form.days:
        _word("days", form.days, set(routing.DAY_KINDS), "日子")
        parts.append(form.days)
    return str(_read_times("season_from", " ".join(parts)))


def _read_times(field: str, text: str) -> routing.Times:
    try:
        return routing.read_times(text)
    except ValueError as error:
        raise Invalid(field, str(error)) from error


def _unit(field: str, spec: str, directory: routing.Directory) -> str:
    if not spec:
        raise Invalid(field, "请选择承办单位或职责")
    wanted = routing.parse_duty(spec)
    if wanted is None:
        if directory.unit(spec) is None:
            raise Invalid(field, f"没有编码为 {spec[:40]} 的在用单位，请从列表中选择")
    elif not any(wanted.duty == unit.duty for unit in directory.units.values()):
        raise Invalid(field, f"没有职责为 {wanted.duty[:40]} 的单位，请从列表中选择")
    return spec


def _helpers(form: RuleForm, directory: routing.Directory) -> list[str]:
    kept = list(dict.fromkeys(spec.strip() for spec in form.helpers if spec.strip()))
    if len(kept) > MOST_HELPERS:
        raise Invalid("helpers", f"协办单位最多 {MOST_HELPERS} 个，现为 {len(kept)} 个")
    if form.lead.strip() in kept:
        raise Invalid("helpers", "主办单位不能同时是协办单位")
    return [_unit("helpers", spec, directory) for spec in kept]


def _text(field: str, text: str, label: str, *, is_must: bool = False) -> str:
    kept = _checks.clean_text(text)
    if is_must and not kept:
        raise Invalid(field, f"请写明{label}")
    if len(kept) > TEXT_LIMIT:
        raise Invalid(field, f"{label}最多 {TEXT_LIMIT} 字，现为 {len(kept)} 字")
    return kept


def _until(form: RuleForm, begins: date) -> str | None:
    if form.effective_to is None:
        return None
    if form.effective_to < begins:
        raise Invalid("effective_to", f"失效日期不能早于生效日期（{begins}）")
    return form.effective_to.isoformat()


def checked_beginning(wanted: date | None, today: date) -> date:
    """From today on, for two years; raises Invalid."""
    begins = wanted or today
    if not today <= begins <= today + FARTHEST:
        raise Invalid("effective_from", f"生效日期须在今天（{today}）至两年之内")
    return begins
