"""Time-limit policy (时限规则): which limit a clock has for a kind, an urgency and a round."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sla.errors import ProfileError

if TYPE_CHECKING:
    from datetime import date

    from sla.limits import Limit

KINDS = ("consult", "help", "complaint", "report", "suggestion", "praise")
URGENCIES = ("normal", "urgent", "critical", "complex")


class Clock(StrEnum):
    """What is timed (计时)."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    CONTACT = "contact"
    HANDLE = "handle"
    CALLBACK = "callback"
    REVIEW_RETURN = "review_return"


CLOCK_LABELS = {
    Clock.DISPATCH: "派单",
    Clock.SIGN: "签收",
    Clock.CONTACT: "先行联系",
    Clock.HANDLE: "办理",
    Clock.CALLBACK: "回访",
    Clock.REVIEW_RETURN: "退单审核",
}


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One figure of a profile, the cases it holds for (empty = all), and where it comes from."""

    id: str
    limit: Limit
    source: str
    clock: Clock
    kinds: frozenset[str] = frozenset()
    urgencies: frozenset[str] = frozenset()
    min_round: int = 1

    @property
    def weight(self) -> tuple[int, bool, bool]:
        """How specific: a later round before an urgency before a kind."""
        return self.min_round, bool(self.urgencies), bool(self.kinds)

    def holds_for(self, kind: str, urgency: str, round_no: int) -> bool:
        """Whether the rule speaks about such a ticket."""
        return (
            round_no >= self.min_round
            and (not self.urgencies or urgency in self.urgencies)
            and (not self.kinds or kind in self.kinds)
        )

    def rivals(self, other: PolicyRule) -> bool:
        """Whether both hold for some ticket and neither is more specific."""
        return (
            self.clock is other.clock
            and self.weight == other.weight
            and (self.urgencies == other.urgencies or bool(self.urgencies & other.urgencies))
            and (self.kinds == other.kinds or bool(self.kinds & other.kinds))
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """All limits of a city at one version (城市配置); a ticket keeps the version it began with."""

    name: str
    version: str
    effective_from: date
    rules: tuple[PolicyRule, ...]

    def rule(self, clock: str, *, kind: str, urgency: str, round_no: int = 1) -> PolicyRule:
        """Most specific rule for a ticket; `round_no` 1 is the first handling (首次办理).

        Raises ProfileError for a clock, kind, urgency or round that does not exist.
        """
        _demand_known("计时", clock, tuple(Clock))
        _demand_known("诉求类型", kind, KINDS)
        _demand_known("紧急程度", urgency, URGENCIES)
        if round_no < 1:
            raise ProfileError(f"办理轮次从 1 开始，现为 {round_no}")
        fitting = [
            rule
            for rule in self.rules
            if rule.clock == clock and rule.holds_for(kind, urgency, round_no)
        ]
        return max(fitting, key=lambda rule: rule.weight)


def _demand_known(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ProfileError(f"不认识的{what} {value!r}，可用：{'、'.join(known)}")
