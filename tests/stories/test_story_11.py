"""11. 挂账: what cannot be solved this year hangs, is reviewed by itself, and comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import HangingReview, Motion, MotionState, MotionStep
from hotline.domain.terms import Clock
from hotline.models import Deadline, MotionRow
from hotline.services import motions
from hotline.services.motions import Plea, hanging
from tests.hotline.people import clock, entries, handler, notices, stage, ticket, to_handling, who
from tests.stories.telling import due, it_is, moment, read, time_has_come

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask

ASKED = Plea(
    kind=Motion.HANGING,
    reason="楼栋产权未确权，须待不动产登记历史遗留问题专项政策",
    reason_code="property_right",
    evidence="自然资源局复函〔2026〕17号；楼栋无规划验收档案",
)


def reviews(ticket_id: int) -> list[Deadline]:
    query = select(Deadline).where(
        Deadline.ticket_id == ticket_id, Deadline.clock == Clock.HANG_REVIEW
    )
    return list(db.session.scalars(query.order_by(Deadline.turn)))


@pytest.fixture
def handled(a_ticket: Callable[..., int], app: APIFlask) -> int:
    """Wednesday 2026-03-11 09:30, due 2026-03-18 17:30."""
    with it_is("2026-03-11 09:30") as now:
        return to_handling(a_ticket(title="楼栋办不了产权证", at=now), at=now)


@pytest.fixture
def hung(handled: int, run_jobs: Callable[[], int]) -> int:
    """The unit files with evidence, its leader agrees, the authority grants on Friday 03-13."""
    with it_is("2026-03-12 10:00") as now:
        asked = motions.file(handled, ASKED, handler("D0101"), at=now)
        assert db.session.get_one(MotionRow, asked).step is MotionStep.UNIT
        motions.grant(asked, who("lead_chengguan"), note="近期确无解决条件", at=now)
        with pytest.raises(NotAllowed):
            motions.grant(asked, who("dispatcher"), note=None, at=now)
    with it_is("2026-03-13 10:00") as now:
        motions.grant(asked, who("authority"), note="同意挂账", at=now)
        run_jobs()
    return handled


def test_the_authority_grants_and_the_clocks_stand_still(hung: int) -> None:
    assert stage(hung) is Stage.HUNG
    handle = clock(hung, Clock.HANDLE)
    assert (handle.paused_at, handle.next_at) == (moment("2026-03-13 10:00"), None)
    row = db.session.scalars(select(MotionRow)).one()
    assert (row.state, row.decided_by, row.unit_decided_by) == (
        *(MotionState.GRANTED, "田正华", "高建军"),
    )


def test_the_citizen_is_told(hung: int, app: APIFlask) -> None:
    sent = app.extensions["hotline"].sms.sent[-1]
    assert sent.to == "13912345678"
    assert "挂账" in sent.body
    assert ticket(hung).ticket_no in sent.body


def test_the_review_appears_by_itself_every_thirty_days(
    hung: int, run_jobs: Callable[[], int]
) -> None:
    assert due(hung, Clock.HANG_REVIEW) == "2026-04-13 17:30"  # 04-12 is a Sunday
    with it_is("2026-04-13 17:31"):
        time_has_come(run_jobs)
    assert any("【挂账复核】" in line.text for line in notices(hung))
    with it_is("2026-04-14 09:00") as now:
        motions.review_hanging(
            hung, who("authority"), finding=HangingReview.CONTINUE, words="政策仍未出台", at=now
        )
    first, second = reviews(hung)
    assert first.stopped_at == moment("2026-04-14 09:00")
    assert read(second.due_at) == "2026-05-14 17:30"
    assert (second.turn, second.stopped_at) == (1, None)
    assert entries(hung, Event.HANG_REVIEWED)[0].reason == "政策仍未出台"


def test_after_a_year_only_taking_it_up_is_left(hung: int) -> None:
    """365 days after 2026-03-13; the last review is due when the year is over."""
    for day in range(30, 361, 30):
        now = moment("2026-03-13 10:00") + timedelta(days=day)
        motions.review_hanging(
            hung, who("authority"), finding=HangingReview.CONTINUE, words="仍无条件", at=now
        )
    last = reviews(hung)[-1]
    assert (last.amount, read(last.due_at)) == (5, "2027-03-15 17:30")  # 03-13 is a Saturday
    with it_is("2027-03-15 09:00") as now:
        with pytest.raises(Invalid, match="已满 365 天"):
            motions.review_hanging(
                hung, who("authority"), finding=HangingReview.CONTINUE, words="再等等", at=now
            )
        motions.review_hanging(
            hung, who("authority"), finding=HangingReview.RESUME, words="期满恢复", at=now
        )
    assert stage(hung) is Stage.HANDLING


def test_resumed_when_the_law_changes_each_clock_shifts_by_what_it_stood_still(
    hung: int, run_jobs: Callable[[], int], app: APIFlask
) -> None:
    """26.5 working hours were left on 03-13 10:00; from 06-01 09:00 they last till 06-04 16:30."""
    with it_is("2026-06-01 09:00") as now:
        hanging.resume(hung, who("authority"), reason="专项政策已出台", at=now)
        run_jobs()
    handle = clock(hung, Clock.HANDLE)
    assert (handle.paused_at, handle.stopped_at) == (None, None)
    assert due(hung, Clock.HANDLE) == "2026-06-04 16:30"
    assert ticket(hung).promised_at == handle.due_at
    assert read(handle.first_due_at) == "2026-03-18 17:30"
    assert reviews(hung)[-1].stopped_at == moment("2026-06-01 09:00")
    sent = app.extensions["hotline"].sms.sent[-1]
    assert "恢复办理" in sent.body
    assert "2026-06-04 16:30" in sent.body


def test_the_exclusion_from_the_on_time_rate_is_visible(
    hung: int, client: object, sign_in: Callable[..., object]
) -> None:
    with it_is("2026-03-16 09:00"):
        desk = sign_in(client, "authority")
        number = ticket(hung).ticket_no
        for wing in ("dispatch", "supervision"):
            page = desk.get(f"/{wing}/tickets/{number}").get_data(as_text=True)  # type: ignore[attr-defined]
            assert "不计入按时办结率" in page, wing
