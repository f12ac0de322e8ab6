"""两件事相交: what happens to clocks and motions when one thing comes across another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

import sla
from hotline.db import db
from hotline.domain.errors import Conflict
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Clock, Mark, Resolved, Urgency
from hotline.domain.timing import RuleSubject
from hotline.models import Deadline, MotionRow, Rating
from hotline.queries import office
from hotline.queries import rulebooks as shelf
from hotline.services import (
    callbacks,
    dispatching,
    endings,
    handling,
    leave,
    motions,
    rectifying,
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
    to_dispatch,
    to_handling,
    to_unit,
    together,
    who,
)
from tests.hotline.services.rule_books import calendar, counted, day_off, drafted, in_force

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
    reason_code="not_ours",
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


# --- 申请未决，工单先变 -----------------------------------------------------------------------------


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
        endings.merge(ticket_id, ticket(a_ticket()).ticket_no, who("dispatcher"), at=at)
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
    """A return stops the unit's clocks, not that of the hotline, which has an extension to answer."""
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


# --- 规则变动 ---------------------------------------------------------------------------------------

MADE_UP = {**day_off("2026-03-14", name="补班"), "is_workday": True}


def held_back(ticket_id: int) -> None:
    """Decided on Wednesday the 18th: Saturday the 14th had been worked; 03-17 is over, so kept."""
    run = in_force(RuleSubject.CALENDAR, calendar(MADE_UP), at=local("2026-03-18 09:00"))
    assert run.held
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:30")


def test_an_extension_counts_from_the_due_moment_that_was_kept(
    a_ticket: Made, at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, LONGER, who("lead_chengguan"), at=at)
    held_back(ticket_id)
    motions.grant(asked, who("dispatcher"), note=None, at=local("2026-03-18 09:30"))
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-23 17:30")


def test_a_pause_shifts_the_due_moment_that_was_kept(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    held_back(ticket_id)
    hanging.hang(ticket_id, who("authority"), reason="等待", at=local("2026-03-18 10:00"))
    hanging.resume(ticket_id, who("authority"), reason="已定", at=local("2026-03-19 10:00"))
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-19 17:30")


def test_what_is_late_already_is_not_made_later(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    run = in_force(RuleSubject.CALENDAR, calendar(MADE_UP), at=local("2026-03-19 09:00"))
    assert run.held
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:30")


def policy(days: int) -> dict[str, object]:
    document = shelf.document_of(RuleSubject.POLICY)
    for rule in document["rule"]:
        if rule["id"] == "handle":
            rule["amount"] = days
    return document


def test_a_hung_ticket_takes_the_shorter_limit_if_it_had_time_left_when_it_stopped(
    a_ticket: Made, at: datetime
) -> None:
    """Hung on the first day; on the seventh the promise is cut to three days: two are left."""
    ticket_id = to_handling(a_ticket(), at=at)
    hanging.hang(ticket_id, who("authority"), reason="等待", at=at)
    later = local("2026-03-17 09:30")
    in_force(RuleSubject.POLICY, policy(3), at=later)
    handle = clock(ticket_id, Clock.HANDLE)
    assert (handle.amount, handle.due_at) == (3, local("2026-03-16 17:30"))


def test_a_correction_keeps_to_the_policy_the_ticket_was_moved_to(
    a_ticket: Made, at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    thursday = at + timedelta(days=1)
    in_force(RuleSubject.POLICY, policy(4), at=thursday)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-17 17:30")
    facts = rectifying.Facts(area_code="990102")
    rectifying.rectify(ticket_id, facts, who("dispatcher"), reason="地址有误", at=thursday)
    handle = clock(ticket_id, Clock.HANDLE)
    assert (handle.amount, handle.policy_version) == (4, 1)
    assert handle.due_at == local("2026-03-17 17:30")


@pytest.mark.parametrize("how", ["corrected", "policy"])
def test_the_review_of_a_hung_ticket_stays_within_what_was_granted(
    a_ticket: Made, at: datetime, how: str
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = Plea(kind=Motion.HANGING, reason="等竣工", evidence="函", until_on=date(2026, 3, 20))
    motion_id = motions.file(ticket_id, asked, who("lead_chengguan"), at=at)
    motions.grant(motion_id, who("authority"), note=None, at=at)
    [before] = reviews(ticket_id)
    assert before == local("2026-03-20 17:30")
    if how == "policy":
        in_force(RuleSubject.POLICY, policy(7), at=at + timedelta(hours=1))
    else:
        facts = rectifying.Facts(urgency=Urgency.COMPLEX)
        rectifying.rectify(ticket_id, facts, who("authority"), reason="复杂", at=at)
    assert reviews(ticket_id) == [before]


def reviews(ticket_id: int) -> list[datetime]:
    look()
    query = select(Deadline.due_at).where(
        Deadline.ticket_id == ticket_id, Deadline.clock == Clock.HANG_REVIEW
    )
    return list(db.session.scalars(query))


def test_a_storm_during_the_review_counts_when_the_ticket_is_sent_back(
    a_ticket: Made, at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    handling.reply(ticket_id, REPLY, handler(), at=at)
    thursday = at + timedelta(days=1)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off("2026-03-13")), at=thursday)
    from hotline.services import rulebooks

    recount_id = rulebooks.publish(book, who("admin"), at=thursday)
    assert recount_id is not None
    counted(recount_id, at=thursday)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:30"), "answered: not open"
    reviewing.send_back(ticket_id, who("dispatcher"), reason="答复不具体", at=thursday)
    handle = clock(ticket_id, Clock.HANDLE)
    assert handle.due_at == local("2026-03-19 17:30")
    assert ticket(ticket_id).promised_at == handle.due_at
    [said] = [entry.payload for entry in entries(ticket_id, Event.RECOUNTED)]
    assert (said["cause"], said["clock"]) == ("calendar", "handle")


def test_before_the_dispatch_the_promise_follows_the_facts(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_dispatch(a_ticket(), at=at)
    endings.supplement(ticket_id, "现在楼道里有很浓的煤气味", CITIZEN, at=at)
    assert ticket(ticket_id).urgency is Urgency.CRITICAL
    assert ticket(ticket_id).promised_at == at + timedelta(hours=2)
    assert ticket(ticket_id).first_promised_at == local("2026-03-18 17:30")


# --- 同时 --------------------------------------------------------------------------------------------


def test_five_callers_merged_at_once_are_seen_as_five(
    app: APIFlask, a_ticket: Made, run_jobs: Callable[[], int], at: datetime
) -> None:
    master = to_unit(a_ticket(), at=at)
    number = ticket(master).ticket_no
    children = [a_ticket(phone=f"1380000000{n}", name=f"市民{n}") for n in range(4)]
    agent = who("agent")

    def merge(child: int) -> Callable[[], object]:
        return lambda: endings.merge(child, number, agent, at=at)

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
