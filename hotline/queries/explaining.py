"""Why each clock of a ticket is due when it is, and what happens next (期限说明)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

import sla
from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.terms import Clock
from hotline.domain.timing import ChangeKind
from hotline.models import Deadline, DeadlineChange, Department, Milestone, Ticket
from hotline.queries import judging, office

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeStory:
    """One change of a due moment: what, by whom, why, from when to when."""

    label: str
    words: str
    at: datetime
    by: str
    reason: str
    before: datetime
    after: datetime | None
    is_held: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class StepStory:
    """A step of the ladder: reached, or still to come, and whom it tells."""

    label: str
    planned_at: datetime
    fired_at: datetime | None = None
    is_late: bool = False
    is_stale: bool = False
    tells: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockStory:
    """Everything there is to say of one clock; moments in local time (+08:00)."""

    clock: Clock
    round: int
    unit: str
    state: str
    started_at: datetime
    limit: str
    statutory: str
    rule_id: str
    source: str
    profile: str
    versions: str
    due_at: datetime
    first_due_at: datetime
    yellow_at: datetime
    statutory_due_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    is_provisional: bool
    is_late: bool
    days: tuple[sla.DayNote, ...]
    changes: list[ChangeStory]
    past: list[StepStory]
    ahead: list[StepStory]


def of_ticket(ticket_no: str, *, at: datetime) -> list[ClockStory]:
    """The clocks of a ticket in the order they were started; raises NotFound."""
    ticket = db.session.scalar(select(Ticket).where(Ticket.ticket_no == ticket_no))
    if ticket is None:
        raise NotFound(f"没有编号为 {ticket_no} 的工单")
    return of(ticket, at=at)


def of(ticket: Ticket, *, at: datetime) -> list[ClockStory]:
    """The same of a ticket that was loaded already, in a fixed number of queries."""
    mine = Deadline.ticket_id == ticket.id
    rows = db.session.scalars(select(Deadline).where(mine).order_by(Deadline.id)).all()
    changes = _of_each(select(DeadlineChange).join(Deadline).where(mine))
    fired = _of_each(select(Milestone).join(Deadline).where(mine))
    query = select(Department).where(Department.id.in_([row.department_id for row in rows]))
    units = {unit.id: unit for unit in db.session.scalars(query)}
    return [
        _story(
            row,
            ticket,
            units.get(row.department_id or 0),
            (changes.get(row.id, []), fired.get(row.id, [])),
            at,
        )
        for row in rows
    ]


def _of_each(query) -> dict[int, list]:  # type: ignore[no-untyped-def, type-arg]  # noqa: ANN001
    found: dict[int, list] = {}  # type: ignore[type-arg]
    for row in db.session.scalars(query):
        found.setdefault(row.deadline_id, []).append(row)
    return {key: sorted(rows, key=lambda row: row.id) for key, rows in found.items()}


def main_of(stories: Sequence[ClockStory]) -> ClockStory:
    """The clock people ask for: the handling, before the dispatch whatever runs first."""
    handling = [story for story in stories if story.clock is Clock.HANDLE]
    return handling[-1] if handling else stories[0]


def _story(
    row: Deadline,
    ticket: Ticket,
    unit: Department | None,
    happened: tuple[list[DeadlineChange], list[Milestone]],
    at: datetime,
) -> ClockStory:
    changes, fired = happened
    rules = office.rules_of(row.calendar_version, row.hours_version)
    calendar = judging.calendar_of(rules, row.clock, ticket.area_code, unit.code if unit else "")
    limit = sla.Limit(row.amount, sla.Unit(row.unit))
    told = sla.retell(calendar, row.started_at, limit, judging.replayed(changes))
    profile = office.policy_of(row.policy_version)
    rule = next((rule for rule in profile.rules if rule.id == row.rule_id), None)
    until = row.stopped_at or at
    return ClockStory(
        clock=row.clock,
        round=row.round,
        unit=unit.short_name if unit else "",
        state=_state(row),
        started_at=_local(row.started_at),
        limit=str(limit),
        statutory=_statutory(row),
        rule_id=row.rule_id,
        source=rule.source if rule else "",
        profile=row.profile,
        versions=_versions(row),
        due_at=_local(row.due_at),
        first_due_at=_local(row.first_due_at),
        yellow_at=row.yellow_at,
        statutory_due_at=_local(row.statutory_due_at) if row.statutory_due_at else None,
        paused_at=_local(row.paused_at) if row.paused_at else None,
        stopped_at=_local(row.stopped_at) if row.stopped_at else None,
        is_provisional=row.is_provisional,
        is_late=until > row.due_at and row.paused_at is None,
        days=told.days,
        changes=_changes(changes, told),
        past=[_past(milestone) for milestone in fired],
        ahead=_ahead(row, {milestone.name for milestone in fired}),
    )


def _state(row: Deadline) -> str:
    if row.stopped_at is not None:
        return "已停止"
    return "暂停中" if row.paused_at is not None else "计时中"


def _statutory(row: Deadline) -> str:
    if not row.statutory_amount or not row.statutory_unit:
        return ""
    return str(sla.Limit(row.statutory_amount, sla.Unit(row.statutory_unit)))


def _versions(row: Deadline) -> str:
    parts = {
        "时限规则": row.policy_version,
        "工作日历": row.calendar_version,
        "办公时间": row.hours_version,
        "升级阶梯": row.ladder_version,
    }
    changed = [f"{name}第 {number} 版" for name, number in parts.items() if number]
    return "、".join(changed) or "系统自带的规则"


def _changes(rows: list[DeadlineChange], told: sla.Retelling) -> list[ChangeStory]:
    notes = iter(told.changes)
    stories = []
    for row in rows:
        is_replayed = row.kind is ChangeKind.EXTENSION or (
            row.kind is ChangeKind.PAUSE and row.until is not None
        )
        note = next(notes, None) if is_replayed else None
        stories.append(
            ChangeStory(
                label=row.cause.label if row.cause else row.kind.label,
                words=note.words if note else _words(row),
                at=_local(row.at),
                by=row.by,
                reason=row.reason,
                before=_local(row.due_before),
                after=_local(row.due_after) if row.due_after else None,
                is_held=row.is_held,
            )
        )
    return stories


def _words(row: DeadlineChange) -> str:
    if row.kind is ChangeKind.PAUSE:
        return f"自 {_local(row.at):%m-%d %H:%M} 起暂停计时，恢复后顺延同样长的时间"
    if row.is_held:
        return "按新规则的到期时间已经过去，保留原期限"
    return "按新规则重新计算"


def _past(row: Milestone) -> StepStory:
    step = office.ladder(row.fired_at).step(judging.step_of(row.name))
    return StepStory(
        label=step.label if step else row.name,
        planned_at=_local(row.planned_at),
        fired_at=_local(row.fired_at),
        is_late=row.is_late,
        is_stale=row.is_stale,
        tells=_recipients(step),
    )


def _ahead(row: Deadline, gone: set[str]) -> list[StepStory]:
    if row.next_at is None:
        return []
    ladder = office.ladder(row.next_at)
    coming = [(name, datetime.fromisoformat(at)) for name, at in row.plan if name not in gone]
    return [
        StepStory(
            label=step.label if (step := ladder.step(judging.step_of(name))) else name,
            planned_at=_local(at),
            tells=_recipients(step),
        )
        for name, at in coming
        if at >= row.next_at
    ]


def _recipients(step: sla.Step | None) -> str:
    return "、".join(sla.RECIPIENT_LABELS[whom] for whom in step.tells) if step else ""


def _local(moment: datetime) -> datetime:
    return moment.astimezone(sla.LOCAL)
