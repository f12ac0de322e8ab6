"""Terms of a city beside its limits (延期、挂账、退单、重办): caps a motion or a redo must keep."""

from __future__ import annotations

from dataclasses import dataclass

from sla.limits import Limit, Unit

PAUSE_LABELS = {
    "supplementing": "待补充",
    "hung": "挂账",
    "return_review": "退单审核中",
    "extension_review": "延期审核中",
}
PAUSES = tuple(PAUSE_LABELS)
ONE_WORKDAY = Limit(1, Unit.WORKING_DAYS)
DEFAULT_PAUSES = frozenset({"supplementing", "hung"})
DEFAULT_PAUSES_SOURCE = "本系统默认；待诉求人补充和挂账期间停止计时，审核期间照常计时"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionTerms:
    """延期: how many working days the first and the second motion may ask for, and both together.

    A `second_max` of 0 means there is no second extension. `ask_before` is how long before the
    deadline the motion must be filed; None: at any time before the deadline.
    """

    first_max: int = 5
    second_max: int = 5
    total_max: int = 10
    ask_before: Limit | None = None
    source: str = "本系统默认；首次至多 5 个工作日，累计至多 10 个工作日，须在到期前提出"


@dataclass(frozen=True, kw_only=True, slots=True)
class HangingTerms:
    """挂账: looked at again every so many natural days, and how long it may last in all."""

    review_every_days: int = 30
    max_days: int = 365
    source: str = "本系统默认；每 30 天复核一次，最长 1 年"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnTerms:
    """退单: how often, and within which limit counted from dispatch; then it is adjudicated."""

    max_returns: int = 2
    within: Limit = ONE_WORKDAY
    source: str = "本系统默认；派单后 1 个工作日内提出，至多退单 2 次，之后裁定并禁止退回"


@dataclass(frozen=True, kw_only=True, slots=True)
class RedoTerms:
    """重办: how many redos follow the first handling before the ticket is supervised."""

    max_rounds: int = 2
    source: str = "本系统默认；重办至多 2 次，之后督办"
