"""Time-limit policies (时限规则): which limit a clock has for which ticket, on which day."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sla.errors import ProfileError
from sla.profile_terms import (
    DEFAULT_PAUSES,
    DEFAULT_PAUSES_SOURCE,
    ExtensionTerms,
    HangingTerms,
    RedoTerms,
    ReturnTerms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sla.limits import Limit

KIND_LABELS = {
    "consult": "咨询",
    "help": "求助",
    "complaint": "投诉",
    "report": "举报",
    "suggestion": "建议",
    "praise": "表扬",
}
URGENCY_LABELS = {"normal": "一般", "urgent": "紧急", "critical": "特急", "complex": "复杂"}
CHANNEL_LABELS = {
    "phone": "电话",
    "web": "网站",
    "app": "手机应用",
    "sms": "短信",
    "visit": "来访",
    "import": "历史导入",
}
KINDS, URGENCIES, CHANNELS = tuple(KIND_LABELS), tuple(URGENCY_LABELS), tuple(CHANNEL_LABELS)


class Clock(StrEnum):
    """What is timed (计时)."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    CONTACT = "contact"
    HANDLE = "handle"
    CALLBACK = "callback"
    REVIEW_RETURN = "review_return"
    REVIEW_EXTENSION = "review_extension"
    REVIEW_HANGING = "review_hanging"
    REVIEW_UNREASONABLE = "review_unreasonable"
    REVIEW_APPEAL = "review_appeal"
    ADJUDICATE = "adjudicate"
    HANG_REVIEW = "hang_review"
    VERIFY = "verify"
    CORRECT = "correct"


CLOCK_LABELS = {
    Clock.DISPATCH: "派单",
    Clock.SIGN: "签收",
    Clock.CONTACT: "先行联系",
    Clock.HANDLE: "办理",
    Clock.CALLBACK: "回访",
    Clock.REVIEW_RETURN: "退单审核",
    Clock.REVIEW_EXTENSION: "延期审核",
    Clock.REVIEW_HANGING: "挂账审核",
    Clock.REVIEW_UNREASONABLE: "不合理诉求审核",
    Clock.REVIEW_APPEAL: "申诉审核",
    Clock.ADJUDICATE: "疑难裁定",
    Clock.HANG_REVIEW: "挂账复核",
    Clock.VERIFY: "差评核实",
    Clock.CORRECT: "差评整改",
}

Weight = tuple[int, bool, bool, int, int, bool, bool]
ANY_CASE: Weight = (1, False, False, 0, 0, False, False)
"""Weight of a rule without conditions: it holds for every ticket."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What a policy looks at in a ticket; codes are empty while not known yet.

    A category has two digits a level ("020203"); an area's code begins with the code of the area
    around it (street "990101001" in district "990101"). Raises ProfileError for a kind, an urgency
    or a round that does not exist.
    """

    kind: str
    urgency: str
    round_no: int = 1
    category: str = ""
    area: str = ""
    department: str = ""
    channel: str = ""

    def __post_init__(self) -> None:
        """Refuse what no rule can speak about, so that the search need not."""
        if self.kind not in KIND_LABELS:
            raise _unknown("诉求类型", self.kind, KINDS)
        if self.urgency not in URGENCY_LABELS:
            raise _unknown("紧急程度", self.urgency, URGENCIES)
        if self.round_no < 1:
            raise ProfileError(f"办理轮次从 1 开始，现为 {self.round_no}")


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyRule:
    """One figure of a profile, the tickets it holds for (empty = all), and where it comes from.

    `limit` is what the city promises (承诺时限), `statutory` what a regulation allows at the most
    (法定时限); both are shown, the promise is counted. `categories` and `areas` are prefixes of
    codes, all of one length. Both effective dates are included.
    """

    id: str
    clock: Clock
    limit: Limit
    source: str
    statutory: Limit | None = None
    statutory_source: str = ""
    kinds: frozenset[str] = frozenset()
    urgencies: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    departments: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    min_round: int = 1
    effective_from: date | None = None
    effective_to: date | None = None

    @property
    def weight(self) -> Weight:
        """How specific; of two rules that hold the greater weight wins, compared in this order.

        1. a later round (重办) before the first handling; 2. a named urgency; 3. a named
        department; 4. the deeper category; 5. the smaller area; 6. a named channel; 7. a named
        kind. The earlier word decides alone: a rule for 特急 beats one for a street's 咨询.
        """
        return (
            self.min_round,
            bool(self.urgencies),
            bool(self.departments),
            max(map(len, self.categories), default=0),
            max(map(len, self.areas), default=0),
            bool(self.channels),
            bool(self.kinds),
        )

    def holds_for(self, case: Case, on: date) -> bool:
        """Whether the rule speaks about such a ticket on a day."""
        return (
            case.round_no >= self.min_round
            and (not self.urgencies or case.urgency in self.urgencies)
            and (not self.kinds or case.kind in self.kinds)
            and (not self.categories or case.category.startswith(self.categories))
            and (not self.areas or case.area.startswith(self.areas))
            and (not self.departments or case.department in self.departments)
            and (not self.channels or case.channel in self.channels)
            and (self.effective_from is None or self.effective_from <= on)
            and (self.effective_to is None or on <= self.effective_to)
        )

    def rivals(self, other: PolicyRule) -> bool:
        """Whether both hold for some ticket on some day and neither is more specific."""
        return (
            self.clock is other.clock
            and self.weight == other.weight
            and _meet(self.urgencies, other.urgencies)
            and _meet(self.departments, other.departments)
            and _meet(self.channels, other.channels)
            and _meet(self.kinds, other.kinds)
            and _nest(self.categories, other.categories)
            and _nest(self.areas, other.areas)
            and _begins_in(self, other)
            and _begins_in(other, self)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """All limits of a city at one version (城市配置); a ticket keeps the version it began with."""

    name: str
    version: str
    effective_from: date
    rules: tuple[PolicyRule, ...]
    extension: ExtensionTerms = field(default_factory=ExtensionTerms)
    hanging: HangingTerms = field(default_factory=HangingTerms)
    returns: ReturnTerms = field(default_factory=ReturnTerms)
    redo: RedoTerms = field(default_factory=RedoTerms)
    pauses: frozenset[str] = DEFAULT_PAUSES
    pauses_source: str = DEFAULT_PAUSES_SOURCE
    _ranked: dict[str, tuple[PolicyRule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put the rules of each clock in order once, the most specific first."""
        ordered = sorted(self.rules, key=lambda rule: rule.weight, reverse=True)
        ranked = {
            clock.value: tuple(rule for rule in ordered if rule.clock is clock) for clock in Clock
        }
        object.__setattr__(self, "_ranked", ranked)

    def rule(self, clock: str, case: Case, *, on: date) -> PolicyRule:
        """Most specific rule that holds for a ticket whose clock starts on the local day `on`.

        Raises ProfileError for a clock that does not exist.
        """
        rules = self._ranked.get(clock)
        if rules is None:
            raise _unknown("计时", clock, tuple(Clock))
        for rule in rules:
            if rule.holds_for(case, on):
                return rule
        raise ProfileError(f"配置“{self.name}”中没有 {on} 适用的{CLOCK_LABELS[Clock(clock)]}时限")


def _unknown(what: str, value: str, known: Iterable[str]) -> ProfileError:
    return ProfileError(f"不认识的{what} {value!r}，可用：{'、'.join(known)}")


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or not one.isdisjoint(other)


def _nest(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether some code lies under a prefix of each."""
    if not one or not other:
        return True
    return any(code.startswith(other) for code in one) or any(c.startswith(one) for c in other)


def _begins_in(one: PolicyRule, other: PolicyRule) -> bool:
    """Whether `one` has begun when `other` ends."""
    start, end = one.effective_from, other.effective_to
    return start is None or end is None or start <= end
