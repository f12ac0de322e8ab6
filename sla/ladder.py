"""The escalation ladder (升级阶梯) as data: what is done on the way to a deadline and after it.

A step (节点) is reached by time, a trigger (触发) by what happens. Which of them hold for a ticket
is chosen here; when a step is due is planned in `sla.milestone`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sla.errors import SlaError
from sla.policy import CLOCK_LABELS, KINDS, URGENCIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

RECIPIENT_LABELS = {
    "unit": "承办单位经办人",
    "leader": "承办单位负责人",
    "parent_leader": "上级单位负责人",
    "supervisor": "督办员",
    "authority": "热线管理机构",
    "dispatcher": "分派员",
    "callback": "回访员",
    "citizen": "诉求人",
}
CARRIER_LABELS = {"notice": "站内通知", "sms": "短信"}
MARK_LABELS = {
    "urged": "催办",
    "yellow": "黄牌",
    "red": "红牌",
    "reminded": "书面催办",
    "circulated": "通报",
    "supervised": "督办",
    "raised": "提级办理",
}
ACT_LABELS = {"supervise": "督办", "raise_level": "提级办理"}
OCCASION_LABELS = {
    "overdue": "红牌超期",
    "unhappy": "回访不满意",
    "unhappy_redo": "重办后仍不满意",
    "repeats": "重复诉求",
    "callers": "多人反映",
    "order": "领导批示",
}
COUNTED = frozenset({"repeats", "callers"})
"""Occasions with a number; the others happen or do not."""

PERCENTS = range(1, 100)
DAYS = range(1, 61)
"""A ticket is archived 30 days after it is closed: later steps would find nobody at work."""

_FORMS = "50%、due - 1 working_days、due、after due、next working day、due + 5 working_days"
_PERCENT = re.compile(r"(\d{1,9})%", re.ASCII)
_DAYS_AWAY = re.compile(r"due ([+-]) (\d{1,9}) working_days", re.ASCII)


class LadderError(SlaError):
    """An escalation ladder (升级阶梯) that is missing, ill-formed or asked what it cannot know.

    `problems` says every mistake of a document, each with its place; it is empty when the trouble
    is not in a document.
    """

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class Anchor(StrEnum):
    """What an offset is measured from, as it is written."""

    PERCENT = "%"
    BEFORE = "due -"
    DUE = "due"
    AFTER = "after due"
    NEXT_DAY = "next working day"
    LATER = "due +"


@dataclass(frozen=True, slots=True)
class Offset:
    """A moment of a clock before it starts: `50%`, `due - 1 working_days`, `next working day` …

    `amount` is the percentage or the number of working days, 0 for the anchors without one.
    """

    anchor: Anchor
    amount: int = 0

    def __post_init__(self) -> None:
        """Refuse a moment outside the life of a ticket."""
        if self.anchor is Anchor.PERCENT:
            if self.amount not in PERCENTS:
                raise LadderError(f"百分比须在 1% 至 99% 之间，现为 {self.amount}%")
        elif self.anchor in {Anchor.BEFORE, Anchor.LATER}:
            if self.amount not in DAYS:
                raise LadderError(
                    f"到期前后的工作日须在 1 至 {DAYS[-1]} 之间，现为 {self.amount}："
                    "更早时尚未起算，更晚时工单已归档"
                )
        elif self.amount:
            raise LadderError(f"“{self.anchor}”不带数量，现为 {self.amount}")

    @classmethod
    def parse(cls, text: str) -> Offset:
        """Read an offset as it is written in a ladder. Raises LadderError with the forms known."""
        if percent := _PERCENT.fullmatch(text):
            return cls(Anchor.PERCENT, int(percent[1]))
        if away := _DAYS_AWAY.fullmatch(text):
            return cls(Anchor(f"due {away[1]}"), int(away[2]))
        if text in {Anchor.DUE, Anchor.AFTER, Anchor.NEXT_DAY}:
            return cls(Anchor(text))
        raise LadderError(f"看不懂的时点 {text!r}，可写：{_FORMS}")

    def __str__(self) -> str:
        if self.anchor is Anchor.PERCENT:
            return f"{self.amount}%"
        return f"{self.anchor} {self.amount} working_days" if self.amount else str(self.anchor)

    @property
    def is_past_due(self) -> bool:
        """Whether the moment lies after the deadline (逾期之后)."""
        return self.anchor in {Anchor.AFTER, Anchor.NEXT_DAY, Anchor.LATER}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What is done at a moment of a clock (节点), for which tickets (empty = all), and why.

    `or_at` takes the place of `at` where the limit is shorter than two working days or runs by the
    clock, or where `at` does not lie after the start. `template` is the key of a message text.
    """

    id: str
    label: str
    clocks: frozenset[str]
    at: Offset
    source: str
    or_at: Offset | None = None
    urgencies: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    min_round: int = 1
    tells: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    template: str = ""
    mark: str = ""
    act: str = ""

    def holds_for(self, clock: str, urgency: str, kind: str, round_no: int) -> bool:
        """Whether the step speaks about such a clock of such a ticket."""
        return (
            clock in self.clocks
            and round_no >= self.min_round
            and (not self.urgencies or urgency in self.urgencies)
            and (not self.kinds or kind in self.kinds)
        )

    def collides(self, other: Step) -> bool:
        """Whether both would hang one mark on one ticket at one offset."""
        return (
            bool(self.mark)
            and self.mark == other.mark
            and (self.at == other.at or (self.or_at or self.at) == (other.or_at or other.at))
            and not self.clocks.isdisjoint(other.clocks)
            and _meet(self.urgencies, other.urgencies)
            and _meet(self.kinds, other.kinds)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """What is done when something happens (触发), from so many times on, and why."""

    id: str
    label: str
    when: str
    source: str
    count: int = 1
    tells: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    template: str = ""
    mark: str = ""
    act: str = ""


_Choice = tuple[str, str, str, int]
"""Clock, urgency, kind and round: what the choice of steps depends on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """All steps and triggers of a city at one version (升级阶梯), in the order of its document."""

    name: str
    version: str
    effective_from: date
    steps: tuple[Step, ...]
    triggers: tuple[Trigger, ...] = ()
    _chosen: dict[_Choice, tuple[Step, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _last_round: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Later rounds than any step names are all alike; so few choices are remembered."""
        last = max((step.min_round for step in self.steps), default=1)
        object.__setattr__(self, "_last_round", last)

    def steps_for(
        self, clock: str, *, urgency: str, kind: str, round_no: int = 1
    ) -> tuple[Step, ...]:
        """Steps that hold for a clock of a ticket; `round_no` 1 is the first handling (首次办理).

        Raises LadderError for a clock, urgency, kind or round that does not exist.
        """
        case = (clock, urgency, kind, min(round_no, self._last_round))
        chosen = self._chosen.get(case)
        if chosen is None:
            _demand_known(case)
            chosen = tuple(step for step in self.steps if step.holds_for(*case))
            self._chosen[case] = chosen
        return chosen

    def triggers_for(self, when: str, count: int = 1) -> tuple[Trigger, ...]:
        """Triggers that have been reached when something has happened so many times."""
        if when not in OCCASION_LABELS:
            raise _unknown("触发情形", when, OCCASION_LABELS)
        return tuple(t for t in self.triggers if t.when == when and t.count <= count)

    def step(self, step_id: str) -> Step | None:
        """Step of an id, as a milestone names it; None if this version has it no longer."""
        return next((step for step in self.steps if step.id == step_id), None)

    def trigger(self, trigger_id: str) -> Trigger | None:
        """Trigger of an id, None if this version has it no longer."""
        return next((trigger for trigger in self.triggers if trigger.id == trigger_id), None)


def _demand_known(case: _Choice) -> None:
    clock, urgency, kind, round_no = case
    if clock not in tuple(CLOCK_LABELS):
        raise _unknown("计时", clock, CLOCK_LABELS)
    if urgency not in URGENCIES:
        raise _unknown("紧急程度", urgency, URGENCIES)
    if kind not in KINDS:
        raise _unknown("诉求类型", kind, KINDS)
    if round_no < 1:
        raise LadderError(f"办理轮次从 1 开始，现为 {round_no}")


def _unknown(what: str, value: str, known: Iterable[str]) -> LadderError:
    return LadderError(f"不认识的{what} {value!r}，可用：{'、'.join(known)}")


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or not one.isdisjoint(other)
