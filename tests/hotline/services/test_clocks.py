"""计时: what is due fires exactly once, in order, however often and by however many it is asked."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hotline.db import db, transaction
from hotline.domain.events import Event
from hotline.domain.terms import Clock, Kind, Mark
from hotline.models import Deadline, Milestone, Ticket
from hotline.services import endings, handling, reviewing
from hotline.services.intake import LOCAL
from hotline.services.timing import clocks, plans, sweeping
from tests.hotline.people import (
    CHENGGUAN,
    REPLY,
    clock,
    entries,
    handler,
    ticket,
    to_handling,
    to_review,
    to_unit,
    together,
    unit,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


DUE = moment("2026-03-18 17:30")  # five working days after Wednesday 03-11 09:30
LATE = moment("2026-03-19 08:31")  # the red card comes on the first working day after


def fired(ticket_id: int, kind: Clock) -> list[str]:
    query = (
        select(Milestone.name)
        .join(Deadline, Deadline.id == Milestone.deadline_id)
        .where(Deadline.ticket_id == ticket_id, Deadline.clock == kind)
        .order_by(Milestone.id)
    )
    return list(db.session.scalars(query))


def milestones(ticket_id: int, kind: Clock) -> list[dict[str, object]]:
    found = entries(ticket_id, Event.MILESTONE)
    return [entry.payload for entry in found if entry.payload["clock"] == kind]


def test_limits_come_from_the_profile(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    limits = {
        kind: (
            clock(ticket_id, kind).amount,
            clock(ticket_id, kind).unit,
            clock(ticket_id, kind).rule_id,
        )
        for kind in (Clock.SIGN, Clock.CONTACT, Clock.HANDLE)
    }
    assert limits == {
        Clock.SIGN: (2, "working_hours", "sign"),
        Clock.CONTACT: (1, "working_days", "contact"),
        Clock.HANDLE: (5, "working_days", "handle"),
    }
    assert clock(ticket_id, Clock.HANDLE).profile == "通用默认"
    assert clock(ticket_id, Clock.HANDLE).due_at == DUE


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (Kind.CONSULT, moment("2026-03-12 17:30")),
        (Kind.PRAISE, moment("2026-03-16 17:30")),
        (Kind.REPORT, DUE),
    ],
)
def test_the_promise_depends_on_the_kind(
    at: datetime, app: Flask, kind: Kind, due: datetime
) -> None:
    facts = plans.Facts(kind=kind.value, urgency="normal")
    assert clocks.promise(facts, at).at == due


def test_starting_a_running_clock_leaves_it_alone(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    with transaction():
        row = db.session.get_one(Ticket, ticket_id)
        clocks.start(row, Clock.HANDLE, at=at + timedelta(days=9))
    assert clock(ticket_id, Clock.HANDLE).started_at == at


def test_nothing_due_nothing_fired(a_ticket: Callable[..., int], at: datetime) -> None:
    to_unit(a_ticket(), at=at)
    assert sweeping.sweep(at) == 0


def test_warnings_come_in_order_each_once(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    handling.contact(ticket_id, "已联系", handler(), at=at)
    step, end = at, LATE + timedelta(hours=1)
    while step < end:
        sweeping.sweep(step)
        step += timedelta(hours=1)
    sweeping.sweep(end)
    names = fired(ticket_id, Clock.HANDLE)
    assert names == ["urge-50", "urge-80", "yellow", "due", "red", "reminder"]
    assert ticket(ticket_id).marks == [
        *(Mark.URGED, Mark.YELLOW, Mark.RED, Mark.SUPERVISED, Mark.REMINDED)
    ]
    month = end + timedelta(days=30)
    sweeping.sweep(month)
    assert fired(ticket_id, Clock.HANDLE) == [*names, "circulate", "raise"]
    assert ticket(ticket_id).marks[-2:] == [Mark.CIRCULATED, Mark.RAISED]
    assert clock(ticket_id, Clock.HANDLE).next_at is None
    assert sweeping.sweep(month + timedelta(days=30)) == 0


def test_a_milestone_says_whose_clock_it_is(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    sweeping.sweep(LATE)
    said = next(m for m in milestones(ticket_id, Clock.HANDLE) if m["milestone"] == "red")
    assert said["department_id"] == unit(CHENGGUAN).id
    assert said["due_at"] == clock(ticket_id, Clock.HANDLE).due_at.isoformat()
    assert said["is_late"] is False


def test_what_was_missed_fires_in_order_and_is_marked_late(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """Story 12: after days of absence nothing is lost and nothing is told twice."""
    ticket_id = to_unit(a_ticket(), at=at)
    back = DUE + timedelta(days=3)
    assert sweeping.sweep(back) > 0
    said = milestones(ticket_id, Clock.HANDLE)
    assert [one["planned_at"] for one in said] == sorted(str(one["planned_at"]) for one in said)
    assert all(one["is_late"] for one in said)
    assert sweeping.sweep(back) == 0


def test_sweeping_twice_fires_once(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    sweeping.sweep(LATE)
    before = len(entries(ticket_id))
    sweeping.sweep(LATE)
    assert len(entries(ticket_id)) == before


def test_many_sweepers_at_once_fire_each_once(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    ids = [to_unit(a_ticket(), at=at) for _ in range(12)]
    ends = together(app, [lambda: [sweeping.sweep(LATE, limit=5) for _ in range(12)]] * 3)
    assert not [end for end in ends if isinstance(end, Exception)], ends
    while sweeping.sweep(LATE):
        pass
    for ticket_id in ids:
        names = fired(ticket_id, Clock.HANDLE)
        assert len(names) == len(set(names)) == len(milestones(ticket_id, Clock.HANDLE))
        assert names[-2:] == ["red", "reminder"]
    total = db.session.scalar(select(func.count()).select_from(Milestone))
    assert total == sum(len(entries(ticket_id, Event.MILESTONE)) for ticket_id in ids)


def test_a_batch_is_a_batch(a_ticket: Callable[..., int], at: datetime) -> None:
    for _ in range(3):
        to_unit(a_ticket(), at=at)
    assert sweeping.sweep(at + timedelta(hours=3), limit=1) >= 1
    assert sum(1 for _ in iter(lambda: sweeping.sweep(LATE, limit=2), 0)) > 1


def test_a_stopped_clock_fires_no_more(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_review(a_ticket(), at=at)
    handle = clock(ticket_id, Clock.HANDLE)
    assert (handle.stopped_at, handle.next_at) == (at, None)
    sweeping.sweep(LATE + timedelta(days=9))
    assert fired(ticket_id, Clock.HANDLE) == []


def test_sent_back_the_old_deadline_holds(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_review(a_ticket(), at=at)
    late = DUE + timedelta(days=1)
    reviewing.send_back(ticket_id, who("dispatcher"), reason="没有说明措施", at=late)
    assert clock(ticket_id, Clock.HANDLE).due_at == DUE
    sweeping.sweep(late)
    assert "red" in fired(ticket_id, Clock.HANDLE)


def test_what_fired_before_the_review_does_not_fire_again(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    sweeping.sweep(clock(ticket_id, Clock.HANDLE).yellow_at)
    before = fired(ticket_id, Clock.HANDLE)
    handling.reply(ticket_id, REPLY, handler(), at=DUE - timedelta(minutes=30))
    reviewing.send_back(ticket_id, who("dispatcher"), reason="不够具体", at=DUE)
    sweeping.sweep(LATE)
    assert "yellow" in before
    assert fired(ticket_id, Clock.HANDLE) == [*before, "due", "red", "reminder"]


def test_waiting_for_the_citizen_stops_the_dispatchers_clock(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """待补充: the clock is paused (domain.md 3.6); an answer days later is not overdue at once."""
    ticket_id = a_ticket()
    asked, answered = at + timedelta(minutes=5), at + timedelta(days=2)
    endings.ask_info(ticket_id, "请补充楼栋", who("agent"), at=asked)
    sweeping.sweep(answered)
    assert fired(ticket_id, Clock.DISPATCH) == []
    from hotline.domain.identity import CITIZEN

    endings.supplement(ticket_id, "3栋2单元", CITIZEN, at=answered)
    waiting = clock(ticket_id, Clock.DISPATCH)
    assert (waiting.stopped_at, waiting.paused_at) == (None, None)
    assert waiting.due_at == answered + timedelta(minutes=25)  # five of thirty were gone
    assert waiting.first_due_at == at + timedelta(minutes=30)
    sweeping.sweep(answered)
    assert fired(ticket_id, Clock.DISPATCH) == []


def test_people_and_the_sweep_do_not_block_each_other(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    """A person holds a ticket while its clock falls due: the sweep passes by and comes back."""
    ticket_id = to_unit(a_ticket(), at=at)
    other = to_unit(a_ticket(), at=at)
    ends: list[object] = []

    def sweep() -> None:
        with app.app_context():
            try:
                ends.append(sweeping.sweep(LATE))
            except Exception as error:  # noqa: BLE001 - the test looks at it
                ends.append(error)
            finally:
                db.session.remove()

    thread = threading.Thread(target=sweep)
    with transaction() as session:
        row = session.get_one(Ticket, ticket_id)
        row.reply = "正在写"
        session.flush()
        thread.start()
        thread.join(timeout=2)
        passed_by = bool(ends) or db.engine.dialect.name == "sqlite"  # which has one writer
        clocks.stop(row, (Clock.HANDLE,), at=at)
    thread.join()
    assert passed_by, "the sweep waited for the person"
    assert not [end for end in ends if isinstance(end, Exception)], ends
    sweeping.sweep(LATE)
    assert fired(ticket_id, Clock.HANDLE) == []
    assert "red" in fired(other, Clock.HANDLE)
