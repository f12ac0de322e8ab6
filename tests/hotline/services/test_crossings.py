"""两件事相交: what happens to clocks and motions when one thing comes across another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Conflict
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Clock, Mark, Resolved
from hotline.models import MotionRow, Rating
from hotline.queries import office
from hotline.services import (
    callbacks,
    dispatching,
    endings,
    handling,
    joining,
    leave,
    motions,
    reviewing,
)
from hotline.services.callbacks import Verdict
from hotline.services.motions import Plea, hanging
from tests.conftest import local
from tests.hotline.people import (
    CHENGGUAN,
    REPLY,
    ZHUJIAN,
    clock,
    entries,
    handler,
    look,
    ticket,
    to_callback,
    to_handling,
    to_unit,
    together,
    who,
)

if TYPE_CHECKING:
    from apiflask import APIFlask

Made = Callable[..., int]
LONGER = Plea(
    kind=Motion.EXTENSION,
    reason="须开挖检测",
    evidence="检测单位排期表",
    reply_text="检测完成后三日内答复您",
    days=3,
)
BACK = Plea(
    kind=Motion.RETURN,
    reason="工地由住建部门监管",
    reason_code="wrong_duty",
    suggested_code=ZHUJIAN,
    evidence="三定规定",
)


def state(motion_id: int) -> MotionState:
    look()
    return db.session.get_one(MotionRow, motion_id, populate_existing=True).state


def returned(ticket_id: int, code: str, *, at: datetime) -> None:
    """The unit returns the ticket and the dispatcher agrees."""
    other = CHENGGUAN if code == ZHUJIAN else ZHUJIAN
    asked = motions.file(ticket_id, replace(BACK, suggested_code=other), handler(code), at=at)
    motions.grant(asked, who("dispatcher"), note="同意", at=at)


def disputed(ticket_id: int, *, at: datetime) -> None:
    """Two units have returned it: it waits for a ruling."""
    returned(ticket_id, CHENGGUAN, at=at)
    dispatching.dispatch(ticket_id, ZHUJIAN, actor=who("dispatcher"), at=at)
    returned(ticket_id, ZHUJIAN, at=at)
    assert Mark.ADJUDICATING.value in ticket(ticket_id).marks


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch, app: APIFlask) -> Callable[..., None]:
    """A city whose policy lets the clocks stand still during these reviews."""
    real = office.profile

    def allow(*states: str) -> None:
        monkeypatch.setattr(
            office, "profile", lambda at: replace(real(at), pauses=real(at).pauses | set(states))
        )

    return allow


# --- 申请未决，工单先变 ----------------------------------------------------------


def test_a_withdrawn_demand_takes_the_motions_with_it(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = [motions.file(ticket_id, plea, handler(), at=at) for plea in (LONGER, BACK)]
    endings.withdraw(ticket_id, CITIZEN, at=at)
    assert [state(motion_id) for motion_id in asked] == [MotionState.WITHDRAWN] * 2
    assert len(entries(ticket_id, Event.MOTION_WITHDRAWN)) == 2


@pytest.mark.parametrize("how", ["withdraw", "merge"])
def test_what_has_ended_waits_for_no_ruling(a_ticket: Made, at: datetime, how: str) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    disputed(ticket_id, at=at)
    if how == "withdraw":
        endings.withdraw(ticket_id, CITIZEN, at=at)
    else:
        joining.merge(ticket_id, ticket(a_ticket()).ticket_no, who("dispatcher"), at=at)
    assert Mark.ADJUDICATING.value not in ticket(ticket_id).marks
    with pytest.raises(Conflict):
        motions.rule(ticket_id, CHENGGUAN, who("dispatcher"), reason="由城管承办", at=at)


def test_a_reply_ends_the_dispute(a_ticket: Made, at: datetime) -> None:
    """The third return goes to a ruling; the unit answers the citizen before it is given."""
    ticket_id = to_unit(a_ticket(), at=at)
    returned(ticket_id, CHENGGUAN, at=at)
    dispatching.dispatch(ticket_id, ZHUJIAN, actor=who("dispatcher"), at=at)
    asked = motions.file(
        ticket_id, replace(BACK, suggested_code=CHENGGUAN), handler(ZHUJIAN), at=at
    )
    motions.refuse(asked, who("dispatcher"), note="属住建", at=at)
    handling.sign(ticket_id, handler(ZHUJIAN), at=at)
    again = replace(BACK, suggested_code=CHENGGUAN, evidence="新的权责清单")
    third = motions.file(ticket_id, again, handler(ZHUJIAN), at=at)
    assert Mark.ADJUDICATING.value in ticket(ticket_id).marks
    handling.reply(ticket_id, REPLY, handler(ZHUJIAN), at=at)
    assert state(third) is MotionState.WITHDRAWN
    assert Mark.ADJUDICATING.value not in ticket(ticket_id).marks
    assert clock(ticket_id, Clock.ADJUDICATE, turn=third).stopped_at == at


# --- 停表 ----------------------------------------------------------------------------------------


def test_answered_during_the_review_and_sent_back_the_clock_runs(
    a_ticket: Made, at: datetime, lenient: Callable[..., None]
) -> None:
    """Filed at 09:30, answered at 11:30: two working hours stood still, and no more."""
    lenient("extension_review")
    ticket_id = to_handling(a_ticket(), at=at)
    motions.file(ticket_id, LONGER, handler(), at=at)
    answered = at + timedelta(hours=2)
    handling.reply(ticket_id, REPLY, handler(), at=answered)
    reviewing.send_back(ticket_id, who("dispatcher"), reason="答复不具体", at=answered)
    handle = clock(ticket_id, Clock.HANDLE)
    assert (handle.paused_at, handle.stopped_at) == (None, None)
    assert handle.due_at == local("2026-03-19 10:30")
    assert handle.next_at is not None


def test_what_stops_while_it_stands_still_is_not_late(
    a_ticket: Made, at: datetime, lenient: Callable[..., None]
) -> None:
    """Two working hours to sign; the return lay with the hotline for a day before 签收."""
    lenient("return_review")
    ticket_id = to_unit(a_ticket(), at=at)
    motions.file(ticket_id, BACK, handler(), at=at + timedelta(hours=1))
    signed = at + timedelta(days=1)
    handling.sign(ticket_id, handler(), at=signed)
    sign = clock(ticket_id, Clock.SIGN)
    assert sign.stopped_at == signed
    assert sign.due_at >= signed
    assert sign.next_at is None


def test_an_open_extension_keeps_no_clock_that_only_the_return_stopped(
    a_ticket: Made, at: datetime, lenient: Callable[..., None]
) -> None:
    lenient("return_review")
    ticket_id = to_handling(a_ticket(), at=at)
    motions.file(ticket_id, LONGER, handler(), at=at)
    asked = motions.file(ticket_id, BACK, handler(), at=at)
    assert clock(ticket_id, Clock.HANDLE).paused_at == at
    motions.refuse(asked, who("dispatcher"), note="属城管", at=at + timedelta(hours=2))
    assert clock(ticket_id, Clock.HANDLE).paused_at is None
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-19 10:30")


def test_whoever_reviews_is_waiting_for_nothing(
    a_ticket: Made, at: datetime, lenient: Callable[..., None]
) -> None:
    """A return stops the clocks of the unit, not that of the hotline on the extension."""
    lenient("return_review")
    ticket_id = to_handling(a_ticket(), at=at)
    longer = motions.file(ticket_id, LONGER, handler(), at=at)
    motions.file(ticket_id, BACK, handler(), at=at)
    review = clock(ticket_id, Clock.REVIEW_EXTENSION, turn=longer)
    assert review.paused_at is None
    assert review.next_at is not None


def test_a_bad_rating_is_verified_though_the_ticket_hangs(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    verdict = Verdict(satisfaction=1, resolved=Resolved.NO)
    callbacks.rate(ticket_id, verdict, CITIZEN, at=at)
    handling.sign(ticket_id, handler(), at=at)
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=at)
    look()
    rating = db.session.scalars(select(Rating).where(Rating.ticket_id == ticket_id)).one()
    verify = clock(ticket_id, Clock.VERIFY, turn=rating.id)
    assert verify.paused_at is None
    assert verify.next_at is not None
    assert clock(ticket_id, Clock.HANDLE, round_no=2).paused_at == at


# --- 同时 ------------------------------------------------------------------------


def test_five_callers_merged_at_once_are_seen_as_five(
    app: APIFlask, a_ticket: Made, run_jobs: Callable[[], int], at: datetime
) -> None:
    master = to_unit(a_ticket(), at=at)
    number = ticket(master).ticket_no
    children = [a_ticket(phone=f"1380000000{n}", name=f"市民{n}") for n in range(4)]
    agent = who("agent")

    def merge(child: int) -> Callable[[], object]:
        return lambda: joining.merge(child, number, agent, at=at)

    assert together(app, [merge(child) for child in children]) == [None] * 4
    run_jobs()
    assert Mark.SUPERVISED.value in ticket(master).marks
    assert len(entries(master, Event.SUPERVISED)) == 1


def test_leave_entered_twice_at_once_is_entered_once(app: APIFlask, at: datetime) -> None:
    lead, deputy = who("lead_chengguan"), who("department")
    assert lead.staff_id is not None
    assert deputy.staff_id is not None
    ids, days = (lead.staff_id, deputy.staff_id), (date(2026, 3, 16), date(2026, 3, 18))

    def enter() -> object:
        return leave.take_leave(*ids, days, lead, reason="出差", at=at)

    results = together(app, [enter] * 4)
    assert sum(isinstance(one, int) for one in results) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 3
