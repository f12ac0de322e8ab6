"""The ladder as data: how a moment is written, which steps hold, what a city begins with."""

from __future__ import annotations

import tomllib
from itertools import product
from pathlib import Path

import pytest

from sla.ladder import (
    ACT_LABELS,
    CARRIER_LABELS,
    MARK_LABELS,
    OCCASION_LABELS,
    RECIPIENT_LABELS,
    Anchor,
    LadderError,
    Offset,
)
from sla.ladder_files import load_ladder
from sla.policy import KINDS, URGENCIES, Clock

LADDER = load_ladder()
TEMPLATES = Path(__file__).parents[2] / "hotline" / "demo_city" / "templates.toml"
REVIEWS = [clock for clock in Clock if clock.startswith("review_")]


@pytest.mark.parametrize(
    ("written", "offset"),
    [
        ("1%", Offset(Anchor.PERCENT, 1)),
        ("99%", Offset(Anchor.PERCENT, 99)),
        ("due", Offset(Anchor.DUE)),
        ("after due", Offset(Anchor.AFTER)),
        ("next working day", Offset(Anchor.NEXT_DAY)),
        ("due - 1 working_days", Offset(Anchor.BEFORE, 1)),
        ("due + 60 working_days", Offset(Anchor.LATER, 60)),
    ],
)
def test_an_offset_is_written_as_it_is_read(written: str, offset: Offset) -> None:
    assert Offset.parse(written) == offset
    assert str(offset) == written


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("0%", "百分比须在 1% 至 99% 之间，现为 0%"),
        ("100%", "百分比须在 1% 至 99% 之间，现为 100%"),
        ("due + 61 working_days", "现为 61：更早时尚未起算，更晚时工单已归档"),
        ("due - 0 working_days", "到期前后的工作日须在 1 至 60 之间，现为 0"),
        (
            "due-1 working_days",
            "看不懂的时点 'due-1 working_days'，可写：50%、due - 1 working_days",
        ),
        ("due + 5 days", "看不懂的时点"),
        ("５０%", "看不懂的时点"),
        ("%", "看不懂的时点"),
        ("DUE", "看不懂的时点"),
        ("", "看不懂的时点"),
        ("archived + 1 working_days", "看不懂的时点"),
    ],
)
def test_any_other_offset_is_refused_in_clear_words(written: str, why: str) -> None:
    with pytest.raises(LadderError) as refused:
        Offset.parse(written)
    assert why in str(refused.value)
    assert refused.value.problems == ()


def test_an_anchor_without_a_number_takes_none() -> None:
    with pytest.raises(LadderError, match="“due”不带数量"):
        Offset(Anchor.DUE, 3)


CHOICES = [
    # clock, urgency, the steps in order
    ("dispatch", "normal", "dispatch-yellow dispatch-red"),
    ("sign", "normal", "urge-80 sign-yellow sign-red reminder"),
    ("sign", "complex", "urge-80 sign-yellow sign-red reminder"),
    ("sign", "urgent", "urge-80 sign-yellow sign-red-urgent reminder"),
    ("sign", "critical", "urge-80 sign-yellow sign-red-urgent reminder"),
    ("contact", "normal", "urge-80 contact-red"),
    ("handle", "normal", "urge-50 urge-80 yellow due red reminder circulate raise"),
    ("handle", "complex", "urge-50 urge-80 yellow due red reminder circulate raise"),
    ("handle", "urgent", "urge-50 urge-80 yellow due red-urgent reminder circulate raise"),
    ("handle", "critical", "urge-50 urge-80 yellow due red-urgent reminder circulate raise"),
    ("callback", "normal", "callback-yellow callback-red"),
    *((review, "normal", "review-yellow review-red") for review in REVIEWS),
    ("adjudicate", "normal", "adjudicate-yellow adjudicate-red"),
    ("hang_review", "normal", "hang-review-due hang-review-red"),
    ("verify", "normal", "rating-yellow rating-red"),
    ("correct", "normal", "rating-yellow rating-red"),
]


@pytest.mark.parametrize(("clock", "urgency", "expected"), CHOICES)
def test_steps_of_the_default_ladder(clock: str, urgency: str, expected: str) -> None:
    for kind, round_no in product(KINDS, (1, 2, 3)):
        steps = LADDER.steps_for(clock, urgency=urgency, kind=kind, round_no=round_no)
        assert [step.id for step in steps] == expected.split()


TOLD = [
    # step, whom, how, mark, act
    ("urge-50", "unit", "notice", "urged", ""),
    ("urge-80", "unit", "notice", "urged", ""),
    ("yellow", "unit", "notice", "yellow", ""),
    ("due", "unit", "notice", "urged", ""),
    ("sign-red", "unit supervisor", "notice", "red", ""),
    ("sign-red-urgent", "unit leader supervisor", "notice sms", "red", ""),
    ("contact-red", "unit leader", "notice", "red", ""),
    ("red", "unit", "notice", "red", ""),
    ("red-urgent", "unit leader supervisor", "notice sms", "red", ""),
    ("reminder", "leader", "notice", "reminded", ""),
    ("circulate", "unit leader parent_leader supervisor", "notice", "circulated", ""),
    ("raise", "parent_leader authority", "notice", "raised", "raise_level"),
    ("dispatch-red", "dispatcher supervisor", "notice", "red", ""),
    ("callback-red", "callback supervisor", "notice", "red", ""),
    ("review-yellow", "dispatcher", "notice", "yellow", ""),
    ("review-red", "dispatcher supervisor", "notice", "red", ""),
    ("adjudicate-red", "authority", "notice", "red", ""),
    ("hang-review-due", "authority unit", "notice", "urged", ""),
    ("rating-red", "unit leader", "notice", "red", ""),
]


@pytest.mark.parametrize(("step_id", "tells", "by", "mark", "act"), TOLD)
def test_whom_a_step_tells(step_id: str, tells: str, by: str, mark: str, act: str) -> None:
    step = LADDER.step(step_id)
    assert step is not None
    assert (step.tells, step.by) == (tuple(tells.split()), tuple(by.split()))
    assert (step.mark, step.act) == (mark, act)


@pytest.mark.parametrize(
    ("when", "count", "expected"),
    [
        ("overdue", 1, ["supervise"]),
        ("unhappy", 1, [""]),
        ("unhappy_redo", 1, ["supervise"]),
        ("repeats", 2, []),
        ("repeats", 3, ["supervise"]),
        ("callers", 4, []),
        ("callers", 5, ["supervise"]),
        ("callers", 20, ["supervise"] * 2),
        ("callers", 100, ["supervise"] * 4),
        ("order", 1, ["supervise", "raise_level"]),
    ],
)
def test_what_a_trigger_does(when: str, count: int, expected: list[str]) -> None:
    assert [trigger.act for trigger in LADDER.triggers_for(when, count)] == expected


def test_a_mass_of_callers_warns_the_supervisor_and_a_second_bad_rating_names_the_leader() -> None:
    (mass,), (again,) = LADDER.triggers_for("callers", 5), LADDER.triggers_for("unhappy_redo")
    assert "supervisor" in mass.tells
    assert "leader" in again.tells


def test_every_entry_has_a_text_of_the_house_and_a_source() -> None:
    texts = tomllib.loads(TEMPLATES.read_text("utf-8"))["templates"]
    for entry in (*LADDER.steps, *LADDER.triggers):
        assert entry.template in texts, entry.id
        assert len(texts[entry.template]["text"]) <= 140
        assert entry.source
        assert set(entry.tells) <= set(RECIPIENT_LABELS)
        assert set(entry.by) <= set(CARRIER_LABELS)
        assert entry.mark in {"", *MARK_LABELS}
        assert entry.act in {"", *ACT_LABELS}
    assert {trigger.when for trigger in LADDER.triggers} == set(OCCASION_LABELS)


def test_every_clock_of_every_ticket_has_one_red_and_at_most_one_yellow() -> None:
    for clock, urgency, kind in product(Clock, URGENCIES, KINDS):
        steps = LADDER.steps_for(clock, urgency=urgency, kind=kind)
        marks = [step.mark for step in steps]
        assert marks.count("red") == 1
        assert marks.count("yellow") <= 1


def test_a_choice_is_made_once() -> None:
    first = LADDER.steps_for("handle", urgency="normal", kind="help", round_no=1)
    assert LADDER.steps_for("handle", urgency="normal", kind="help", round_no=1) is first
    assert LADDER.steps_for("handle", urgency="normal", kind="help", round_no=10**9) is first


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"clock": "archive"}, "不认识的计时 'archive'，可用：dispatch、sign"),
        ({"urgency": "asap"}, "不认识的紧急程度 'asap'"),
        ({"kind": "rant"}, "不认识的诉求类型 'rant'"),
        ({"round_no": 0}, "办理轮次从 1 开始，现为 0"),
    ],
)
def test_a_ticket_that_cannot_be_is_refused(change: dict[str, str | int], why: str) -> None:
    case = {"clock": "handle", "urgency": "normal", "kind": "help", "round_no": 1, **change}
    with pytest.raises(LadderError, match=why):
        LADDER.steps_for(case.pop("clock"), **case)  # type: ignore[arg-type]


def test_ids_are_looked_up_among_their_own_kind() -> None:
    assert [LADDER.step(step.id) for step in LADDER.steps] == list(LADDER.steps)
    assert [LADDER.trigger(trigger.id) for trigger in LADDER.triggers] == list(LADDER.triggers)
    assert (LADDER.step("overdue"), LADDER.trigger("red")) == (None, None)


def test_an_occasion_that_is_not_there_is_refused() -> None:
    with pytest.raises(LadderError, match="不认识的触发情形 'media'"):
        LADDER.triggers_for("media")
