"""Why a clock is late: exactly one cause, the first that holds of an ordered list (超期原因)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, literal

from hotline.domain.lifecycle import Stage
from hotline.domain.motions import MotionState
from hotline.domain.terms import Clock, Term
from hotline.domain.timing import ChangeKind
from hotline.models import Assignment, DeadlineChange, MotionRow, Ticket

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Subquery


class LateCause(Term):
    """Where a ticket is held up, in the order in which the causes are asked for."""

    NOT_DISPATCHED = "not_dispatched", "未派单"
    RETURNED = "returned", "退单往返"
    MOTION_OPEN = "motion_open", "申请待审核"
    UNSIGNED = "unsigned", "未签收"
    SENT_BACK = "sent_back", "审核退回"
    REDO = "redo", "重办"
    RESUMED = "resumed", "挂账恢复"
    NOT_CONTACTED = "not_contacted", "未先行联系"
    UNANSWERED = "unanswered", "办理中未答复"
    NOT_CALLED_BACK = "not_called_back", "未回访"
    HANG_UNREVIEWED = "hang_unreviewed", "挂账未复核"
    RATING_OPEN = "rating_open", "差评未核实整改"


DEFINITIONS: dict[LateCause, str] = {
    LateCause.NOT_DISPATCHED: "登记后还没有派给任何单位，也没有退过单",
    LateCause.RETURNED: "至少同意过一次退单，时间耗在改派往返上（原办理时限不重新起算）",
    LateCause.MOTION_OPEN: "承办单位的申请（退单、延期、挂账、不合理）正等审核",
    LateCause.UNSIGNED: "已派单，承办单位还没有签收",
    LateCause.SENT_BACK: "答复过，办结审核时退回，还没有再答复",
    LateCause.REDO: "市民不满意或未解决，正在重办",
    LateCause.RESUMED: "挂账后恢复办理，还没有答复",
    LateCause.NOT_CONTACTED: "已签收，还没有登记联系上诉求人",
    LateCause.UNANSWERED: "已签收并已联系诉求人，还没有提交答复",
    LateCause.NOT_CALLED_BACK: "答复已审核通过，还没有回访或评价",
    LateCause.HANG_UNREVIEWED: "挂账满复核期，还没有复核",
    LateCause.RATING_OPEN: "收到差评，还没有核实或整改完成",
}
"""Each cause in words, shown beside its figure. A clock has the first one that holds, in the order
of ``LateCause``: what others must do first comes before what the unit itself has left undone."""

_OF_CLOCK: dict[Clock, LateCause] = {
    Clock.DISPATCH: LateCause.NOT_DISPATCHED,
    Clock.CALLBACK: LateCause.NOT_CALLED_BACK,
    Clock.HANG_REVIEW: LateCause.HANG_UNREVIEWED,
    Clock.VERIFY: LateCause.RATING_OPEN,
    Clock.CORRECT: LateCause.RATING_OPEN,
    Clock.ADJUDICATE: LateCause.RETURNED,
    Clock.REVIEW_RETURN: LateCause.MOTION_OPEN,
    Clock.REVIEW_EXTENSION: LateCause.MOTION_OPEN,
    Clock.REVIEW_HANGING: LateCause.MOTION_OPEN,
    Clock.REVIEW_UNREASONABLE: LateCause.MOTION_OPEN,
    Clock.REVIEW_APPEAL: LateCause.MOTION_OPEN,
}
"""Clocks that time one thing only; signing, contact and handling depend on the ticket."""
_FRONT = (Stage.REGISTERED, Stage.SUPPLEMENTING, Stage.TO_DISPATCH)

NOBODY = "待派单"
NOT_SIGNED = "未签收"
NAMELESS = "经办人未记名"
"""Who holds a ticket, where no handler's name can be told."""


def is_lead_of(first: Subquery) -> ColumnElement[bool]:
    """Join the assignment that holds the ticket of a clock now, if any unit does."""
    return and_(
        Assignment.ticket_id == first.c.ticket_id,
        Assignment.is_lead.is_(True),
        Assignment.ended_at.is_(None),
    )


def person() -> ColumnElement[str]:
    """Who signed for the ticket; until then nobody in person (未签收)."""
    return case(
        (Assignment.id.is_(None), literal(NOBODY)),
        (Assignment.signed_at.is_(None), literal(NOT_SIGNED)),
        else_=_or_nameless(Assignment.signed_by),
    )


def _or_nameless(name: Any) -> ColumnElement[str]:  # noqa: ANN401 - a mapped column
    return case((name.is_(None), literal(NAMELESS)), else_=name)


def cause(clock: Clock, first: Subquery) -> ColumnElement[str]:
    """Give each clock of ``first``, joined with its ticket and lead assignment, its one cause."""
    if clock in _OF_CLOCK:
        return literal(_OF_CLOCK[clock].value)
    is_asked = exists().where(
        MotionRow.ticket_id == first.c.ticket_id, MotionRow.state == MotionState.OPEN
    )
    has_hung = exists().where(
        DeadlineChange.deadline_id == first.c.id,
        DeadlineChange.kind == ChangeKind.PAUSE,
        DeadlineChange.until.is_not(None),
    )
    rules = {
        LateCause.NOT_DISPATCHED: and_(Ticket.stage.in_(_FRONT), Ticket.returns == 0),
        LateCause.RETURNED: Ticket.returns > 0,
        LateCause.MOTION_OPEN: is_asked,
        LateCause.UNSIGNED: Ticket.stage == Stage.DISPATCHED,
        LateCause.SENT_BACK: Assignment.replied_at.is_not(None),
        LateCause.REDO: Ticket.round > 1,
        LateCause.RESUMED: has_hung,
        LateCause.NOT_CONTACTED: Assignment.contacted_at.is_(None),
    }
    return case(
        *((holds, literal(name.value)) for name, holds in rules.items()),
        else_=literal(LateCause.UNANSWERED.value),
    )
