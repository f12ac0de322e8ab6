"""2. 下班前一刻: dispatched a quarter of an hour before the holiday, and nobody signs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.terms import Channel, Clock, Kind, Mark
from hotline.models import Milestone
from hotline.queries import explaining
from hotline.services import intake
from tests.hotline.people import clock, entries, notices, ticket, to_unit, unit, who
from tests.stories.telling import due, it_is, moment, read, time_has_come

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask

    RunJobs = Callable[[], int]

CALL = intake.Demand(
    kind=Kind.COMPLAINT,
    channel=Channel.PHONE,
    title="小区门口占道摆摊",
    content="湖滨路小区门口每天傍晚占道摆摊，车进不去",
    phone="13912345678",
    area_code="990101001",
)


@pytest.fixture
def sent(app: APIFlask, run_jobs: RunJobs) -> int:
    """2026-09-30 16:45, a Wednesday; seven days off begin at half past five."""
    with it_is("2026-09-30 16:45") as now:
        ticket_id = intake.register(CALL, who("agent"), at=now).ticket_id
        to_unit(ticket_id, at=now)
        run_jobs()
    return ticket_id


def fired(ticket_id: int) -> dict[str, str]:
    """When each milestone of the sign clock was told, as people in the city read it."""
    row = clock(ticket_id, Clock.SIGN)
    query = select(Milestone).where(Milestone.deadline_id == row.id).order_by(Milestone.id)
    return {found.name: read(found.fired_at) for found in db.session.scalars(query)}


def test_the_date_of_the_story(sent: int) -> None:
    """45 minutes before the holiday, 75 after it: 2026-10-08 09:45."""
    assert due(sent, Clock.SIGN) == "2026-10-08 09:45"


def test_nobody_is_urged_on_a_holiday_or_at_night(sent: int, run_jobs: RunJobs) -> None:
    for day in ("2026-09-30 23:00", "2026-10-01 10:00", "2026-10-05 15:00", "2026-10-08 08:00"):
        with it_is(day):
            time_has_come(run_jobs)
    assert fired(sent) == {}


def test_each_step_comes_once_and_at_its_time(sent: int, run_jobs: RunJobs) -> None:
    minutes = [
        *("2026-10-08 09:20", "2026-10-08 09:21", "2026-10-08 09:22", "2026-10-08 09:45"),
        *("2026-10-08 09:46", "2026-10-08 17:00", "2026-10-09 08:30", "2026-10-09 08:31"),
        *("2026-10-09 15:00", "2026-10-12 09:00"),
    ]
    for minute in minutes:
        for _ in range(2):  # two cron processes ask
            with it_is(minute):
                time_has_come(run_jobs)
    assert fired(sent) == {
        "urge-80": "2026-10-08 09:21",
        "sign-yellow": "2026-10-08 09:21",
        "sign-red": "2026-10-08 09:46",
        "reminder": "2026-10-09 08:30",
    }
    said = [entry.payload for entry in entries(sent, Event.MILESTONE)]
    assert len([one for one in said if one["clock"] == "sign"]) == 4
    assert not any(one["is_late"] for one in said if one["clock"] == "sign")
    marks = ticket(sent).marks
    assert {Mark.URGED, Mark.YELLOW, Mark.RED, Mark.REMINDED} <= set(marks)
    assert len(marks) == len(set(marks))


def test_the_written_reminder_goes_to_the_leader_by_name(sent: int, run_jobs: RunJobs) -> None:
    for minute in ("2026-10-08 09:46", "2026-10-09 08:31"):
        with it_is(minute):
            time_has_come(run_jobs)
    leader = who("lead_chengguan").staff_id
    (letter,) = [
        line for line in notices(sent) if line.staff_id == leader and "【书面催办】" in line.text
    ]
    assert "高建军" in letter.text
    assert "2026-10-08 09:45" in letter.text
    reds = [line for line in notices(sent) if "【红牌超期】" in line.text and "签收" in line.text]
    assert [line.department_id for line in reds if line.department_id] == [unit("D0101").id]


def test_the_explanation_tells_what_comes_next(sent: int) -> None:
    at = moment("2026-10-08 09:00")
    stories = explaining.of_ticket(ticket(sent).ticket_no, at=at)
    story = next(one for one in stories if one.clock is Clock.SIGN)
    assert [(step.label, f"{step.planned_at:%m-%d %H:%M}") for step in story.ahead] == [
        ("临期催办", "10-08 09:21"),
        ("签收黄牌", "10-08 09:21"),
        ("签收红牌", "10-08 09:45"),
        ("书面催办", "10-09 08:30"),
    ]
    assert isinstance(story.due_at, datetime)
    skipped = [note for note in story.days if not note.counted]
    assert sum("国庆" in note.why for note in skipped) == 7
