"""What a ticket filed now would be promised, under the rules in force or a draft (期限预览)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sla
from hotline.domain.errors import Invalid
from hotline.queries import judging, rulebooks
from hotline.services.timing import plans

if TYPE_CHECKING:
    from datetime import date, datetime

    from hotline.domain.terms import Clock
    from hotline.models import RuleBook


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """One clock with the rule it is judged by, each day on the way, and the steps of the ladder."""

    on: date
    rule: sla.PolicyRule
    profile: str
    due: sla.Due
    days: tuple[sla.DayNote, ...]
    rungs: tuple[tuple[sla.Step, datetime], ...]


def preview(
    clock: Clock, facts: plans.Facts, *, at: datetime, draft: RuleBook | None = None
) -> Preview:
    """Ask the rules for a clock that starts at ``at``; those of a draft from its first day on.

    Raises Invalid naming the moment when the calendar does not reach it.
    """
    today = plans.today(at)
    rules, on = rulebooks.rules_under(draft), max(today, draft.effective_from) if draft else today
    try:
        judgement = plans.judge(rules, clock, facts, on=on)
        plan = plans.plan(rules, clock, facts, judgement, start=at, on=on)
        calendar = judging.calendar_of(rules, clock, facts.area_code, facts.unit_code)
        told = sla.explain(calendar, at, judgement.limit)
        profile, ladder = rules.profile(on), rules.ladder(on)
        rule = profile.rule(clock.value, facts.case(), on=on)
    except sla.SlaError as error:
        raise Invalid("at", f"无法计算：{error}") from None
    rungs = [(ladder.step(m.name), m.at) for m in plan.milestones]
    return Preview(
        on=on,
        rule=rule,
        profile=profile.name,
        due=plan.course.due,
        days=told.days,
        rungs=tuple((step, moment) for step, moment in rungs if step is not None),
    )
