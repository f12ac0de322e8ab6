"""系统停摆: found by the sweep's own pulse, told once, and a clock set back is no outage."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.terms import Clock, Role
from hotline.models import Milestone, Notice, Outage
from hotline.services.timing import outages, sweeping
from tests.conftest import local
from tests.hotline.people import clock, entries, notices, to_unit, together

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask


def known() -> list[Outage]:
    db.session.rollback()
    return list(db.session.scalars(select(Outage).order_by(Outage.id)))


def test_the_first_look_ever_is_no_outage(app: Flask, at: datetime) -> None:
    assert outages.watch(at) is None
    assert outages.watch(at + timedelta(seconds=20)) is None
    assert known() == []


def test_a_gap_of_more_than_five_minutes_is_one(app: Flask, at: datetime) -> None:
    outages.watch(at)
    assert outages.watch(at + timedelta(minutes=5)) is None
    back = at + timedelta(hours=3)
    found = outages.watch(back)
    assert found is not None
    assert (found.began_at, found.ended_at) == (at + timedelta(minutes=5), back)


def test_a_server_clock_set_back_makes_none(app: Flask, at: datetime) -> None:
    """NTP moves the clock an hour back, later forward again: no gap, nothing fires twice."""
    outages.watch(at)
    outages.watch(at - timedelta(hours=1))
    outages.watch(at - timedelta(minutes=59, seconds=40))
    outages.watch(at + timedelta(seconds=40))
    assert known() == []


def test_a_clock_that_was_days_ahead_does_not_blind_the_watch(app: Flask, at: datetime) -> None:
    outages.watch(at + timedelta(days=30))
    outages.watch(at)
    outages.watch(at + timedelta(hours=2))
    assert [(row.began_at, row.ended_at) for row in known()] == [(at, at + timedelta(hours=2))]


def test_a_milestone_does_not_fire_again_when_the_clock_goes_back(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    yellow = clock(ticket_id, Clock.HANDLE).yellow_at
    assert sweeping.sweep(yellow) > 0
    before = db.session.scalar(select(func.count()).select_from(Milestone))
    for hours in (1, 48, 0):
        sweeping.sweep(yellow - timedelta(hours=hours))
    assert db.session.scalar(select(func.count()).select_from(Milestone)) == before


def test_two_sweeps_that_come_back_at_once_find_one_gap(app: Flask, at: datetime) -> None:
    outages.watch(at)
    back = at + timedelta(hours=8)
    ends = together(app, [lambda: outages.watch(back)] * 4)
    assert not [end for end in ends if isinstance(end, Exception)], ends
    assert len(known()) == 1


def test_the_digest_is_told_once_by_whoever_asks(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    outages.watch(at)
    back = clock(ticket_id, Clock.HANDLE).due_at + timedelta(days=2)
    outage = outages.watch(back)
    assert outage is not None
    outage_id = outage.id
    while sweeping.sweep(back, outage=outages.undigested()):
        pass
    told = together(app, [lambda: outages.digest(outage_id, at=back)] * 3)
    assert sorted(told, key=str) == [0, 0, 2]  # the unit and the supervisors
    db.session.rollback()
    notices = list(db.session.scalars(select(Notice).where(Notice.text.contains("【系统恢复】"))))
    assert len(notices) == 2
    assert outages.undigested() is None


def test_an_outage_in_which_nothing_fell_due_tells_nobody(app: Flask, at: datetime) -> None:
    outages.watch(at)
    outage = outages.watch(at + timedelta(hours=1))
    assert outage is not None
    assert outages.digest(outage.id, at=at + timedelta(hours=1)) == 0
    assert db.session.scalars(select(Notice)).all() == []
    assert known()[0].digested_at is not None


def test_what_falls_due_after_an_outage_is_told_though_its_digest_is_still_to_come(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    """停摆一夜，恢复后才到红牌: 督办 is told as on any other day, not left to the digest."""
    ticket_id = to_unit(a_ticket(), at=at)
    red = local("2026-03-19 08:30")
    outages.watch(red - timedelta(hours=8))
    outage = outages.watch(red - timedelta(minutes=10))
    assert outage is not None
    while sweeping.sweep(red + timedelta(seconds=20), outage=outage):
        pass
    run_jobs()
    [entry] = entries(ticket_id, Event.SUPERVISED)
    told = [one for one in notices(ticket_id) if one.key.startswith(f"e{entry.id}-")]
    assert [one.role for one in told] == [Role.SUPERVISOR]
