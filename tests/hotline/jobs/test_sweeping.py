"""巡检: time itself asks for what is due, what got lost, what waits, what is old."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import time_machine
from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.jobs import schedule, sweep
from hotline.jobs.calling import line
from hotline.models import Message, MessageState, TimelineEntry
from hotline.services import endings, pulse
from hotline.services.timing import sweeping
from integrations import DeliveryError
from tests.hotline.people import entries, look, stage, ticket, to_unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pytest
    from apiflask import APIFlask


def test_lost_reactions_are_asked_for_again(
    a_ticket: Callable[..., int], at: datetime, run_jobs: Callable[[], int]
) -> None:
    """FLUSHALL: the queue is empty, the database is not."""
    ticket_id = a_ticket()
    line().waiting.clear()
    with time_machine.travel(at + timedelta(seconds=46), tick=False):
        sweep.sweep_entries()
        assert [args for _job, args in line().waiting] == [(entries(ticket_id)[0].id,)]
        run_jobs()
        sweep.sweep_entries()
        assert line().waiting == []
    assert stage(ticket_id) is Stage.TO_DISPATCH


def test_what_was_just_asked_for_is_given_its_time(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    a_ticket()
    line().waiting.clear()
    for seconds, expected in ((30, 0), (46, 1), (60, 1), (92, 2)):
        with time_machine.travel(at + timedelta(seconds=seconds), tick=False):
            sweep.sweep_entries()
        assert len(line().waiting) == expected, seconds


def test_due_clocks_fire_batch_by_batch(a_ticket: Callable[..., int], at: datetime) -> None:
    ids = [to_unit(a_ticket(), at=at) for _ in range(3)]
    with time_machine.travel(at + timedelta(days=30), tick=False):
        sweep.sweep_clocks()
        before = [len(entries(ticket_id, Event.MILESTONE)) for ticket_id in ids]
        sweep.sweep_clocks()
    assert all("red" in ticket(ticket_id).marks for ticket_id in ids)
    assert [len(entries(ticket_id, Event.MILESTONE)) for ticket_id in ids] == before


def test_in_a_storm_the_next_sweep_is_asked_for_at_once(
    a_ticket: Callable[..., int], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker killed in the middle breaks no chain: the next job stands in the queue already."""
    for _ in range(3):
        to_unit(a_ticket(), at=at)
    line().waiting.clear()
    monkeypatch.setattr(sweeping, "BATCH", 1)
    with time_machine.travel(at + timedelta(days=30), tick=False):
        sweep.sweep_clocks()
        assert "sweep_clocks" in asked()
        sweep.sweep_clocks()
        assert "sweep_clocks" not in asked()


def test_milestones_nobody_was_told_of_are_told_together(
    a_ticket: Callable[..., int], at: datetime, run_jobs: Callable[[], int]
) -> None:
    ids = [to_unit(a_ticket(), at=at) for _ in range(3)]
    with time_machine.travel(at, tick=False):
        run_jobs()
    with time_machine.travel(at + timedelta(days=3), tick=False):
        sweep.sweep_clocks()
        line().waiting.clear()
    look()
    untold = select(TimelineEntry.id).where(TimelineEntry.settled_at.is_(None))
    lost = db.session.scalars(untold).all()
    assert len(lost) > len(ids)
    with time_machine.travel(at + timedelta(days=3, seconds=46), tick=False):
        sweep.sweep_entries()
        assert [(job.__name__, sorted(args)) for job, args in line().waiting] == [
            ("tell_rungs", sorted(lost))
        ]
        run_jobs()
    look()
    assert db.session.scalars(untold).all() == []


def test_entries_wait_by_the_names_of_their_jobs() -> None:
    waits = sweep.waits(["react-7", "react-8-1700000000", "tell-20-29", "sweep_clocks-1"])
    assert [n for n in range(1, 40) if waits(n)] == [7, 8, *range(20, 30)]


def test_waiting_messages_are_tried_when_their_pause_is_over(
    a_ticket: Callable[..., int],
    at: datetime,
    run_jobs: Callable[[], int],
    app: APIFlask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sms = app.extensions["hotline"].sms

    def fail(**_words: str) -> None:
        raise DeliveryError("短信网关超时", retryable=True)

    with time_machine.travel(at, tick=False), monkeypatch.context() as broken:
        broken.setattr(type(sms), "send", lambda _self, **words: fail(**words))
        a_ticket()
        run_jobs()
        sweep.sweep_messages()
        assert line().waiting == []
    row = db.session.scalars(select(Message)).one()
    assert (row.state, row.last_error) == (MessageState.WAITING, "短信网关超时")
    with time_machine.travel(at + timedelta(seconds=31), tick=False):
        sweep.sweep_messages()
        run_jobs()
    look()
    assert db.session.scalars(select(Message.state)).one() is MessageState.SENT
    assert len(sms.sent) == 1


def test_the_house_is_kept(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    endings.withdraw(ticket_id, CITIZEN, at=at)
    with time_machine.travel(at + timedelta(days=31), tick=False):
        sweep.keep_house()
    assert stage(ticket_id) is Stage.ARCHIVED


# --- 定时任务 --------------------------------------------------------------------------------


def asked() -> list[str]:
    names = [job.__name__ for job, _args in line().waiting]
    line().waiting.clear()
    return sorted(names)


def test_each_period_asks_once(app: APIFlask) -> None:
    last: dict[str, int] = {}
    start = 1_800_000_000 - 1_800_000_000 % 3600
    every = ["keep_house", "sweep_catalogue", "sweep_clocks", "sweep_entries", "sweep_messages"]
    every += ["sweep_prints", "sweep_recounts"]
    assert schedule.ask(start, last) == len(every)
    assert asked() == every
    counted: dict[str, int] = dict.fromkeys(every, 0)
    for second in range(start + 1, start + 3600):
        schedule.ask(second, last)
        for name in asked():
            counted[name] += 1
    assert counted == {
        "keep_house": 0,
        "sweep_catalogue": 719,
        "sweep_clocks": 179,
        "sweep_entries": 239,
        "sweep_messages": 239,
        "sweep_prints": 11,
        "sweep_recounts": 719,
    }


def test_every_promise_of_time_is_kept(app: APIFlask) -> None:
    """A lost reaction is found within grace plus one period; a killed worker's job within 90 s."""
    periods = {item.job.__name__: item.seconds for item in schedule.PERIODIC}
    from hotline.services import relay

    assert relay.GRACE.total_seconds() + periods["sweep_entries"] <= 90
    assert periods["sweep_clocks"] <= 60


def test_the_cron_beats_and_stops_when_told(app: APIFlask) -> None:
    turns = iter([False, True])
    schedule.run_for_ever(should_stop=lambda: next(turns), pause=0)
    assert pulse.last("cron") is not None
    assert asked()
