"""The state machine of a ticket: ten stages and who may move it how (工单状态机)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.domain import guards
from hotline.domain.errors import IllegalMove, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Role, Term

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.domain.guards import Facts
    from hotline.domain.identity import Actor


class Stage(Term):
    """Where a ticket is. A second round is the same stage with ``round + 1``."""

    REGISTERED = "registered", "已登记"
    SUPPLEMENTING = "supplementing", "待补充"
    TO_DISPATCH = "to_dispatch", "待派单"
    DISPATCHED = "dispatched", "待签收"
    HANDLING = "handling", "办理中"
    HUNG = "hung", "挂账"
    REVIEWING = "reviewing", "办结审核"
    CALLBACK = "callback", "待回访"
    CLOSED = "closed", "已办结"
    ARCHIVED = "archived", "已归档"


class Action(Term):
    """What moves a ticket from one stage to another."""

    CLASSIFY = "classify", "分类"
    ANSWER = "answer", "直接答复"
    DECLINE = "decline", "不予受理"
    TRANSFER = "transfer", "移交"
    MERGE = "merge", "并单"
    UNMERGE = "unmerge", "撤销并单"
    WITHDRAW = "withdraw", "撤单"
    ASK_INFO = "ask_info", "退回补充"
    SUPPLY = "supply", "补充"
    DISPATCH = "dispatch", "派单"
    SIGN = "sign", "签收"
    GRANT_RETURN = "grant_return", "同意退单"
    DELEGATE = "delegate", "下派"
    REPLY = "reply", "答复"
    GRANT_HANGING = "grant_hanging", "同意挂账"
    GRANT_UNREASONABLE = "grant_unreasonable", "认定不合理"
    RESUME = "resume", "恢复办理"
    SEND_BACK = "send_back", "审核退回"
    APPROVE = "approve", "审核通过"
    REDO = "redo", "重办"
    CONCLUDE = "conclude", "办结"
    ARCHIVE = "archive", "归档"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the law: from where, by what, to where, who, and on which condition."""

    stage: Stage
    action: Action
    to: Stage
    roles: frozenset[Role]
    guard: Callable[[Facts, Actor], str | None]
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The answer of ``advance``: where the ticket goes and what is told."""

    to: Stage
    event: Event
    outcome: Outcome | None


_FRONT = frozenset({Role.AGENT, Role.DISPATCHER, Role.SYSTEM})
_DESK = frozenset({Role.DISPATCHER, Role.AUTHORITY, Role.SYSTEM})
_DECIDE = frozenset({Role.DISPATCHER, Role.AUTHORITY})
_JOIN = frozenset({Role.DISPATCHER, Role.AUTHORITY, Role.SUPERVISOR})
_PART = _JOIN | {Role.SYSTEM}
_UNIT = frozenset({Role.DEPARTMENT, Role.DEPARTMENT_LEAD})
_CITIZEN = frozenset({Role.CITIZEN, Role.AGENT})
_REVIEW = frozenset({Role.DISPATCHER, Role.CALLBACK, Role.AUTHORITY})
_AFTER = frozenset({Role.CALLBACK, Role.CITIZEN, Role.SUPERVISOR, Role.SYSTEM})
_HUNG = frozenset({Role.AUTHORITY, Role.SUPERVISOR})
_TIME = frozenset({Role.SYSTEM, Role.ADMIN})

S, A = Stage, Action
TRANSITIONS: tuple[Rule, ...] = (
    Rule(S.REGISTERED, A.CLASSIFY, S.TO_DISPATCH, _FRONT, guards.free),
    Rule(S.REGISTERED, A.ANSWER, S.CLOSED, _FRONT, guards.has_reply, needs_reason=True),
    Rule(S.REGISTERED, A.DECLINE, S.CLOSED, _FRONT, guards.has_reason_code, needs_reason=True),
    Rule(S.REGISTERED, A.TRANSFER, S.CLOSED, _FRONT, guards.has_reason_code, needs_reason=True),
    Rule(S.REGISTERED, A.MERGE, S.CLOSED, _FRONT | _JOIN, guards.has_master),
    Rule(S.REGISTERED, A.WITHDRAW, S.CLOSED, _CITIZEN, guards.free),
    Rule(S.REGISTERED, A.ASK_INFO, S.SUPPLEMENTING, _FRONT, guards.free, needs_reason=True),
    Rule(S.SUPPLEMENTING, A.SUPPLY, S.REGISTERED, _CITIZEN, guards.free, needs_reason=True),
    Rule(S.SUPPLEMENTING, A.WITHDRAW, S.CLOSED, _CITIZEN, guards.free),
    Rule(S.TO_DISPATCH, A.CLASSIFY, S.TO_DISPATCH, _FRONT, guards.free),
    Rule(S.TO_DISPATCH, A.DISPATCH, S.DISPATCHED, _DESK, guards.has_lead),
    Rule(S.TO_DISPATCH, A.TRANSFER, S.CLOSED, _DESK, guards.has_reason_code, needs_reason=True),
    Rule(S.TO_DISPATCH, A.MERGE, S.CLOSED, _DESK | _JOIN, guards.has_master),
    Rule(S.TO_DISPATCH, A.WITHDRAW, S.CLOSED, _CITIZEN, guards.free),
    Rule(S.DISPATCHED, A.SIGN, S.HANDLING, _UNIT, guards.own_unit),
    Rule(S.DISPATCHED, A.GRANT_RETURN, S.TO_DISPATCH, _DECIDE, guards.may_return),
    Rule(S.DISPATCHED, A.MERGE, S.CLOSED, _JOIN, guards.has_master),
    Rule(S.DISPATCHED, A.WITHDRAW, S.CLOSED, _CITIZEN, guards.free),
    Rule(S.HANDLING, A.DELEGATE, S.DISPATCHED, _UNIT, guards.own_unit, needs_reason=True),
    Rule(S.HANDLING, A.REPLY, S.REVIEWING, _UNIT, guards.own_unit_replies, needs_reason=True),
    Rule(S.HANDLING, A.GRANT_RETURN, S.TO_DISPATCH, _DECIDE, guards.may_return),
    Rule(S.HANDLING, A.GRANT_HANGING, S.HUNG, _HUNG, guards.free, needs_reason=True),
    Rule(S.HANDLING, A.GRANT_UNREASONABLE, S.CLOSED, _HUNG, guards.free, needs_reason=True),
    Rule(S.HANDLING, A.MERGE, S.CLOSED, _JOIN, guards.has_master),
    Rule(S.HANDLING, A.WITHDRAW, S.CLOSED, _CITIZEN, guards.free),
    Rule(S.HUNG, A.RESUME, S.HANDLING, _HUNG | _TIME, guards.free, needs_reason=True),
    Rule(S.REVIEWING, A.SEND_BACK, S.HANDLING, _REVIEW, guards.free, needs_reason=True),
    Rule(S.REVIEWING, A.APPROVE, S.CALLBACK, _REVIEW, guards.needs_callback),
    Rule(S.REVIEWING, A.CONCLUDE, S.CLOSED, _REVIEW, guards.needs_no_callback),
    Rule(S.CALLBACK, A.REDO, S.DISPATCHED, _AFTER, guards.round_left, needs_reason=True),
    Rule(S.CALLBACK, A.CONCLUDE, S.CLOSED, _AFTER, guards.free),
    *(
        Rule(S.CLOSED, A.UNMERGE, stage, _PART, guards.merged_from(stage), needs_reason=True)
        for stage in (S.REGISTERED, S.TO_DISPATCH, S.DISPATCHED, S.HANDLING)
    ),
    Rule(S.CLOSED, A.ARCHIVE, S.ARCHIVED, _TIME, guards.free),
)
_TABLE: dict[tuple[Stage, Action], tuple[Rule, ...]] = {
    (stage, action): tuple(r for r in TRANSITIONS if (r.stage, r.action) == (stage, action))
    for stage, action in {(rule.stage, rule.action) for rule in TRANSITIONS}
}
"""Rows of one stage and action differ by their guard alone: 撤销并单 leads back where it was."""

OUTCOME_OF = {
    A.ANSWER: Outcome.DIRECT,
    A.DECLINE: Outcome.DECLINED,
    A.TRANSFER: Outcome.TRANSFERRED,
    A.MERGE: Outcome.MERGED,
    A.WITHDRAW: Outcome.WITHDRAWN,
    A.GRANT_UNREASONABLE: Outcome.UNREASONABLE,
}


def advance(facts: Facts, action: Action, actor: Actor, reason: str | None = None) -> Step:
    """Decide one move; the only place that knows what may follow what.

    Raises IllegalMove (the stage has no such way), NotAllowed (wrong role), Invalid (a reason
    is missing), Conflict-free guards' refusals as NotAllowed with the guard's own sentence.
    """
    stage = Stage(facts.stage)
    rows = _TABLE.get((stage, action))
    if rows is None:
        raise IllegalMove(stage, action, f"工单处于“{stage.label}”，不能“{action.label}”")
    rule = next((row for row in rows if row.guard(facts, actor) is None), rows[0])
    if actor.role not in rule.roles:
        raise NotAllowed(f"{actor.role.label}不能对“{stage.label}”的工单“{action.label}”")
    if rule.needs_reason and not (reason or "").strip():
        raise Invalid("reason", f"“{action.label}”须写明理由或内容")
    refusal = rule.guard(facts, actor)
    if refusal:
        raise NotAllowed(refusal)
    return Step(rule.to, Event.of_action(action), OUTCOME_OF.get(action))


def open_actions(facts: Facts, actor: Actor) -> tuple[Action, ...]:
    """The buttons this actor may press now, in the order of the table."""
    may = (
        rule.action
        for rule in TRANSITIONS
        if rule.stage == facts.stage
        and actor.role in rule.roles
        and rule.guard(facts.hoping(), actor) is None
    )
    return tuple(dict.fromkeys(may))


def diagram() -> str:
    """Draw the table as Mermaid; README holds this text and a test compares the two."""
    lines = ["stateDiagram-v2", "    direction LR", "    [*] --> registered"]
    lines += [f"    {stage.value} : {stage.label}" for stage in Stage]
    arrows: dict[tuple[Stage, Stage], list[str]] = {}
    for rule in TRANSITIONS:
        arrows.setdefault((rule.stage, rule.to), []).append(rule.action.label)
    lines += [f"    {a.value} --> {b.value} : {' / '.join(w)}" for (a, b), w in arrows.items()]
    return "\n".join([*lines, "    archived --> [*]"])
