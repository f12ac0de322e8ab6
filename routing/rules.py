"""One line of the dispatch catalogue (派单规则), and the facts (诉求要素) it is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from routing.areas import prefix_of
from routing.times import Times

_LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")
DANGER = "critical"
"""The urgency word of danger to life (特急)."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a demand when it is routed; `at` is aware, empty strings mean unknown.

    `is_workday`: by the city's calendar; None goes by the weekday. `rules_on`: the local day whose
    rules are asked, where that is another one than that of `at` (a dry run).
    """

    category: str
    area: str
    kind: str
    urgency: str
    text: str
    at: datetime
    is_workday: bool | None = None
    rules_on: date | None = None

    @property
    def on(self) -> date:
        """Local day on which rules must be in force. Raises ValueError for a naive moment."""
        return self.rules_on or self.moment.date()

    @property
    def moment(self) -> datetime:
        """The moment as the clock on the wall has it. Raises ValueError for a naive one."""
        if self.at.tzinfo is None:
            raise ValueError(f"时间 {self.at} 没有时区，无法判断规则是否生效")
        return self.at.astimezone(_LOCAL)

    def are_at(self, times: Times) -> bool:
        """Whether the demand comes at these times."""
        if not times:
            return True
        moment, known = self.moment, self.is_workday
        return times.hold(
            moment, is_workday=moment.weekday() < _SATURDAY if known is None else known
        )


class Specificity(NamedTuple):
    """How closely a rule fits, compared field by field in this order.

    Danger to life wins before everything: a gas leak goes to the gas company whatever the
    classifier thought (domain.md 8.1 特急).
    """

    danger: bool
    category: int
    area: int
    words: int
    urgency: bool
    kind: bool
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Category × area (× kind × urgency × words × times) → lead and helper units, with legal basis.

    `category` and `area` hold for all codes below them, "" for all. `words`: at least one must
    occur in the text. `times`: season, hours and kind of day at which it holds. A unit is named
    by its code or as `duty:<duty>@city|district|street`. Both effective days are included; no end
    day means open-ended.
    """

    id: str
    lead: str
    category: str = ""
    area: str = ""
    kind: str | None = None
    urgency: str | None = None
    words: tuple[str, ...] = ()
    times: Times = field(default_factory=Times)
    helpers: tuple[str, ...] = ()
    legal_basis: str = ""
    effective_from: date = date.min
    effective_to: date | None = None

    def is_effective(self, on: date) -> bool:
        """Whether the rule is in force that local day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def fit(self, facts: Facts, on: date) -> Specificity | None:
        """How closely the rule fits facts whose category and area it is known to cover."""
        if not self.is_effective(on):
            return None
        if (self.kind and self.kind != facts.kind) or (
            self.urgency and self.urgency != facts.urgency
        ):
            return None
        if not facts.are_at(self.times):
            return None
        hits = sum(word in facts.text for word in self.words)
        if self.words and not hits:
            return None
        return Specificity(
            bool(hits) and self.urgency == DANGER,
            len(self.category),
            len(prefix_of(self.area)),
            hits,
            bool(self.urgency),
            bool(self.kind),
            self.times.count,
        )

    @property
    def is_unconditional(self) -> bool:
        """Whether it holds for every demand of its category and area."""
        return not (self.kind or self.urgency or self.words or self.times)
