"""8. 不满意: a reply that says nothing, a redo that does not help, supervision, the platform."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import NotAllowed
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.reply_check import hints
from hotline.domain.terms import Clock, Mark
from hotline.models import Callback, Rating
from hotline.services import callbacks, handling, reviewing, texting
from integrations import PlatformClient, PlatformStandIn
from tests.hotline.people import clock, handler, notices, ticket, to_handling, who
from tests.stories.telling import it_is, moment, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from apiflask import APIFlask

    RunJobs = Callable[[], int]

EMPTY = "已转相关部门处理"
PHONE = "13912345678"


@pytest.fixture
def platform(app: APIFlask, tmp_path: Path) -> Iterator[PlatformStandIn]:
    """The government service platform, a real server that keeps what arrives."""
    standin = PlatformStandIn("127.0.0.1", 0, "hotline", "secret", store=tmp_path / "box.db")
    standin.start()
    before = app.extensions["hotline"]
    client = PlatformClient(standin.url, "hotline", "secret")
    app.extensions["hotline"] = replace(before, platform=client)
    yield standin
    app.extensions["hotline"] = before
    standin.stop()


def answered(ticket_id: int, text: str, at: str, run_jobs: RunJobs) -> None:
    """The unit replies, the hotline lets it pass, the citizen is asked."""
    with it_is(at) as now:
        handling.reply(ticket_id, text, handler(), at=now)
        reviewing.approve(ticket_id, who("dispatcher"), at=now)
        run_jobs()


def texts_back(body: str, at: str, run_jobs: RunJobs) -> texting.Taken:
    """The citizen answers the text message."""
    with it_is(at) as now:
        taken = texting.receive(f"SM{at}", body, from_number=PHONE, at=now)
        run_jobs()
    return taken


@pytest.fixture
def unhappy(a_ticket: Callable[..., int], platform: PlatformStandIn, run_jobs: RunJobs) -> int:
    """2026-03-11: signed; 03-12: a reply without content; 03-13: the citizen texts "2 没解决"."""
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_handling(a_ticket(at=now), at=now)
    answered(ticket_id, EMPTY, "2026-03-12 10:00", run_jobs)
    taken = texts_back("2 没解决", "2026-03-13 10:00", run_jobs)
    assert taken.fate is texting.Fate.RATED
    return ticket_id


@pytest.fixture
def twice(unhappy: int, run_jobs: RunJobs) -> int:
    """Signed again on Monday, answered on Tuesday, and the citizen is unhappy again."""
    with it_is("2026-03-16 09:00") as now:
        handling.sign(unhappy, handler(), at=now)
    answered(unhappy, "3月17日已到现场查看，将加强巡查", "2026-03-17 11:00", run_jobs)
    texts_back("1 没解决", "2026-03-18 10:00", run_jobs)
    return unhappy


def test_the_reply_check_had_warned(app: APIFlask) -> None:
    assert hints(EMPTY)
    assert not hints(
        "3月12日执法人员到湖滨路工地核查，已责令夜间停工并立案处罚，工地承诺22点后不再施工。"
    )


def test_redo_with_the_same_unit_in_three_working_days(unhappy: int) -> None:
    row = ticket(unhappy)
    assert (row.stage, row.round) == (Stage.DISPATCHED, 2)
    assert row.lead_department is not None
    assert row.lead_department.code == "D0101"
    assert read(clock(unhappy, Clock.HANDLE, 2).due_at) == "2026-03-18 17:30"  # from a Friday
    assert Mark.SUPERVISED not in row.marks


def test_again_unhappy_is_supervised_and_the_leader_is_named(twice: int) -> None:
    row = ticket(twice)
    assert (row.stage, row.round) == (Stage.DISPATCHED, 3)
    assert Mark.SUPERVISED in row.marks
    lines = [line for line in notices(twice) if "【督办】" in line.text]
    assert any("高建军" in line.text for line in lines)
    assert any(line.staff_id == who("lead_chengguan").staff_id for line in lines)


def test_after_round_two_only_a_supervisor_sends_it_again(twice: int, run_jobs: RunJobs) -> None:
    with it_is("2026-03-19 09:00") as now:
        handling.sign(twice, handler(), at=now)
    answered(twice, "3月20日已封堵入口并安排夜间值守", "2026-03-20 10:00", run_jobs)
    with pytest.raises(NotAllowed, match="须由督办员决定"):
        callbacks.redo(twice, who("callback"), reason="仍不满意", at=moment("2026-03-20 11:00"))
    callbacks.redo(twice, who("supervisor"), reason="现场未整改", at=moment("2026-03-20 11:05"))
    assert ticket(twice).round == 4


def test_a_third_bad_word_closes_it_as_unresolved(twice: int, run_jobs: RunJobs) -> None:
    with it_is("2026-03-19 09:00") as now:
        handling.sign(twice, handler(), at=now)
    answered(twice, "3月20日已封堵入口并安排夜间值守", "2026-03-20 10:00", run_jobs)
    texts_back("1 没解决", "2026-03-21 10:00", run_jobs)
    row = ticket(twice)
    assert (row.stage, row.outcome) == (Stage.CLOSED, "unresolved")
    assert Mark.SUPERVISED in row.marks


def test_each_rating_reaches_the_platform_once_as_first_and_second(
    twice: int, platform: PlatformStandIn, run_jobs: RunJobs
) -> None:
    for _ in range(2):  # somebody asks again
        with it_is("2026-03-18 10:05"):
            run_jobs()
    arrived = list(reversed(platform.arrivals.newest(10)))
    assert [one.payload["assessNumber"] for one in arrived] == [1, 2]
    assert [one.payload["satisfaction"] for one in arrived] == [2, 1]
    assert len({one.message_id for one in arrived}) == 2
    assert all(PHONE not in str(one.payload) for one in arrived)


def test_the_bad_rating_is_verified_within_a_working_day(unhappy: int) -> None:
    """差评核实: its own clock, for the same unit."""
    db.session.rollback()
    rating = db.session.scalars(select(Rating).where(Rating.ticket_id == unhappy)).one()
    verify = clock(unhappy, Clock.VERIFY, turn=rating.id)
    assert verify.stopped_at is None
    assert read(verify.due_at) == "2026-03-16 17:30"


def test_the_same_words_sent_twice_are_one_rating(unhappy: int, run_jobs: RunJobs) -> None:
    with it_is("2026-03-13 10:01") as now:
        texting.receive("SM2026-03-13 10:00", "2 没解决", from_number=PHONE, at=now)
        run_jobs()
    db.session.rollback()
    assert len(db.session.scalars(select(Rating).where(Rating.ticket_id == unhappy)).all()) == 1
    assert ticket(unhappy).round == 2


def test_a_tap_on_the_link_does_the_same(
    a_ticket: Callable[..., int], platform: PlatformStandIn, run_jobs: RunJobs
) -> None:
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_handling(a_ticket(at=now), at=now)
    answered(ticket_id, EMPTY, "2026-03-12 10:00", run_jobs)
    with it_is("2026-03-13 10:00") as now:
        token = db.session.scalars(
            select(Callback.token).where(Callback.ticket_id == ticket_id)
        ).one()
        verdict = callbacks.Verdict(satisfaction=2, resolved=callbacks.Resolved.NO)
        callbacks.rate(callbacks.ticket_of_link(token).id, verdict, CITIZEN, at=now)
    assert ticket(ticket_id).round == 2
