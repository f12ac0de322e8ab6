"""Rules in plain words: when a rule holds, what it says, what a step does (规则释义)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sla
from hotline.queries import registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hotline.domain.rule_documents import UnitHours, Windows

WHOLE_CITY = "全市"
ALL_TICKETS = "所有工单"


@dataclass(frozen=True, slots=True)
class Names:
    """The words behind the codes of rules: areas, categories, units."""

    areas: Mapping[str, str]
    categories: Mapping[str, str]
    units: Mapping[str, str]

    def area(self, code: str) -> str:
        """东湖区; an area's street with its district before it."""
        if not code:
            return WHOLE_CITY
        district = self.areas.get(code[:6], "") if len(code) > len("990101") else ""
        return district + self.areas.get(code, f"区划 {code}")

    def category(self, code: str) -> str:
        """城乡建设 / 市政设施."""
        steps = [code[:end] for end in range(2, len(code) + 1, 2)]
        return " / ".join(self.categories.get(step, step) for step in steps)

    def unit(self, code: str) -> str:
        """Short name of a unit."""
        return self.units.get(code, f"单位 {code}") if code else WHOLE_CITY


def names() -> Names:
    """The city's names, read once for a page."""
    return Names(registry.area_names(), registry.category_names(), registry.unit_names())


def conditions_of(rule: sla.PolicyRule, known: Names) -> list[str]:
    """Which tickets a rule of the policy is for, one condition an item; none means all."""
    said = [
        _labels(rule.kinds, sla.KIND_LABELS),
        _labels(rule.urgencies, sla.URGENCY_LABELS),
        "、".join(known.category(code) for code in rule.categories),
        "、".join(known.area(code) for code in rule.areas),
        "、".join(known.unit(code) for code in sorted(rule.departments)),
        _labels(rule.channels, sla.CHANNEL_LABELS, "渠道："),
        f"第 {rule.min_round} 次办理起" if rule.min_round > 1 else "",
        _days(rule),
    ]
    return [part for part in said if part]


def _labels(codes: Iterable[str], labels: Mapping[str, str], head: str = "") -> str:
    said = "、".join(label for code, label in labels.items() if code in set(codes))
    return head + said if said else ""


def _days(rule: sla.PolicyRule) -> str:
    begins = f"{rule.effective_from} 起" if rule.effective_from else ""
    ends = f"至 {rule.effective_to} 止" if rule.effective_to else ""
    return begins + ends


def steps_before(step: sla.Step) -> list[str]:
    """Which tickets a step of the ladder is for, one condition an item; none means all."""
    said = [
        _labels(step.kinds, sla.KIND_LABELS),
        _labels(step.urgencies, sla.URGENCY_LABELS),
        f"第 {step.min_round} 次办理起" if step.min_round > 1 else "",
    ]
    return [part for part in said if part]


def when(offset: sla.Offset) -> str:
    """The moment of a step: 到期前 1 个工作日."""
    match offset.anchor:
        case sla.Anchor.PERCENT:
            return f"时限用去 {offset.amount}%"
        case sla.Anchor.BEFORE:
            return f"到期前 {offset.amount} 个工作日"
        case sla.Anchor.DUE:
            return "到期时"
        case sla.Anchor.AFTER:
            return "到期后即刻"
        case sla.Anchor.NEXT_DAY:
            return "到期次一工作日上班时"
        case _:
            return f"到期后 {offset.amount} 个工作日"


def when_of(step: sla.Step) -> str:
    """The moment of a step with the one that takes its place for short limits."""
    said = when(step.at)
    return (
        f"{said}（时限不足 2 个工作日或按自然时间的：{when(step.or_at)}）" if step.or_at else said
    )


def occasion_of(trigger: sla.Trigger) -> str:
    """What sets a trigger off: 重复诉求满 3 次."""
    label = sla.OCCASION_LABELS[trigger.when]
    return f"{label}满 {trigger.count} 次" if trigger.when in sla.COUNTED else label


def deeds_of(rung: sla.Step | sla.Trigger) -> list[str]:
    """What a step or trigger does, one deed an item."""
    whom = "、".join(sla.RECIPIENT_LABELS[word] for word in rung.tells)
    how = "和".join(sla.CARRIER_LABELS[word] for word in rung.by)
    said = [
        f"用{how}告知{whom}" if whom else "",
        f"挂“{sla.MARK_LABELS[rung.mark]}”标记" if rung.mark else "",
        f"启动{sla.ACT_LABELS[rung.act]}" if rung.act else "",
    ]
    return [part for part in said if part]


def windows(spans: Windows) -> str:
    """08:30-12:00、14:00-17:30."""
    return sla.written_windows(spans).replace(" ", "、")


def hours(said: UnitHours) -> str:
    """Office hours over the year in one line."""
    seasons = [
        f"{month_day(s.first)}至{month_day(s.last)} {windows(s.windows)}" for s in said.seasons
    ]
    return "；".join([windows(said.windows), *seasons])


def month_day(text: str) -> str:
    """5月1日 for 05-01."""
    month, _, day = text.partition("-")
    return f"{int(month)}月{int(day)}日"


def day(entry: sla.CalendarEntry) -> str:
    """上班“台风后补班”（08:30-12:00）."""
    state = "上班" if entry.is_workday else "休息"
    special = f"（{windows(entry.windows)}）" if entry.windows else ""
    return f"{state}“{entry.name}”{special}"
