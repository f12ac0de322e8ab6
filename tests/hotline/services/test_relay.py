"""中继: reactions are asked for after the commit, never before; what got lost is found again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import Invalid
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.jobs.calling import line
from hotline.models import TimelineEntry
from hotline.services import _move, endings, intake, relay
from tests.hotline.people import entries, ticket, to_handling, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask


def asked_for() -> list[int]:
    """Entry ids whose reactions wait in line."""
    return [args[0] for _function, args in line().waiting]


def test_after_the_commit_one_job_is_asked_for(a_ticket: Callable[..., int], at: datetime) -> None:
    (entry,) = entries(a_ticket())
    assert asked_for() == [entry.id]
    assert (entry.relayed_at, entry.settled_at) == (at, None)


def test_nothing_is_asked_for_after_a_rollback(app: Flask, at: datetime) -> None:
    def fail(_ticket_id: int) -> None:
        raise Invalid("answer", "请填写答复内容")

    with pytest.raises(Invalid):
        intake.register(intake.Demand(content="路灯坏了"), CITIZEN, at=at, then=fail)
    assert asked_for() == []
    assert db.session.scalar(select(TimelineEntry.id)) is None


def test_what_a_rolled_back_transaction_noted_is_forgotten(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = a_ticket()
    line().waiting.clear()
    with pytest.raises(RuntimeError), transaction():
        _note_and_fail(ticket_id, at)
    endings.withdraw(ticket_id, CITIZEN, at=at)  # quiet: nothing follows
    assert asked_for() == []


def _note_and_fail(ticket_id: int, at: datetime) -> None:
    _move.record(ticket(ticket_id), Event.URGED, who("agent"), at=at)
    raise RuntimeError


def test_quiet_events_are_settled_when_they_are_written(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    (signed,) = entries(ticket_id, Event.SIGNED)
    assert signed.settled_at == at
    assert signed.id not in asked_for()


def test_what_got_lost_is_found_after_a_while(a_ticket: Callable[..., int], at: datetime) -> None:
    (entry,) = entries(a_ticket())
    assert relay.unsettled(at + relay.GRACE) == []
    late = at + relay.GRACE + timedelta(seconds=1)
    (due,) = relay.unsettled(late)
    assert (due.entry_id, due.event, due.is_critical) == (entry.id, Event.REGISTERED, False)
    relay.stamp([due.entry_id], at=late)
    assert relay.unsettled(late + relay.GRACE) == []
    assert len(relay.unsettled(late + relay.GRACE + timedelta(seconds=1))) == 1


def test_danger_is_marked_when_it_is_found_again(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    a_ticket(content="楼道里有很浓的煤气味")
    (due,) = relay.unsettled(at + timedelta(hours=1))
    assert due.is_critical


def test_what_is_settled_is_done(a_ticket: Callable[..., int], at: datetime) -> None:
    (entry,) = entries(a_ticket())
    assert relay.entry(entry.id) is not None
    assert relay.lag() == 1
    relay.settle([entry.id], at=at)
    assert relay.entry(entry.id) is None
    assert (relay.lag(), relay.unsettled(at + timedelta(days=1))) == (0, [])


def test_empty_lists_write_nothing(app: Flask, at: datetime) -> None:
    relay.stamp([], at=at)
    relay.settle([], at=at)
    assert relay.entry(999_999) is None
    assert relay.payload_of(999_999) == {}
