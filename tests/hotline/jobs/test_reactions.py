"""事件反应: what follows what, any number of times to the same end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Resolved
from hotline.jobs.calling import line
from hotline.jobs.reactions import react
from hotline.models import Carrier, Message, MessageState, Notice, SuggestionRow, TimelineEntry
from hotline.services import callbacks, learning
from hotline.services.callbacks import Verdict
from tests.hotline.people import entries, events, stage, to_callback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask

SURE = "小区楼下建筑工地夜间施工噪音扰民，半夜两点还在打桩"


@pytest.fixture(autouse=True)
def frozen(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


def figures() -> tuple[int, ...]:
    return tuple(
        db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (TimelineEntry, SuggestionRow, Message, Notice)
    )


def test_from_registration_to_the_unit_by_jobs_alone(
    a_ticket: Callable[..., int], model: str, run_jobs: Callable[[], int], app: APIFlask
) -> None:
    ticket_id = a_ticket(content=SURE)
    assert run_jobs() == 2  # one job walks the whole chain, one sends the SMS
    assert stage(ticket_id) is Stage.DISPATCHED
    assert events(ticket_id)[:3] == [Event.REGISTERED, Event.CLASSIFIED, Event.DISPATCHED]
    assert len(app.extensions["hotline"].sms.sent) == 1
    assert all(entry.settled_at for entry in entries(ticket_id))


def test_reacting_again_changes_nothing(
    a_ticket: Callable[..., int], model: str, run_jobs: Callable[[], int], app: APIFlask
) -> None:
    ticket_id = a_ticket(content=SURE)
    run_jobs()
    before = figures()
    for entry in entries(ticket_id):
        react(entry.id)
    run_jobs()
    assert figures() == before
    assert len(app.extensions["hotline"].sms.sent) == 1


def test_a_worker_killed_before_settling_is_repeated_without_harm(
    a_ticket: Callable[..., int], model: str, run_jobs: Callable[[], int], app: APIFlask
) -> None:
    from hotline.db import transaction

    ticket_id = a_ticket(content=SURE)
    run_jobs()
    before = figures()
    with transaction() as session:
        for entry in session.scalars(select(TimelineEntry)):
            entry.settled_at = None
    for entry in entries(ticket_id):
        react(entry.id)
    run_jobs()
    assert figures() == before
    assert len(app.extensions["hotline"].sms.sent) == 1


def test_an_entry_that_is_gone_is_nobodys_business(app: APIFlask) -> None:
    react(999_999)


def test_a_rating_is_pushed_and_the_corrections_are_harvested(
    a_ticket: Callable[..., int], at: datetime, run_jobs: Callable[[], int]
) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    run_jobs()
    happy = Verdict(satisfaction=5, resolved=Resolved.YES)
    callbacks.rate(ticket_id, happy, CITIZEN, at=at)
    run_jobs()
    pushes = db.session.scalars(select(Message).where(Message.carrier == Carrier.PUSH)).all()
    assert [push.topic for push in pushes] == ["rating"]
    assert [code for _title, _content, code in learning.training_rows()] == ["020203"]


def test_a_platform_that_is_away_leaves_the_push_waiting(
    a_ticket: Callable[..., int], at: datetime, run_jobs: Callable[[], int]
) -> None:
    """The stand-in is not running in this test: the outbox keeps the rating and says why."""
    ticket_id = to_callback(a_ticket(), at=at)
    callbacks.rate(ticket_id, Verdict(satisfaction=5, resolved=Resolved.YES), CITIZEN, at=at)
    run_jobs()
    push = db.session.scalars(select(Message).where(Message.carrier == Carrier.PUSH)).one()
    assert (push.state, push.tries) == (MessageState.WAITING, 1)
    assert "平台无法连接" in (push.last_error or "")
    assert push.next_try_at is not None
    assert push.next_try_at > at


def test_without_jobs_nothing_is_lost_only_late(
    a_ticket: Callable[..., int], model: str, run_jobs: Callable[[], int]
) -> None:
    ticket_id = a_ticket(content=SURE)
    line().waiting.clear()  # the queue was emptied
    assert run_jobs() == 0
    assert stage(ticket_id) is Stage.REGISTERED
    for entry in entries(ticket_id):
        react(entry.id)
    run_jobs()
    assert stage(ticket_id) is Stage.DISPATCHED
