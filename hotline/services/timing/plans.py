"""What a clock is judged by: limit, due moment, milestones; asked, not yet written (期限测算)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sla
from hotline.db import db
from hotline.domain.timing import RuleSubject
from hotline.models import Department
from hotline.queries import judging

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from hotline.domain.rules import Rules
    from hotline.domain.terms import Clock
    from hotline.models import Deadline, Ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the rules must know of a ticket; ``unit_code`` is that of the lead department."""

    kind: str
    urgency: str
    round_no: int = 1
    category_code: str = ""
    area_code: str = ""
    unit_code: str = ""
    channel: str = ""

    def case(self) -> sla.Case:
        """The same as the policy wants it."""
        return sla.Case(
            kind=self.kind,
            urgency=self.urgency,
            round_no=self.round_no,
            category=self.category_code,
            area=self.area_code,
            department=self.unit_code,
            channel=self.channel,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The limit a clock has and where it comes from; promised and statutory are both kept."""

    limit: sla.Limit
    statutory: sla.Limit | None
    rule_id: str
    profile: str
    policy_version: int

    def columns(self) -> dict[str, Any]:
        """What of it is kept in the row of a clock."""
        statutory = self.statutory
        return {
            "amount": self.limit.amount,
            "unit": str(self.limit.unit),
            "statutory_amount": statutory.amount if statutory else None,
            "statutory_unit": str(statutory.unit) if statutory else None,
            "rule_id": self.rule_id,
            "profile": self.profile,
            "policy_version": self.policy_version,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """When a clock is due and what comes on the way, by the rules as they are."""

    course: sla.Course
    milestones: tuple[sla.Milestone, ...]
    yellow_at: datetime
    statutory_due_at: datetime | None
    versions: dict[RuleSubject, int]

    def moments(
        self, fired: Iterable[str] = (), *, since: datetime | None = None
    ) -> dict[str, Any]:
        """What changes with every count: due moment, lamps and what is still to fire.

        A milestone that has fired stays fired; only an extension, granted at ``since``, lets the
        warnings of the new due moment come, under a name of their own.
        """
        left = tuple(self._left(set(fired), since))
        return {
            "due_at": self.course.due.at,
            "statutory_due_at": self.statutory_due_at,
            "yellow_at": self.yellow_at,
            "is_provisional": self.course.due.provisional,
            "plan": [[name, at.isoformat()] for name, at in left],
            "next_at": left[0][1] if left else None,
            "calendar_version": self.versions[RuleSubject.CALENDAR],
            "hours_version": self.versions[RuleSubject.HOURS],
            "ladder_version": self.versions[RuleSubject.LADDER],
        }

    def _left(self, fired: set[str], since: datetime | None) -> Iterable[tuple[str, datetime]]:
        extended = sum(isinstance(leg.change, sla.Extension) for leg in self.course.legs)
        for name, at in self.milestones:
            if name not in fired:
                yield name, at
            elif (
                since is not None and at > since and f"{name}{judging.AGAIN}{extended}" not in fired
            ):
                yield f"{name}{judging.AGAIN}{extended}", at


def facts_of(ticket: Ticket, row: Deadline | None = None) -> Facts:
    """The facts of a ticket as it is now.

    ``row``: a clock of it; while a returned ticket has no unit, it runs on in the hours of the
    last one, until another takes over.
    """
    unit, unit_id = None, ticket.lead_department_id
    if unit_id is None and row is not None:
        unit_id = row.department_id
    if unit_id is not None:
        unit = db.session.get(Department, unit_id)
    return Facts(
        kind=ticket.kind.value,
        urgency=ticket.urgency.value,
        round_no=ticket.round,
        category_code=ticket.category_code or "",
        area_code=ticket.area_code or "",
        unit_code=unit.code if unit else "",
        channel=ticket.channel.value,
    )


def judge(rules: Rules, clock: Clock, facts: Facts, *, on: date) -> Judgement:
    """Ask the policy in force on a day for the most specific limit."""
    profile = rules.profile(on)
    rule = profile.rule(clock.value, facts.case(), on=on)
    return Judgement(
        limit=rule.limit,
        statutory=rule.statutory,
        rule_id=rule.id,
        profile=profile.name,
        policy_version=rules.versions(on)[RuleSubject.POLICY],
    )


def judged(row: Deadline) -> Judgement:
    """The limit a clock was given when it was judged last; a change of the policy leaves it."""
    statutory = None
    if row.statutory_amount and row.statutory_unit:
        statutory = sla.Limit(row.statutory_amount, sla.Unit(row.statutory_unit))
    return Judgement(
        limit=sla.Limit(row.amount, sla.Unit(row.unit)),
        statutory=statutory,
        rule_id=row.rule_id,
        profile=row.profile,
        policy_version=row.policy_version,
    )


def plan(
    rules: Rules,
    clock: Clock,
    facts: Facts,
    judgement: Judgement,
    *,
    start: datetime,
    on: date,
    changes: Sequence[sla.Pause | sla.Extension] = (),
) -> Plan:
    """Ask calendar and ladder for a clock with that limit that began at ``start``.

    ``on``: the local day whose ladder holds. Raises sla.SlaError when the calendar does not reach.
    """
    calendar = judging.calendar_of(rules, clock, facts.area_code, facts.unit_code)
    limit = judgement.limit
    course = sla.course(calendar, start, limit, changes)
    steps = rules.ladder(on).steps_for(
        clock.value, urgency=facts.urgency, kind=facts.kind, round_no=facts.round_no
    )
    due = course.due.at
    pauses = [change for change in changes if isinstance(change, sla.Pause)]
    milestones = sla.milestones(steps, calendar, start=start, due=due, limit=limit, pauses=pauses)
    statutory = None
    if judgement.statutory is not None:
        statutory = sla.course(calendar, start, judgement.statutory, changes).due.at
    return Plan(
        course=course,
        milestones=milestones,
        yellow_at=sla.yellow_at(milestones, steps, due),
        statutory_due_at=statutory,
        versions=rules.versions(on),
    )


def today(at: datetime) -> date:
    """The local day of a moment."""
    return at.astimezone(sla.LOCAL).date()
