"""12. 断电的一天: the service stops on a Thursday afternoon and comes back on Monday morning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.terms import Clock, Role
from hotline.jobs import sweep
from hotline.models import Deadline, Milestone, Notice, Outage, TimelineEntry
from hotline.services import handling
from tests.hotline.people import entries, handler, look, ticket, to_unit, unit
from tests.stories.telling import it_is, moment, read, time_has_come

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask
    from flask.testing import FlaskClient

    RunJobs = Callable[[], int]

STOPPED, BACK = "2026-03-12 15:00", "2026-03-16 09:10"  # a Thursday, a Monday
TICKETS = 40
"""The story speaks of 2,000 clocks; the storm bench fires 100,000."""


@pytest.fixture
def city_at_work(app: APIFlask, a_ticket: Callable[..., int], run_jobs: RunJobs) -> list[int]:
    """Tickets of two units, signed, some contacted; the house swept until Thursday 15:00."""
    ids = []
    with it_is("2026-03-09 09:00") as now:
        for number in range(TICKETS):
            code = "D0101" if number % 2 else "D0102"
            ticket_id = to_unit(a_ticket(at=now), at=now, code=code)
            handling.sign(ticket_id, handler(code), at=now)
            if number % 4 < 2:
                handling.contact(ticket_id, "已联系", handler(code), at=now)
            ids.append(ticket_id)
        run_jobs()
    for minute in ("2026-03-10 17:31", "2026-03-11 08:31", "2026-03-12 08:46", STOPPED):
        with it_is(minute):
            time_has_come(run_jobs)
    return ids


@pytest.fixture
def back(city_at_work: list[int], run_jobs: RunJobs) -> list[int]:
    """Monday 09:10: workers and cron come back, and ask more than once."""
    with it_is(BACK):
        for _ in range(3):
            sweep.sweep_clocks()
            run_jobs()
    return city_at_work


def fired(ticket_id: int, kind: Clock = Clock.HANDLE) -> list[Milestone]:
    look()
    query = (
        select(Milestone)
        .join(Deadline)
        .where(Deadline.ticket_id == ticket_id, Deadline.clock == kind)
        .order_by(Milestone.id)
    )
    return list(db.session.scalars(query))


def test_everything_due_in_between_is_marked_late_in_order_once(back: list[int]) -> None:
    """Due Monday 17:30: the 80 % urge and the yellow card of Friday were missed."""
    for ticket_id in back:
        late = [one for one in fired(ticket_id) if one.is_late]
        assert [(one.name, read(one.planned_at)) for one in late] == [
            ("urge-80", "2026-03-13 16:12"),
            ("yellow", "2026-03-13 17:30"),
        ]
        assert [one.planned_at for one in late] == sorted(one.planned_at for one in late)
    names = db.session.execute(
        select(Milestone.deadline_id, Milestone.name, func.count())
        .group_by(Milestone.deadline_id, Milestone.name)
        .having(func.count() > 1)
    ).all()
    assert names == []


def test_a_stale_urge_is_noted_but_tells_nobody(back: list[int]) -> None:
    """The yellow card came after the urge, in the same hour: one thing to know, not two."""
    urge, yellow = [one for one in fired(back[0]) if one.is_late]
    assert (urge.is_stale, yellow.is_stale) == (True, False)


def test_no_storm_one_digest_for_each_unit_and_one_for_the_supervisors(
    back: list[int],
) -> None:
    look()
    since = moment(BACK)
    new = list(db.session.scalars(select(Notice).where(Notice.created_at >= since)))
    digests = [line for line in new if "【系统恢复】" in line.text]
    assert sorted(line.department_id or 0 for line in digests) == sorted(
        [0, unit("D0101").id, unit("D0102").id]
    )
    assert [line.role for line in digests if line.role] == [Role.SUPERVISOR]
    assert all("03月12日 15:00 至 03月16日 09:10" in line.text for line in digests)
    assert f"临期 {TICKETS // 2} 件" in next(line.text for line in digests if line.department_id)
    assert new == digests


def test_nothing_is_lost(back: list[int]) -> None:
    look()
    waiting = select(Deadline.id).where(Deadline.next_at <= moment(BACK))
    assert db.session.scalars(waiting).all() == []
    unsettled = select(TimelineEntry.id).where(TimelineEntry.settled_at.is_(None))
    assert db.session.scalars(unsettled).all() == []
    assert all(ticket(ticket_id).stage.value == "handling" for ticket_id in back)
    late = [e for e in entries(back[0], Event.MILESTONE) if e.payload["is_late"]]
    assert len(late) == 2


def test_the_page_says_when_the_system_was_away(
    back: list[int], client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    (outage,) = db.session.scalars(select(Outage))
    assert (read(outage.began_at), read(outage.ended_at)) == (STOPPED, BACK)
    assert outage.late == 2 * TICKETS
    with it_is("2026-03-16 09:30"):
        page = sign_in(client, "supervisor").get("/supervision").get_data(as_text=True)
    assert "停止运行" in page
    assert "03-12 15:00" in page
    assert "03-16 09:10" in page


def test_life_goes_on_in_time(back: list[int], run_jobs: RunJobs) -> None:
    """What falls due after the return is told as ever, one by one."""
    handled = back[0]
    for ticket_id in back[1:]:
        code = "D0101" if back.index(ticket_id) % 2 else "D0102"
        with it_is("2026-03-16 10:00") as now:
            handling.reply(ticket_id, "3月16日已到现场清理并约谈商户", handler(code), at=now)
    for minute in ("2026-03-16 17:31", "2026-03-17 08:31"):
        with it_is(minute):
            time_has_come(run_jobs)
    assert [one.name for one in fired(handled) if not one.is_late][-3:] == [
        *("due", "red", "reminder")
    ]
    look()
    assert len(db.session.scalars(select(Outage)).all()) == 1
