"""Applications put to somebody while the ticket stays where it is (申请: 退单 延期 挂账 …)."""

from __future__ import annotations

from hotline.domain.errors import Conflict
from hotline.domain.terms import Term


class Motion(Term):
    """Five kinds share one small machine: open → granted, refused or withdrawn."""

    RETURN = "return", "退单"
    EXTENSION = "extension", "延期"
    HANGING = "hanging", "挂账"
    UNREASONABLE = "unreasonable", "不合理诉求"
    APPEAL = "appeal", "考核申诉"


class MotionState(Term):
    """Where a motion is."""

    OPEN = "open", "待审核"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "已驳回"
    WITHDRAWN = "withdrawn", "已撤回"


def decide(state: MotionState, to: MotionState) -> MotionState:
    """Only an open motion can be decided, once; a second decision is a conflict."""
    if state is not MotionState.OPEN:
        raise Conflict(f"该申请{state.label}，不能再次处理")
    return to
