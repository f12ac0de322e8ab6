"""Guards (守卫条件): each says yes with None, or no with a sentence a person understands."""

from __future__ import annotations

import pytest

from hotline.domain import guards
from hotline.domain.errors import NotAllowed
from hotline.domain.guards import Facts
from hotline.domain.identity import CITIZEN, SYSTEM, Actor
from hotline.domain.lifecycle import Action, Stage, advance
from hotline.domain.terms import Kind, Role

OURS, THEIRS = 7, 8
HANDLER = Actor(Role.DEPARTMENT, "陈志强", department_id=OURS)
DISPATCHER = Actor(Role.DISPATCHER, "李建国")
AGENT = Actor(Role.AGENT, "王晓燕")
CALLER = Actor(Role.CALLBACK, "赵敏芝")
SUPERVISOR = Actor(Role.SUPERVISOR, "孙立新")


def facts(stage: Stage, kind: Kind = Kind.HELP, **more: object) -> Facts:
    return Facts(stage, kind, **more)  # type: ignore[arg-type]


REFUSED = [
    ("answer", facts(Stage.REGISTERED), Action.ANSWER, AGENT, "直接答复须填写答复内容"),
    ("decline", facts(Stage.REGISTERED), Action.DECLINE, AGENT, "须选择编码理由"),
    ("transfer", facts(Stage.REGISTERED), Action.TRANSFER, AGENT, "须选择编码理由"),
    ("transfer late", facts(Stage.TO_DISPATCH), Action.TRANSFER, DISPATCHER, "须选择编码理由"),
    ("merge", facts(Stage.REGISTERED), Action.MERGE, AGENT, "须指明并入的主单"),
    ("dispatch", facts(Stage.TO_DISPATCH), Action.DISPATCH, DISPATCHER, "须指明主办单位"),
    (
        "sign for others",
        facts(Stage.DISPATCHED, lead_department_id=THEIRS),
        Action.SIGN,
        HANDLER,
        "该工单不由本单位主办",
    ),
    (
        "reply for others",
        facts(Stage.HANDLING, lead_department_id=THEIRS, reply="已修复"),
        Action.REPLY,
        HANDLER,
        "该工单不由本单位主办",
    ),
    (
        "reply without words",
        facts(Stage.HANDLING, lead_department_id=OURS),
        Action.REPLY,
        HANDLER,
        "直接答复须填写答复内容",
    ),
    (
        "return after adjudication",
        facts(Stage.HANDLING, no_return=True),
        Action.GRANT_RETURN,
        DISPATCHER,
        "该工单已裁定承办单位，禁止退回",
    ),
    (
        "callback after praise",
        facts(Stage.REVIEWING, Kind.PRAISE),
        Action.APPROVE,
        DISPATCHER,
        "该工单按规则不回访，请直接办结",
    ),
    (
        "close a complaint unasked",
        facts(Stage.REVIEWING, Kind.COMPLAINT),
        Action.CONCLUDE,
        DISPATCHER,
        "该工单按规则须回访，不能直接办结",
    ),
    (
        "third redo by the citizen",
        facts(Stage.CALLBACK, round=3),
        Action.REDO,
        CITIZEN,
        "重办次数已满，须由督办员决定",
    ),
    (
        "third redo by the machine",
        facts(Stage.CALLBACK, round=3),
        Action.REDO,
        SYSTEM,
        "重办次数已满，须由督办员决定",
    ),
]


@pytest.mark.parametrize(
    ("given", "action", "actor", "sentence"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_the_guard_says_why_not(given: Facts, action: Action, actor: Actor, sentence: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        advance(given, action, actor, "理由")
    assert refused.value.message == sentence


ALLOWED = [
    ("answer", facts(Stage.REGISTERED, reply="可到大厅办理"), Action.ANSWER, AGENT),
    ("decline", facts(Stage.REGISTERED, reason_code="unlawful"), Action.DECLINE, AGENT),
    ("merge into the first", facts(Stage.REGISTERED, master_id=0), Action.MERGE, AGENT),
    ("sign", facts(Stage.DISPATCHED, lead_department_id=OURS), Action.SIGN, HANDLER),
    ("return", facts(Stage.HANDLING), Action.GRANT_RETURN, DISPATCHER),
    ("praise ends", facts(Stage.REVIEWING, Kind.PRAISE), Action.CONCLUDE, CALLER),
    ("consultation ends", facts(Stage.REVIEWING, Kind.CONSULT), Action.CONCLUDE, CALLER),
    ("sample", facts(Stage.REVIEWING, Kind.CONSULT, sampled=True), Action.APPROVE, CALLER),
    ("second redo", facts(Stage.CALLBACK, round=2), Action.REDO, CITIZEN),
    ("third by supervisor", facts(Stage.CALLBACK, round=3), Action.REDO, SUPERVISOR),
]


@pytest.mark.parametrize(
    ("given", "action", "actor"), [r[1:] for r in ALLOWED], ids=[r[0] for r in ALLOWED]
)
def test_the_guard_says_yes(given: Facts, action: Action, actor: Actor) -> None:
    assert advance(given, action, actor, "理由").to is not given.stage


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("sampled", [True, False])
def test_after_review_exactly_one_way_is_open(kind: Kind, sampled: bool) -> None:  # noqa: FBT001 - pytest's own
    """Callback or conclusion, never both, never neither (domain.md 8.1)."""
    given = facts(Stage.REVIEWING, kind, sampled=sampled)
    is_open = [
        guards.needs_callback(given, DISPATCHER) is None,
        guards.needs_no_callback(given, DISPATCHER) is None,
    ]
    assert sum(is_open) == 1
    assert is_open[0] is (kind is not Kind.PRAISE and (kind is not Kind.CONSULT or sampled))


def test_a_unit_without_a_number_owns_nothing() -> None:
    """A ticket without a lead is not everybody's who has no department."""
    nobody = Actor(Role.DEPARTMENT, "某人")
    assert guards.own_unit(facts(Stage.DISPATCHED), nobody) is not None
