"""The state machine (工单状态机): the table is whole, and whoever walks it stays inside the law."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.errors import IllegalMove, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.guards import Facts
from hotline.domain.identity import Actor
from hotline.domain.lifecycle import (
    OUTCOME_OF,
    TRANSITIONS,
    Action,
    Rule,
    Stage,
    Step,
    advance,
    diagram,
    open_actions,
)
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Kind, Role

UNIT = 7
RULES = {(rule.stage, rule.action): rule for rule in TRANSITIONS}
NO_RULE = [pair for pair in product(Stage, Action) if pair not in RULES]


def name_of(rule: Rule) -> str:
    return f"{rule.stage}-{rule.action}"


actors = st.builds(
    Actor,
    role=st.sampled_from(Role),
    name=st.just("某人"),
    department_id=st.sampled_from([None, UNIT, UNIT + 1]),
)
facts_anywhere = st.builds(
    Facts,
    stage=st.sampled_from(Stage),
    kind=st.sampled_from(Kind),
    round=st.integers(1, 4),
    lead_department_id=st.sampled_from([None, UNIT]),
    no_return=st.booleans(),
    reply=st.sampled_from([None, "已修复"]),
    reason_code=st.sampled_from([None, "wrong_duty"]),
    master_id=st.sampled_from([None, 3]),
    sampled=st.booleans(),
    merged_from=st.sampled_from([None, "registered", "handling", "hung"]),
    is_master_answered=st.booleans(),
)
blanks = st.sampled_from([None, "", " ", "\n\t", "\u3000"])


def reached_from(start: Stage) -> set[Stage]:
    found = {start}
    while more := {r.to for r in TRANSITIONS if r.stage in found} - found:
        found |= more
    return found


def test_the_law_has_the_size_that_was_agreed() -> None:
    assert (len(Stage), len(TRANSITIONS), len(Action)) == (10, 36, 22)


def test_only_the_way_back_of_a_merge_leads_to_several_stages() -> None:
    ways = Counter((rule.stage, rule.action) for rule in TRANSITIONS)
    assert {pair for pair, count in ways.items() if count > 1} == {(Stage.CLOSED, Action.UNMERGE)}
    ends = [rule.to for rule in TRANSITIONS if rule.action is Action.UNMERGE]
    assert len(set(ends)) == len(ends)
    assert set(ends) == {rule.stage for rule in TRANSITIONS if rule.action is Action.MERGE}


@pytest.mark.parametrize("stage", [r.stage for r in TRANSITIONS if r.action is Action.MERGE])
def test_a_merge_taken_back_leads_where_the_ticket_was(stage: Stage) -> None:
    merged = Facts(Stage.CLOSED, Kind.HELP, merged_from=stage.value)
    dispatcher = Actor(Role.DISPATCHER, "某人")
    assert advance(merged, Action.UNMERGE, dispatcher, "不是一件事").to is stage
    assert open_actions(merged, dispatcher) == (Action.UNMERGE,)
    answered = replace(merged, is_master_answered=True)
    with pytest.raises(NotAllowed, match="已答复"):
        advance(answered, Action.UNMERGE, dispatcher, "不是一件事")
    never = Facts(Stage.CLOSED, Kind.HELP)
    with pytest.raises(NotAllowed, match="没有并入"):
        advance(never, Action.UNMERGE, dispatcher, "不是一件事")


def test_every_action_moves_something() -> None:
    assert {rule.action for rule in TRANSITIONS} == set(Action)


def test_every_stage_is_reached_from_registration() -> None:
    assert reached_from(Stage.REGISTERED) == set(Stage)


@pytest.mark.parametrize("stage", Stage)
def test_no_stage_is_a_dead_end(stage: Stage) -> None:
    assert Stage.ARCHIVED in reached_from(stage)


def test_only_the_archive_is_the_end() -> None:
    assert set(Stage) - {rule.stage for rule in TRANSITIONS} == {Stage.ARCHIVED}


def test_every_row_names_somebody_who_may() -> None:
    assert all(rule.roles for rule in TRANSITIONS)


@pytest.mark.parametrize(("stage", "action"), NO_RULE)
def test_what_the_table_does_not_know_is_illegal(stage: Stage, action: Action) -> None:
    for role in Role:
        with pytest.raises(IllegalMove) as refused:
            advance(Facts(stage, Kind.HELP), action, Actor(role, "某人"), "有理由")
        assert (refused.value.stage, refused.value.action) == (stage, action)
        assert stage.label in refused.value.message
        assert action.label in refused.value.message


@pytest.mark.parametrize("rule", TRANSITIONS, ids=name_of)
def test_roles_that_are_not_named_are_refused(rule: Rule) -> None:
    facts = Facts(rule.stage, Kind.HELP, lead_department_id=UNIT).hoping()
    for role in set(Role) - rule.roles:
        with pytest.raises(NotAllowed) as refused:
            advance(facts, rule.action, Actor(role, "某人", department_id=UNIT), "有理由")
        assert role.label in refused.value.message


@pytest.mark.parametrize("rule", [r for r in TRANSITIONS if r.needs_reason], ids=name_of)
@given(blank=blanks)
def test_a_row_that_needs_a_reason_takes_no_blank_one(rule: Rule, blank: str | None) -> None:
    facts = Facts(rule.stage, Kind.HELP, lead_department_id=UNIT).hoping()
    actor = Actor(min(rule.roles), "某人", department_id=UNIT)
    with pytest.raises(Invalid) as refused:
        advance(facts, rule.action, actor, blank)
    assert set(refused.value.errors) == {"reason"}


@given(facts=facts_anywhere, actor=actors, action=st.sampled_from(Action), reason=blanks)
def test_a_move_is_one_row_of_the_table_or_is_refused(
    facts: Facts, actor: Actor, action: Action, reason: str | None
) -> None:
    rule = RULES.get((Stage(facts.stage), action))
    ways = [r for r in TRANSITIONS if (r.stage, r.action) == (facts.stage, action)]
    rule = next((way for way in ways if way.guard(facts, actor) is None), rule)
    try:
        step = advance(facts, action, actor, reason)
    except IllegalMove:
        assert rule is None
    except (NotAllowed, Invalid):
        assert rule is not None
    else:
        assert rule is not None
        assert actor.role in rule.roles
        assert rule.guard(facts, actor) is None
        assert step == Step(rule.to, Event.of_action(action), OUTCOME_OF.get(action))


@given(facts=facts_anywhere, actor=actors)
def test_the_buttons_shown_are_the_moves_that_work(facts: Facts, actor: Actor) -> None:
    filled = facts.hoping()
    works = set()
    for action in Action:
        try:
            advance(filled, action, actor, "理由")
        except (IllegalMove, NotAllowed):
            continue
        works.add(action)
    assert set(open_actions(facts, actor)) == works


@given(data=st.data())
def test_a_random_walk_never_gets_stuck(data: st.DataObject) -> None:
    """Wherever chance leads, somebody may go on, until the archive."""
    kind = data.draw(st.sampled_from(Kind))
    sampled = data.draw(st.booleans())
    stage, round_no, outcome = Stage.REGISTERED, 1, None
    for _ in range(data.draw(st.integers(1, 40))):
        facts = Facts(
            stage,
            kind,
            round=round_no,
            lead_department_id=UNIT,
            reply="已修复",
            reason_code="110",
            master_id=3,
            sampled=sampled,
        )
        ways = [
            (action, actor)
            for actor in (Actor(role, role.label, department_id=UNIT) for role in Role)
            for action in open_actions(facts, actor)
        ]
        if stage is Stage.ARCHIVED:
            assert not ways
            break
        assert ways, f"a ticket in {stage.label} is stuck"
        action, actor = data.draw(st.sampled_from(ways))
        step = advance(facts, action, actor, "理由")
        assert step.to in reached_from(stage)
        round_no += action is Action.REDO
        stage, outcome = step.to, step.outcome or outcome
    assert (outcome is None) or stage in (Stage.CLOSED, Stage.ARCHIVED)


def test_what_closes_says_how_or_lets_the_service_say() -> None:
    """The outcome of a conclusion depends on the rating; all other ends are fixed by the table."""
    closing = {rule.action for rule in TRANSITIONS if rule.to is Stage.CLOSED}
    assert closing - set(OUTCOME_OF) == {Action.CONCLUDE}
    assert set(OUTCOME_OF.values()) < set(Outcome)


def test_every_action_leaves_an_event_of_its_own() -> None:
    events = [Event.of_action(action) for action in Action]
    assert len(set(events)) == len(Action)


def test_the_diagram_shows_every_stage_and_every_way() -> None:
    drawn = diagram().splitlines()
    for stage in Stage:
        assert f"    {stage} : {stage.label}" in drawn
    for rule in TRANSITIONS:
        arrow = next(line for line in drawn if line.startswith(f"    {rule.stage} --> {rule.to} :"))
        assert rule.action.label in arrow
    assert drawn[0] == "stateDiagram-v2"
    assert "    archived --> [*]" in drawn
