"""What an address of the quality pages asks for: period, category, unit, sender (统计范围)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import request

import sla
from hotline.domain.errors import Invalid
from hotline.queries import registry
from hotline.queries.indicators import Period
from hotline.queries.quality import Narrow, Sender
from hotline.services import dispatching

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.models import Department

SPANS = {"7": 7, "30": 30, "90": 90}
CHOICES = [("7", "最近 7 天"), ("30", "最近 30 天"), ("90", "最近 90 天"), ("custom", "自定起止")]


@dataclass(frozen=True, slots=True)
class Asked:
    """The period and what it is narrowed to; ``errors``: what of the address could not be."""

    period: Period
    choice: str
    category: str
    unit: Department | None
    sender: Sender | None
    errors: dict[str, str]

    @property
    def narrow(self) -> Narrow:
        """The same for the queries."""
        unit_id = self.unit.id if self.unit else None
        return Narrow(category=self.category, unit_id=unit_id, sender=self.sender)

    @property
    def before(self) -> Period:
        """As many days before."""
        days = timedelta(days=self.period.days)
        return Period(self.period.first - days, self.period.last - days)

    @property
    def words(self) -> str:
        """The period as people say it."""
        label = dict(CHOICES)[self.choice] if self.choice in SPANS else ""
        return label or f"{self.period.first:%Y-%m-%d} 至 {self.period.last:%Y-%m-%d}"

    def args(self, **more: str | int | None) -> dict[str, Any]:
        """The same as arguments of an address; None takes one out."""
        is_custom = self.choice not in SPANS
        said = {
            "period": self.choice,
            "from": self.period.first.isoformat() if is_custom else None,
            "to": self.period.last.isoformat() if is_custom else None,
            "category": self.category,
            "unit": self.unit.code if self.unit else None,
            "sender": self.sender.value if self.sender else None,
            **more,
        }
        return {name: value for name, value in said.items() if value not in (None, "")}


def asked(at: datetime) -> Asked:
    """Read the address; what cannot be is named, and the last seven days are shown instead."""
    errors: dict[str, str] = {}
    choice = request.args.get("period", "7")
    if any(_is_typed(name) for name in ("from", "to")):
        choice = "custom"
    try:
        period = _period(choice, at)
    except Invalid as error:
        errors, choice, period = dict(error.errors), "7", _last_days(7, at)
    category, code = request.args.get("category", ""), request.args.get("unit", "")
    if category and category not in registry.category_names():
        errors["category"], category = "没有这个问题分类，请从列表中选择", ""
    unit = dispatching.department_by_code(code)
    if code and unit is None:
        errors["unit"] = "没有这个承办单位，或已停用，请从列表中选择"
    sender = request.args.get("sender", "")
    by = Sender(sender) if sender in set(Sender) else None
    return Asked(period, choice, category, unit, by, errors)


def _is_typed(name: str) -> bool:
    """Whether a date was changed on the page: then it is meant, whatever the select says."""
    shown = request.args.get(f"shown_{name}")
    return shown is not None and request.args.get(name, shown) != shown


def _period(choice: str, at: datetime) -> Period:
    if choice in SPANS:
        return _last_days(SPANS[choice], at)
    if choice != "custom":
        raise Invalid("period", "请从列表中选择统计期")
    return Period.asked(_day("from", "开始"), _day("to", "结束"))


def _last_days(days: int, at: datetime) -> Period:
    today = at.astimezone(sla.LOCAL).date()
    return Period(today - timedelta(days=days - 1), today)


def _day(name: str, label: str) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        raise Invalid(name, f"请填写{label}日期，如 2026-03-01") from None
