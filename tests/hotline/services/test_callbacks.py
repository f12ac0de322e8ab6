"""回访与评价: happy closes, unhappy is done again, silence is never satisfaction (story 8)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Channel, Clock, Mark, Resolved
from hotline.models import Callback, CallbackAttempt, Rating
from hotline.services import callbacks, calls
from hotline.services.callbacks import Verdict
from tests.hotline.people import (
    CHENGGUAN,
    clock,
    entries,
    events,
    handle_again,
    leads_ended,
    rate,
    stage,
    ticket,
    to_callback,
    to_review,
    together,
    unit,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

HAPPY = Verdict(satisfaction=5, resolved=Resolved.YES, comment="谢谢")
UNHAPPY = Verdict(satisfaction=2, resolved=Resolved.NO, comment="只说转走了，没人来")


def plans(ticket_id: int) -> list[Callback]:
    query = select(Callback).where(Callback.ticket_id == ticket_id).order_by(Callback.round)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def ratings(ticket_id: int) -> list[Rating]:
    query = select(Rating).where(Rating.ticket_id == ticket_id).order_by(Rating.round)
    return list(db.session.scalars(query))


@pytest.mark.parametrize(
    ("satisfaction", "resolved", "outcome"),
    [
        (5, Resolved.YES, Outcome.RESOLVED),
        (4, Resolved.PARTLY, Outcome.PARTLY),
        (3, Resolved.YES, Outcome.RESOLVED),
    ],
)
def test_a_happy_word_closes(
    a_ticket: Callable[..., int],
    at: datetime,
    satisfaction: int,
    resolved: Resolved,
    outcome: Outcome,
) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    rate(ticket_id, Verdict(satisfaction=satisfaction, resolved=resolved), at=at)
    row, (plan,) = ticket(ticket_id), plans(ticket_id)
    assert (row.stage, row.outcome, row.closed_at) == (Stage.CLOSED, outcome, at)
    assert plan.done_at == at
    assert clock(ticket_id, Clock.CALLBACK).stopped_at == at
    assert events(ticket_id)[-2:] == [Event.RATED, Event.CONCLUDED]


@pytest.mark.parametrize(
    ("satisfaction", "resolved"),
    [(1, Resolved.YES), (2, Resolved.PARTLY), (5, Resolved.NO), (1, Resolved.NO)],
)
def test_a_bad_word_or_nothing_solved_opens_a_redo(
    a_ticket: Callable[..., int], at: datetime, satisfaction: int, resolved: Resolved
) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    rate(ticket_id, Verdict(satisfaction=satisfaction, resolved=resolved), at=at)
    row = ticket(ticket_id)
    assert (row.stage, row.round, row.outcome) == (Stage.DISPATCHED, 2, None)


def test_the_redo_goes_to_the_same_unit_with_three_working_days(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    later = at + timedelta(days=1)  # Thursday
    rate(ticket_id, UNHAPPY, at=later)
    row, handle = ticket(ticket_id), clock(ticket_id, Clock.HANDLE, 2)
    assert row.lead_department_id == unit(CHENGGUAN).id
    assert (handle.amount, handle.unit, handle.started_at) == (3, "working_days", later)
    assert f"{handle.due_at.astimezone(at.tzinfo):%Y-%m-%d %H:%M}" == "2026-03-17 17:30"
    assert row.promised_at == handle.due_at
    assert leads_ended(ticket_id) == ["重办", None]
    assert clock(ticket_id, Clock.SIGN, 2).stopped_at is None
    assert "只说转走了" in (entries(ticket_id, Event.REDO_OPENED)[0].reason or "")


def test_unhappy_again_is_supervised_and_a_third_time_ends_it(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """Two rounds for the citizen's word; then a supervisor would have to send it again."""
    ticket_id = to_callback(a_ticket(), at=at)
    rate(ticket_id, UNHAPPY, at=at)
    assert Mark.SUPERVISED not in ticket(ticket_id).marks
    handle_again(ticket_id, at=at)
    rate(ticket_id, UNHAPPY, at=at)
    assert Mark.SUPERVISED in ticket(ticket_id).marks
    assert ticket(ticket_id).round == 3
    handle_again(ticket_id, at=at)
    rate(ticket_id, UNHAPPY, at=at)
    row = ticket(ticket_id)
    assert (row.stage, row.round, row.outcome) == (Stage.CLOSED, 3, Outcome.UNRESOLVED)
    assert [rating.round for rating in ratings(ticket_id)] == [1, 2, 3]
    assert events(ticket_id).count(Event.REDO_OPENED) == 2


def test_a_supervisor_may_send_it_a_third_time(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    for _ in range(2):
        callbacks.redo(ticket_id, who("callback"), reason="市民来电称未解决", at=at)
        handle_again(ticket_id, at=at)
    with pytest.raises(NotAllowed, match="督办员"):
        callbacks.redo(ticket_id, who("callback"), reason="还是没解决", at=at)
    callbacks.redo(ticket_id, who("supervisor"), reason="现场督办", at=at)
    assert ticket(ticket_id).round == 4
    assert all(plan.done_at for plan in plans(ticket_id))


def test_the_same_word_twice_is_one_rating(a_ticket: Callable[..., int], at: datetime) -> None:
    """The citizen taps twice, or answers the SMS twice."""
    ticket_id = to_callback(a_ticket(), at=at)
    by_sms = Verdict(satisfaction=5, resolved=Resolved.YES, channel=Channel.SMS)
    first = callbacks.rate(ticket_id, by_sms, CITIZEN, at=at)
    again = callbacks.rate(ticket_id, by_sms, CITIZEN, at=at + timedelta(hours=1))
    assert (again.id, again.rated_at) == (first.id, at)
    assert len(ratings(ticket_id)) == len(entries(ticket_id, Event.RATED)) == 1


def test_an_unhappy_sms_twice_opens_one_redo(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    for _ in range(2):
        callbacks.rate(ticket_id, UNHAPPY, CITIZEN, at=at)
    assert ticket(ticket_id).round == 2
    assert len(ratings(ticket_id)) == 1


def test_another_word_afterwards_is_a_conflict(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    rate(ticket_id, HAPPY, at=at)
    with pytest.raises(Conflict, match="已评价过"):
        rate(ticket_id, UNHAPPY, at=at)


def test_many_taps_at_once_are_one_rating(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    for verdict, round_no in ((HAPPY, 1), (UNHAPPY, 2)):
        ticket_id = to_callback(a_ticket(), at=at)
        calls_ = [lambda t=ticket_id, v=verdict: callbacks.rate(t, v, CITIZEN, at=at)] * 4
        ends = together(app, calls_)
        assert not [end for end in ends if isinstance(end, Exception)], ends
        assert len(ratings(ticket_id)) == 1
        assert ticket(ticket_id).round == round_no


def test_before_the_answer_there_is_nothing_to_rate(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_review(a_ticket(), at=at)
    with pytest.raises(NotAllowed, match="办结审核"):
        rate(ticket_id, HAPPY, at=at)


@pytest.mark.parametrize("satisfaction", [0, 6, -1])
def test_there_are_five_grades(
    a_ticket: Callable[..., int], at: datetime, satisfaction: int
) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    with pytest.raises(Invalid) as refused:
        rate(ticket_id, Verdict(satisfaction=satisfaction, resolved=Resolved.YES), at=at)
    assert set(refused.value.errors) == {"satisfaction"}
    assert stage(ticket_id) is Stage.CALLBACK


def test_a_comment_has_an_end(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    with pytest.raises(Invalid):
        rate(ticket_id, Verdict(satisfaction=5, resolved=Resolved.YES, comment="好" * 1001), at=at)


# --- 三次未接通 ------------------------------------------------------------------------------


def test_three_unanswered_calls_close_as_unreached_not_as_happy(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    caller = who("callback")
    for day in range(2):
        callbacks.record_attempt(ticket_id, caller, reached=False, at=at + timedelta(days=day))
        assert stage(ticket_id) is Stage.CALLBACK
    callbacks.record_attempt(ticket_id, caller, reached=False, at=at + timedelta(days=2))
    row, (plan,) = ticket(ticket_id), plans(ticket_id)
    assert (row.stage, row.outcome) == (Stage.CLOSED, Outcome.UNREACHED)
    assert (plan.attempts, plan.done_at) == (3, at + timedelta(days=2))
    assert ratings(ticket_id) == []
    assert [entry.reason for entry in entries(ticket_id, Event.CALLED_BACK)] == [
        *("第 1 次未接通", "第 2 次未接通", "第 3 次未接通")
    ]
    with pytest.raises(NotFound):
        callbacks.record_attempt(ticket_id, caller, reached=False, at=at)


def test_who_was_not_reached_may_still_rate(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    for _ in range(3):
        callbacks.record_attempt(ticket_id, who("callback"), reached=False, at=at)
    rate(ticket_id, HAPPY, at=at)
    assert (stage(ticket_id), len(ratings(ticket_id))) == (Stage.CLOSED, 1)


def test_a_call_that_was_answered_is_no_rating(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    callbacks.record_attempt(ticket_id, who("callback"), reached=True, note="稍后再评", at=at)
    assert stage(ticket_id) is Stage.CALLBACK
    attempt = db.session.scalars(select(CallbackAttempt)).one()
    assert (attempt.reached, attempt.note, attempt.by) == (True, "稍后再评", who("callback").name)


# --- 评价链接 --------------------------------------------------------------------------------


def test_the_link_leads_to_the_ticket(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    (plan,) = plans(ticket_id)
    assert callbacks.ticket_of_link(plan.token).id == ticket_id
    with pytest.raises(NotFound):
        callbacks.ticket_of_link(plan.token[:-1] + "!")


def test_every_round_has_its_own_link(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    rate(ticket_id, UNHAPPY, at=at)
    handle_again(ticket_id, at=at)
    first, second = plans(ticket_id)
    assert first.token != second.token
    assert callbacks.ticket_of_link(first.token).id == ticket_id


def test_a_number_alone_finds_what_waits_for_its_word(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """短信评价: 5 from a phone rates the newest ticket of that phone that may be rated."""
    older = to_callback(a_ticket(), at=at)
    newer = to_callback(a_ticket(), at=at)
    a_ticket()
    found = calls.ticket_to_rate("+8613912345678")
    assert found is not None
    assert found.id == newer
    rate(newer, HAPPY, at=at)
    found = calls.ticket_to_rate("13912345678")
    assert found is not None
    assert found.id == older
    assert calls.ticket_to_rate("13900000000") is None
