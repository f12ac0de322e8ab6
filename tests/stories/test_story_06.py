"""6. 延期: five working days once, the citizen told; six more are refused by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.db import db
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.motions import Motion, MotionState, MotionStep
from hotline.domain.terms import Clock
from hotline.domain.timing import ChangeKind
from hotline.models import MotionRow
from hotline.queries import progress
from hotline.services import motions
from hotline.services.motions import Plea
from hotline.services.timing import clocks
from hotline.web.citizen import words
from tests.hotline.people import clock, entries, handler, notices, ticket, to_handling, who
from tests.stories.telling import due, it_is, moment, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask

FIRST = Plea(
    kind=Motion.EXTENSION,
    reason="渗漏点须开挖检测，需协调三家产权单位",
    evidence="5月12日现场勘查记录，检测单位已排期至5月19日",
    reply_text="地下管线检测已排期，检测完成后三日内答复您，给您添麻烦了",
    days=5,
)


def asks(days: int) -> Plea:
    """The same once more, for so many days."""
    return Plea(
        kind=Motion.EXTENSION,
        reason="检测发现主管破损，须更换后复测",
        evidence="5月19日检测报告",
        reply_text="管道更换正在施工，完工复测后答复您",
        days=days,
    )


def motion(motion_id: int) -> MotionRow:
    return db.session.get_one(MotionRow, motion_id, populate_existing=True)


@pytest.fixture
def handled(a_ticket: Callable[..., int], app: APIFlask) -> int:
    """Friday 2026-05-08 11:00: dispatched and signed; Saturday 05-09 is worked."""
    with it_is("2026-05-08 11:00") as now:
        return to_handling(a_ticket(title="小区地面渗水", at=now), at=now)


@pytest.fixture
def extended(handled: int, run_jobs: Callable[[], int]) -> int:
    """On 05-13 the unit asks, its leader and the hotline agree."""
    with it_is("2026-05-13 09:30") as now:
        first = motions.file(handled, FIRST, handler("D0101"), at=now)
    with it_is("2026-05-13 10:10") as now:
        motions.grant(first, who("lead_chengguan"), note="情况属实", at=now)
    with it_is("2026-05-13 11:00") as now:
        motions.grant(first, who("dispatcher"), note="同意延期", at=now)
        run_jobs()
    return handled


def test_due_before_anything_is_asked(handled: int) -> None:
    assert due(handled, Clock.HANDLE) == "2026-05-14 17:30"


def test_first_the_leader_of_the_unit_then_the_hotline(handled: int) -> None:
    with it_is("2026-05-13 09:30") as now:
        first = motions.file(handled, FIRST, handler("D0101"), at=now)
        assert motion(first).step is MotionStep.UNIT
        with pytest.raises(NotAllowed, match="高建军"):
            motions.grant(first, who("dispatcher"), note=None, at=now)
        motions.grant(first, who("lead_chengguan"), note="情况属实", at=now)
        row = motion(first)
        assert (row.state, row.step) == (MotionState.OPEN, MotionStep.HOTLINE)
        motions.grant(first, who("dispatcher"), note="同意延期", at=now)
    row = motion(first)
    assert (row.state, row.unit_decided_by, row.unit_decision) == (
        *(MotionState.GRANTED, "高建军", "情况属实"),
    )
    assert (row.decided_by, row.decision) == ("李建国", "同意延期")


def test_the_new_deadline_and_the_old_one_still_shown(extended: int) -> None:
    assert due(extended, Clock.HANDLE) == "2026-05-21 17:30"
    row, handle = ticket(extended), clock(extended, Clock.HANDLE)
    assert row.promised_at == handle.due_at
    assert row.first_promised_at is not None
    assert handle.first_due_at == row.first_promised_at == moment("2026-05-14 17:30")
    (change,) = clocks.changes_of(handle)
    assert (change.kind, change.amount, change.unit) == (ChangeKind.EXTENSION, 5, "working_days")
    assert (read(change.due_before), change.by) == ("2026-05-14 17:30", "李建国")


def test_the_citizen_is_told_by_sms_with_the_units_words(extended: int, app: APIFlask) -> None:
    sent = app.extensions["hotline"].sms.sent[-1]
    assert sent.to == "13912345678"
    for said in ("2026-05-14 17:30", "2026-05-21 17:30", FIRST.reply_text):
        assert said in sent.body
    told = [line.text for line in notices(extended) if "延期" in line.text]
    assert any("2026-05-21 17:30" in text for text in told)


def test_the_progress_page_shows_both_dates_and_the_words(extended: int) -> None:
    seen = progress.progress(ticket(extended), at=moment("2026-05-13 12:00"))
    (line,) = [line for line in words.trail(seen) if "延长" in line.title]
    assert FIRST.reply_text in line.detail
    assert "2026-05-14 17:30" in line.detail
    assert "2026-05-21 17:30" in line.detail


def test_six_more_are_refused_by_rule_and_told_why(extended: int) -> None:
    with it_is("2026-05-20 10:00") as now, pytest.raises(Invalid) as refused:
        motions.file(extended, asks(6), handler("D0101"), at=now)
    said = refused.value.errors["days"]
    for words_of_the_rule in ("累计不得超过 10 个工作日", "已延期 5 个", "最多还可申请 5 个"):
        assert words_of_the_rule in said
    assert "热线管理机构" in said
    assert len(entries(extended, Event.MOTION_FILED)) == 1
    assert due(extended, Clock.HANDLE) == "2026-05-21 17:30"


def test_five_need_the_hotline_authority(extended: int) -> None:
    with it_is("2026-05-20 10:00") as now:
        second = motions.file(extended, asks(5), who("lead_chengguan"), at=now)
        assert motion(second).step is MotionStep.AUTHORITY  # the leader's own yes is in it
        with pytest.raises(NotAllowed, match="热线管理机构"):
            motions.grant(second, who("dispatcher"), note=None, at=now)
        motions.grant(second, who("authority"), note="同意", at=now)
    assert due(extended, Clock.HANDLE) == "2026-05-28 17:30"
    assert read(clock(extended, Clock.HANDLE).first_due_at) == "2026-05-14 17:30"
    with it_is("2026-05-27 10:00") as now, pytest.raises(Invalid, match="不能再延期"):
        motions.file(extended, asks(1), handler("D0101"), at=now)
