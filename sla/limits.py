"""A limit (期限): an amount and the unit it is counted in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sla.errors import LimitError


class Unit(StrEnum):
    """What is counted: natural units run day and night, working units in office hours only."""

    NATURAL_MINUTES = "natural_minutes"
    NATURAL_HOURS = "natural_hours"
    NATURAL_DAYS = "natural_days"
    WORKING_MINUTES = "working_minutes"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    NEXT_WORKDAY_END = "next_workday_end"


UNIT_LABELS = {
    Unit.NATURAL_MINUTES: "分钟",
    Unit.NATURAL_HOURS: "小时",
    Unit.NATURAL_DAYS: "天",
    Unit.WORKING_MINUTES: "个工作分钟",
    Unit.WORKING_HOURS: "个工作小时",
    Unit.WORKING_DAYS: "个工作日",
    Unit.NEXT_WORKDAY_END: "次一工作日下班前",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of a unit; `next_workday_end` has the amount 1. Raises LimitError otherwise."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse what cannot be counted, and accept a unit given by its written name."""
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or self.amount < 1:
            raise LimitError(f"期限数量须为正整数，现为 {self.amount!r}")
        try:
            object.__setattr__(self, "unit", Unit(self.unit))
        except ValueError:
            known = "、".join(Unit)
            raise LimitError(f"不认识的期限单位 {self.unit!r}，可用：{known}") from None
        if self.unit is Unit.NEXT_WORKDAY_END and self.amount != 1:
            raise LimitError("次一工作日下班前（next_workday_end）的数量只能是 1")

    def __str__(self) -> str:
        if self.unit is Unit.NEXT_WORKDAY_END:
            return UNIT_LABELS[self.unit]
        return f"{self.amount} {UNIT_LABELS[self.unit]}"
