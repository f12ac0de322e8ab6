"""Applications put to somebody while the ticket stays where it is (申请: 退单 延期 挂账 …)."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain.errors import Conflict
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Clock, Role, Term


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


class MotionStep(Term):
    """Who has to say yes next: first the unit's own leader, then the hotline or its authority."""

    UNIT = "unit", "单位负责人审核"
    HOTLINE = "hotline", "热线审核"
    AUTHORITY = "authority", "热线管理机构审批"


class HangingReview(Term):
    """What a review of a hung ticket finds (挂账复核)."""

    CONTINUE = "continue", "继续挂账"
    RESUME = "resume", "恢复办理"


STEPS: dict[Motion, tuple[tuple[MotionStep, ...], ...]] = {
    Motion.RETURN: ((MotionStep.HOTLINE,),),
    Motion.EXTENSION: (
        (MotionStep.UNIT, MotionStep.HOTLINE),
        (MotionStep.UNIT, MotionStep.AUTHORITY),
    ),
    Motion.HANGING: ((MotionStep.UNIT, MotionStep.AUTHORITY),),
    Motion.UNREASONABLE: ((MotionStep.UNIT, MotionStep.AUTHORITY),),
    Motion.APPEAL: ((MotionStep.AUTHORITY,),),
}
"""Who decides, by the how-manieth motion of a kind; the last row holds for all that follow
(domain.md 8.1: 首次延期由单位负责人、热线审核，再次由热线管理机构审批)."""
REVIEWED_BY: dict[Motion, Clock] = {
    Motion.RETURN: Clock.REVIEW_RETURN,
    Motion.EXTENSION: Clock.REVIEW_EXTENSION,
    Motion.HANGING: Clock.REVIEW_HANGING,
    Motion.UNREASONABLE: Clock.REVIEW_UNREASONABLE,
    Motion.APPEAL: Clock.REVIEW_APPEAL,
}
"""The clock that runs against whoever decides."""
PAUSED_AS: dict[Motion, str] = {
    Motion.RETURN: "return_review",
    Motion.EXTENSION: "extension_review",
}
"""What a policy calls the time of review, where it lets the other clocks stand still meanwhile."""
FILED_IN: dict[Motion, tuple[Stage, ...]] = {
    Motion.RETURN: (Stage.DISPATCHED, Stage.HANDLING),
    Motion.EXTENSION: (Stage.DISPATCHED, Stage.HANDLING),
    Motion.HANGING: (Stage.HANDLING,),
    Motion.UNREASONABLE: (Stage.HANDLING,),
    Motion.APPEAL: (Stage.CLOSED,),
}
"""Where a ticket must stand, when a motion is filed and still when it is granted."""
APPEAL_WITHIN = timedelta(days=30)
"""考核申诉: within 30 days of closing; after that the ticket is archived."""

_HOTLINE = frozenset({Role.DISPATCHER, Role.AUTHORITY})
_AUTHORITY = frozenset({Role.AUTHORITY})
_OFF_THE_CLOCK = frozenset({Role.AUTHORITY, Role.SUPERVISOR})


def steps(kind: Motion, ordinal: int) -> tuple[MotionStep, ...]:
    """All who have to say yes to the ``ordinal``-th motion of a kind, in order."""
    rows = STEPS[kind]
    return rows[min(ordinal, len(rows)) - 1]


def next_step(kind: Motion, ordinal: int, step: MotionStep) -> MotionStep | None:
    """Who decides after this step; None when its yes is the last one needed."""
    way = steps(kind, ordinal)
    later = way[way.index(step) + 1 :] if step in way else ()
    return later[0] if later else None


def deciders(kind: Motion, step: MotionStep) -> frozenset[Role]:
    """Which roles of the hotline decide a step; the unit's own step is its leader's, not a role's.

    Hanging and unreasonable demands are the supervisor's too, as the law of the stages has it.
    """
    if step is MotionStep.UNIT:
        return frozenset()
    if step is MotionStep.HOTLINE:
        return _HOTLINE
    return _OFF_THE_CLOCK if kind in (Motion.HANGING, Motion.UNREASONABLE) else _AUTHORITY


def decide(state: MotionState, to: MotionState, by: str = "") -> MotionState:
    """Only an open motion can be decided, once; a second decision is a conflict that names whom.

    ``by``: who decided and when, in words.
    """
    if state is not MotionState.OPEN:
        raise Conflict(f"该申请{state.label}{by and f'（{by}）'}，不能再次处理")
    return to
