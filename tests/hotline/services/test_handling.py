"""办理: the unit signs, contacts, replies; only the one that leads, and only with words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.domain.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.identity import Actor
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Clock, Kind, Role
from hotline.services import dispatching, handling, reviewing
from tests.hotline.people import (
    CHENGGUAN,
    REPLY,
    ZHUJIAN,
    clock,
    entries,
    handler,
    leads_ended,
    stage,
    ticket,
    to_handling,
    to_review,
    to_unit,
    unit,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

CITY = "C03"
"""市城管局, above the district ones."""


def test_signing_stops_the_sign_clock(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    lead = dispatching.lead_assignment(ticket(ticket_id))
    assert lead is not None
    assert (stage(ticket_id), lead.signed_at) == (Stage.HANDLING, at)
    assert clock(ticket_id, Clock.SIGN).stopped_at == at
    assert clock(ticket_id, Clock.HANDLE).stopped_at is None


def test_another_unit_cannot_sign(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    with pytest.raises(NotAllowed, match="不由本单位主办"):
        handling.sign(ticket_id, handler(ZHUJIAN), at=at)


def test_the_second_to_sign_hears_who_was_first(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    seen = ticket(ticket_id).version
    handling.sign(ticket_id, handler(), at=at, version=seen)
    with pytest.raises(Conflict, match=r"办理中.*刚刚做了“签收”"):
        handling.sign(ticket_id, handler(), at=at, version=seen)


def test_contact_stops_its_clock_when_somebody_answers(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    handling.contact(ticket_id, "无人接听", handler(), at=at, reached=False)
    assert clock(ticket_id, Clock.CONTACT).stopped_at is None
    handling.contact(ticket_id, "已联系，约定明日现场查看", handler(), at=at)
    assert clock(ticket_id, Clock.CONTACT).stopped_at == at
    assert [entry.payload["ok"] for entry in entries(ticket_id, Event.CONTACTED)] == [False, True]


WORDLESS = [
    ("contact", lambda t, at: handling.contact(t, " ", handler(), at=at), "note"),
    ("note", lambda t, at: handling.note(t, "\n", handler(), at=at), "note"),
    ("reply", lambda t, at: handling.reply(t, "\u3000", handler(), at=at), "reply"),
    ("long", lambda t, at: handling.reply(t, "好" * 5001, handler(), at=at), "reply"),
]


@pytest.mark.parametrize(("act", "field"), [w[1:] for w in WORDLESS], ids=[w[0] for w in WORDLESS])
def test_nothing_is_done_without_words(
    a_ticket: Callable[..., int], at: datetime, act: Callable[..., None], field: str
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    before = len(entries(ticket_id))
    with pytest.raises(Invalid) as refused:
        act(ticket_id, at)
    assert set(refused.value.errors) == {field}
    assert len(entries(ticket_id)) == before


def test_a_reply_goes_to_review_and_stops_the_clocks(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_review(a_ticket(), at=at)
    row, lead = ticket(ticket_id), dispatching.lead_assignment(ticket(ticket_id))
    assert lead is not None
    assert (row.stage, row.reply) == (Stage.REVIEWING, REPLY)
    assert (lead.reply, lead.replied_at) == (REPLY, at)
    assert clock(ticket_id, Clock.HANDLE).stopped_at == at
    assert clock(ticket_id, Clock.CONTACT).stopped_at == at


def test_before_signing_there_is_no_reply(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    with pytest.raises(IllegalMove, match="待签收"):
        handling.reply(ticket_id, REPLY, handler(), at=at)


def test_who_is_not_in_it_writes_no_progress(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    with pytest.raises(NotAllowed):
        handling.note(ticket_id, "我们也看看", handler(ZHUJIAN), at=at)
    dispatching.add_helper(ticket_id, ZHUJIAN, who("dispatcher"), at=at)
    handling.note(ticket_id, "会办意见：工地证照齐全", handler(ZHUJIAN), at=at)
    assert entries(ticket_id, Event.NOTED)[-1].department_id == unit(ZHUJIAN).id


def test_contact_is_for_the_lead_and_while_work_goes_on(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    with pytest.raises(NotAllowed):
        handling.contact(ticket_id, "已联系", handler(ZHUJIAN), at=at)
    handling.reply(ticket_id, REPLY, handler(), at=at)
    with pytest.raises(NotAllowed, match="办结审核"):
        handling.contact(ticket_id, "已联系", handler(), at=at)


def test_delegating_passes_the_work_down_and_the_clock_goes_on(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at, code=CITY)
    due = clock(ticket_id, Clock.HANDLE).due_at
    handling.delegate(ticket_id, CHENGGUAN, handler(CITY), reason="就近办理", at=at)
    row = ticket(ticket_id)
    assert row.lead_department is not None
    assert (row.stage, row.lead_department.code) == (Stage.DISPATCHED, CHENGGUAN)
    handle = clock(ticket_id, Clock.HANDLE)
    assert (handle.due_at, handle.stopped_at) == (due, None)
    assert handle.department_id == row.lead_department_id
    assert leads_ended(ticket_id) == ["下派", None]
    handling.sign(ticket_id, handler(CHENGGUAN), at=at)
    assert stage(ticket_id) is Stage.HANDLING


def test_one_delegates_downwards_only(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    for code in (ZHUJIAN, CHENGGUAN, CITY, "D9999"):
        with pytest.raises(Invalid) as refused:
            handling.delegate(ticket_id, code, handler(), reason="请办理", at=at)
        assert set(refused.value.errors) == {"department_code"}


# --- 办结审核 -------------------------------------------------------------------------------


def test_approval_plans_the_callback(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_review(a_ticket(), at=at)
    reviewing.approve(ticket_id, who("dispatcher"), at=at)
    assert stage(ticket_id) is Stage.CALLBACK
    assert clock(ticket_id, Clock.CALLBACK).due_at > at


def test_what_is_sent_back_needs_a_reason_and_goes_on(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_review(a_ticket(), at=at)
    with pytest.raises(Invalid):
        reviewing.send_back(ticket_id, who("dispatcher"), reason=" ", at=at)
    reviewing.send_back(ticket_id, who("dispatcher"), reason="没有写明处理结果", at=at)
    assert stage(ticket_id) is Stage.HANDLING
    assert clock(ticket_id, Clock.HANDLE).stopped_at is None


def test_two_reviewers_decide_once(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_review(a_ticket(), at=at)
    seen = ticket(ticket_id).version
    reviewing.approve(ticket_id, who("dispatcher"), at=at, version=seen)
    with pytest.raises(Conflict, match="待回访"):
        reviewing.send_back(ticket_id, who("callback"), reason="不行", at=at, version=seen)


def test_praise_closes_without_a_callback(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_review(a_ticket(kind=Kind.PRAISE), at=at)
    with pytest.raises(NotAllowed, match="不回访"):
        reviewing.approve(ticket_id, who("dispatcher"), at=at)
    reviewing.conclude(ticket_id, who("dispatcher"), at=at)
    row = ticket(ticket_id)
    assert (row.stage, row.outcome, row.closed_at) == (Stage.CLOSED, "replied", at)
    assert clock(ticket_id, Clock.HANDLE).next_at is None


def test_units_do_not_review_themselves(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_review(a_ticket(), at=at)
    with pytest.raises(NotAllowed):
        reviewing.approve(ticket_id, handler(), at=at)


def test_a_ticket_that_is_not_there(a_ticket: Callable[..., int], at: datetime) -> None:
    nobody = Actor(Role.DEPARTMENT, "某人", department_id=unit(CHENGGUAN).id)
    with pytest.raises(NotFound):
        handling.sign(999_999, nobody, at=at)
