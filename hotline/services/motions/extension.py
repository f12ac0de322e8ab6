"""延期: asked before the deadline, with a reply for the citizen; sums are capped.

Rules: domain.md 8.1 (首次由单位负责人和热线审核，再次由热线管理机构审批，累计不超过 10 个工作日),
8.3 (延期自原期限起算), 山东省政务服务热线管理办法（2020）.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sla
from hotline.domain.allowance import Allowance
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Clock
from hotline.domain.timing import ChangeKind
from hotline.queries import office
from hotline.services.motions import docket
from hotline.services.motions.plea import Opening, filled, spoken
from hotline.services.timing import clocks

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Deadline, MotionRow, Ticket
    from hotline.services.motions.plea import Plea

TOO_FAR = 10_000
"""More days than any rule could allow: not counted, only refused."""


def opening(ticket: Ticket, *, at: datetime) -> Opening:
    """Whether an extension could be asked for now: until when, how many days, who would decide."""
    row = clocks.newest(ticket, Clock.HANDLE)
    if row is None or row.stopped_at is not None:
        return Opening(kind=Motion.EXTENSION, refusal=NotAllowed("办理时限已停止，不能申请延期"))
    left = allowance(row, at=at)
    until = _latest(row, ticket, at)
    return Opening(
        kind=Motion.EXTENSION,
        refusal=_late(row, until, at) or (Invalid("days", left.words()) if not left.most else None),
        until=until,
        most=left.most,
        ordinal=left.ordinal,
        words=f"须在 {spoken(until)} 前提出；{left.words()}",
    )


def allowance(row: Deadline, *, at: datetime) -> Allowance:
    """What is left after the extensions this handle clock has had."""
    granted = [
        change.amount or 0
        for change in clocks.changes_of(row)
        if change.kind is ChangeKind.EXTENSION
    ]
    return Allowance(office.profile(at).extension, tuple(granted))


def _late(row: Deadline, until: datetime, at: datetime) -> NotAllowed | Invalid | None:
    if row.paused_at is not None:
        return NotAllowed("办理时限正暂停计时，恢复计时后再申请延期")
    if at > row.due_at:
        return Invalid("days", f"办理时限已于 {spoken(row.due_at)} 届满，延期须在到期前提出")
    if at > until:
        return Invalid(
            "days", f"延期最晚须在 {spoken(until)} 前提出（到期时间为 {spoken(row.due_at)}）"
        )
    return None


def _latest(row: Deadline, ticket: Ticket, at: datetime) -> datetime:
    """The last moment to ask: the deadline itself, or earlier where the city wants notice."""
    notice = office.profile(at).extension.ask_before
    if notice is None:
        return row.due_at
    calendar = _calendar(ticket)
    return sla.latest_start(calendar, row.due_at, notice)


def prepare(row: MotionRow, ticket: Ticket, plea: Plea, *, at: datetime) -> None:
    """Check what an extension needs and put it into the row. Raises Invalid naming the field.

    Whole working days within what the terms leave; a refusal tells the sums and what would still
    be possible. Evidence, and the words for the citizen, go with it.
    """
    clock = clocks.newest(ticket, Clock.HANDLE)
    assert clock is not None  # noqa: S101 - the opening has said so
    left = allowance(clock, at=at)
    days = plea.days
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= TOO_FAR:
        raise Invalid("days", f"延期天数须为 1 至 {left.most} 的整数（工作日）")
    refusal = left.refusal(days)
    if refusal:
        raise Invalid("days", refusal)
    row.working_days, row.ordinal = days, left.ordinal
    filled("evidence", row.evidence or "", "请写明延期的依据或佐证材料")
    filled("reply_text", row.reply_text or "", "请填写给市民的答复口径，批准后以短信告知")


def granted(row: MotionRow, ticket: Ticket, actor: Actor, note: str | None, at: datetime) -> None:
    """Move the deadline on, counted from the old one; the old one stays to be seen.

    A motion filed in time and decided after the deadline still counts from the old deadline, not
    from the decision: the unit asked in time, and must not gain by a slow review (domain.md 8.3:
    延期自原期限届满起算).
    """
    docket.close(row, ticket, MotionState.GRANTED, actor, note, at=at)
    clock = clocks.newest(ticket, Clock.HANDLE)
    if clock is None or clock.stopped_at is not None:
        raise NotAllowed("办理时限没有在计时，不能延期")
    before = clock.due_at
    limit = sla.Limit(row.working_days or 1, sla.Unit.WORKING_DAYS)
    clocks.extend(clock, ticket, limit, at=at, actor=actor, reason=row.reason, motion_id=row.id)
    ticket.promised_at, ticket.is_provisional = clock.due_at, clock.is_provisional
    docket.record(
        ticket,
        Event.EXTENSION_GRANTED,
        row,
        actor,
        reason=note or row.reason,
        at=at,
        before=before.isoformat(),
        due_at=clock.due_at.isoformat(),
        reply_text=row.reply_text,
    )


def would_be_due(row: MotionRow, ticket: Ticket) -> tuple[datetime, datetime] | None:
    """The deadline as it is and as it would be, for whoever decides; None when no clock runs."""
    clock = clocks.newest(ticket, Clock.HANDLE)
    if clock is None or clock.stopped_at is not None or not row.working_days:
        return None
    calendar = _calendar(ticket)
    limit = sla.Limit(row.working_days, sla.Unit.WORKING_DAYS)
    return clock.due_at, sla.due_at(calendar, clock.due_at, limit).at


def _calendar(ticket: Ticket) -> sla.Calendar:
    """The calendar of the place, in the office hours of the unit that works on the ticket."""
    unit = ticket.lead_department
    return office.calendar(ticket.area_code, unit.code if unit else None)
