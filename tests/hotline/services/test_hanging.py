"""挂账与不合理诉求: the clocks stand still by the authority's decision, and run on as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import HangingReview, Motion, MotionState
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Clock
from hotline.models import Deadline, Milestone, MotionRow
from hotline.services import motions
from hotline.services.intake import LOCAL
from hotline.services.motions import Plea, hanging, unreasonable
from hotline.services.timing import sweeping
from tests.hotline.people import clock, handler, stage, ticket, to_handling, who

if TYPE_CHECKING:
    from collections.abc import Callable

DUE = datetime(2026, 3, 18, 17, 30, tzinfo=LOCAL)  # five working days after Wednesday 03-11
ASKED = Plea(kind=Motion.HANGING, reason="楼栋产权未确权", evidence="自然资源局复函〔2026〕17号")
LONGER = Plea(
    kind=Motion.EXTENSION,
    reason="须开挖检测",
    evidence="检测单位排期表",
    reply_text="检测完成后三日内答复您",
    days=3,
)


def row(motion_id: int) -> MotionRow:
    return db.session.get_one(MotionRow, motion_id, populate_existing=True)


def fired(ticket_id: int) -> list[str]:
    query = (
        select(Milestone.name)
        .join(Deadline, Deadline.id == Milestone.deadline_id)
        .where(Deadline.ticket_id == ticket_id, Deadline.clock == Clock.HANDLE)
        .order_by(Milestone.id)
    )
    return list(db.session.scalars(query))


def test_what_hangs_warns_nobody(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    hanging.hang(ticket_id, who("authority"), reason="产权历史遗留问题", at=at)
    assert stage(ticket_id) is Stage.HUNG
    handle = clock(ticket_id, Clock.HANDLE)
    assert (handle.paused_at, handle.stopped_at, handle.next_at) == (at, None, None)
    sweeping.sweep(DUE + timedelta(days=300))
    assert fired(ticket_id) == []


def test_each_clock_is_shifted_by_exactly_what_it_stood_still(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """Thursday 03-12 10:00 till Monday 04-13 09:00: 33.5 working hours were left, 5.5 to call."""
    ticket_id = to_handling(a_ticket(), at=at)
    hung_at = datetime(2026, 3, 12, 10, tzinfo=LOCAL)  # the contact clock ran till 17:30 that day
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=hung_at)
    back_at = datetime(2026, 4, 13, 9, tzinfo=LOCAL)  # a Monday
    hanging.resume(ticket_id, who("authority"), reason="政策已明确", at=back_at)
    handle, contact = clock(ticket_id, Clock.HANDLE), clock(ticket_id, Clock.CONTACT)
    assert handle.due_at == datetime(2026, 4, 17, 16, 30, tzinfo=LOCAL)
    assert contact.due_at == datetime(2026, 4, 13, 16, 30, tzinfo=LOCAL)
    assert handle.first_due_at == DUE  # the first promise stays visible
    assert (handle.stopped_at, ticket(ticket_id).promised_at) == (None, handle.due_at)


def test_what_warned_before_the_pause_does_not_stop_the_sweep(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """A milestone is told once in the life of a clock, and later ones still come."""
    ticket_id, other = to_handling(a_ticket(), at=at), to_handling(a_ticket(), at=at)
    yellow = clock(ticket_id, Clock.HANDLE).yellow_at
    sweeping.sweep(yellow)
    before = fired(ticket_id)
    assert before == fired(other)
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=yellow)
    back_at = DUE + timedelta(days=14)
    hanging.resume(ticket_id, who("supervisor"), reason="政策已明确", at=back_at)
    while sweeping.sweep(back_at + timedelta(days=30)):
        pass
    assert fired(ticket_id) == fired(other)
    assert len(fired(ticket_id)) == len(set(fired(ticket_id))) > len(before)


def test_what_is_overdue_when_it_hangs_stays_overdue(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """Hanging forgives nothing: the clock was over before it was stopped."""
    ticket_id = to_handling(a_ticket(), at=at)
    late = DUE + timedelta(days=1)
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=late)
    back_at = datetime(2026, 4, 13, 9, tzinfo=LOCAL)
    hanging.resume(ticket_id, who("authority"), reason="继续", at=back_at)
    assert clock(ticket_id, Clock.HANDLE).due_at == DUE


def test_a_clock_set_back_meanwhile_is_no_pause(a_ticket: Callable[..., int], at: datetime) -> None:
    """NTP: the server's clock says it is earlier than when the ticket was hung."""
    ticket_id = to_handling(a_ticket(), at=at)
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=at + timedelta(hours=2))
    hanging.resume(ticket_id, who("authority"), reason="继续", at=at + timedelta(hours=1))
    assert clock(ticket_id, Clock.HANDLE).due_at == DUE


def test_other_motions_are_taken_back_and_the_units_own_is_answered(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    longer = motions.file(ticket_id, LONGER, handler(), at=at)
    asked = motions.file(ticket_id, ASKED, handler(), at=at)
    hanging.hang(ticket_id, who("authority"), reason="同意挂账", at=at)
    assert row(asked).state is MotionState.GRANTED
    assert (row(longer).state, row(longer).decision) == (
        *(MotionState.WITHDRAWN, "工单已挂账，申请自动撤回"),
    )
    review = clock(ticket_id, Clock.REVIEW_EXTENSION, turn=longer)
    assert review.stopped_at == at


def test_reviewed_by_the_authority_alone_and_with_words(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    go_on = {"finding": HangingReview.CONTINUE, "words": "仍无条件", "at": at}
    with pytest.raises(Conflict, match="没有挂账"):
        motions.review_hanging(ticket_id, who("authority"), **go_on)
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=at)
    with pytest.raises(NotAllowed):
        motions.review_hanging(ticket_id, handler(), **go_on)
    with pytest.raises(NotAllowed):
        motions.review_hanging(ticket_id, who("dispatcher"), **go_on)
    with pytest.raises(Invalid, match="复核情况"):
        motions.review_hanging(ticket_id, who("authority"), **{**go_on, "words": " "})
    assert clock(ticket_id, Clock.HANG_REVIEW).stopped_at is None


@pytest.mark.parametrize(
    ("until", "words"),
    [(date(2026, 3, 11), "晚于今天"), (date(2027, 3, 12), "2027-03-11"), (date.max, "365 天")],
)
def test_until_when_is_no_longer_than_the_rule(
    a_ticket: Callable[..., int], at: datetime, until: date, words: str
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    with pytest.raises(Invalid, match=words) as refused:
        motions.file(ticket_id, replace(ASKED, until_on=until), handler(), at=at)
    assert set(refused.value.errors) == {"until_on"}


def test_the_day_asked_for_brings_the_review_forward(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    plea = replace(ASKED, until_on=date(2026, 3, 25))
    asked = motions.file(ticket_id, plea, who("lead_chengguan"), at=at)
    motions.grant(asked, who("authority"), note=None, at=at)
    due_at = clock(ticket_id, Clock.HANG_REVIEW).due_at
    assert due_at == datetime(2026, 3, 25, 17, 30, tzinfo=LOCAL)


def test_days_of_an_earlier_hanging_count(a_ticket: Callable[..., int], at: datetime) -> None:
    """挂账最长 1 年 in all, not each time."""
    ticket_id = to_handling(a_ticket(), at=at)
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=at)
    back_at = at + timedelta(days=360)
    hanging.resume(ticket_id, who("authority"), reason="继续", at=back_at)
    hanging.hang(ticket_id, who("authority"), reason="再等", at=back_at)
    assert clock(ticket_id, Clock.HANG_REVIEW, turn=1).amount == 5
    hanging.resume(ticket_id, who("authority"), reason="继续", at=back_at + timedelta(days=5))
    with pytest.raises(NotAllowed, match="已满 365 天"):
        hanging.hang(ticket_id, who("authority"), reason="再等", at=back_at + timedelta(days=6))


def test_unreasonable_ends_it(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    unreasonable.find_unreasonable(ticket_id, who("authority"), reason="经听证认定", at=at)
    found = ticket(ticket_id)
    assert (found.stage, found.outcome) == (Stage.CLOSED, Outcome.UNREASONABLE)
    assert sweeping.sweep(DUE + timedelta(days=9)) == 0


@pytest.mark.parametrize("act", [hanging.hang, unreasonable.find_unreasonable])
def test_units_do_not_decide_that(
    a_ticket: Callable[..., int], at: datetime, act: Callable[..., None]
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    with pytest.raises(NotAllowed):
        act(ticket_id, handler(), reason="办不了", at=at)
    with pytest.raises(Invalid):
        act(ticket_id, who("authority"), reason=" ", at=at)
    assert stage(ticket_id) is Stage.HANDLING
