"""热点聚合 by the schedule: gathering and counting run by themselves, a few batches a job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db
from hotline.jobs import topics
from hotline.jobs.calling import drain
from hotline.jobs.schedule import PERIODIC
from hotline.models import TopicRow, TopicTicket
from hotline.services.topics import assigning
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def test_both_stand_in_the_schedule() -> None:
    assert {topics.gather_topics, topics.count_topics} <= {item.job for item in PERIODIC}


def test_a_long_backlog_is_worked_off_by_jobs_that_ask_for_the_next(
    a_ticket: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for number in range(7):
        moment = now - timedelta(hours=7 - number)
        one = a_ticket(title="云栖苑搅拌站噪声扰民", phone=f"1391234567{number}", at=moment)
        people.to_dispatch(one, at=moment)
    drain()
    monkeypatch.setattr(topics, "MOST_BATCHES", 1)
    monkeypatch.setattr(assigning.go_on, "__kwdefaults__", {"limit": 2})
    topics.gather_topics()
    people.look()
    assert db.session.scalar(select(func.count()).select_from(TopicTicket)) == 2
    drain()
    topics.count_topics()
    drain()
    people.look()
    row = db.session.scalars(select(TopicRow)).one()
    assert row.size == 7
    assert row.title.startswith("东湖区 云栖苑")
    assert not assigning.is_waiting(now)
