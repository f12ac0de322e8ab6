"""升级: what happens, not the clock, sends a ticket up: repeats, many callers, orders, ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.motions import Motion
from hotline.domain.terms import Channel, Clock, Mark, Resolved, Role
from hotline.models import Rating
from hotline.services import endings, joining, motions, supervision
from hotline.services.callbacks import Verdict
from hotline.services.motions import Plea, hanging
from tests.hotline.people import (
    clock,
    entries,
    handle_again,
    handler,
    notices,
    rate,
    ticket,
    to_callback,
    to_handling,
    to_unit,
    who,
)
from tests.stories.telling import it_is, read, time_has_come

if TYPE_CHECKING:
    from collections.abc import Callable

    RunJobs = Callable[[], int]

BAD = Verdict(satisfaction=2, resolved=Resolved.NO, comment="噪声还在")
ASKED = Plea(
    kind=Motion.RETURN,
    reason="该路段由住建局建设，尚未移交",
    reason_code="wrong_duty",
    suggested_code="D0102",
    evidence="移交清单中没有该路段",
)


@pytest.fixture
def master(a_ticket: Callable[..., int], run_jobs: RunJobs) -> int:
    """2026-03-11 09:30: a water outage, dispatched."""
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_unit(a_ticket(at=now, title="小区停水", phone="13900000001"), at=now)
        run_jobs()
    return ticket_id


def joins(master_id: int, a_ticket: Callable[..., int], phone: str, run_jobs: RunJobs) -> None:
    """Somebody reports the same matter, and the agent puts it together with the first."""
    with it_is("2026-03-11 09:50") as now:
        child = a_ticket(at=now, title="小区停水", phone=phone, channel=Channel.PHONE)
        joining.merge(child, ticket(master_id).ticket_no, who("agent"), at=now)
        run_jobs()


def headings(ticket_id: int) -> set[str]:
    return {line.text[: line.text.index("】") + 1] for line in notices(ticket_id)}


def bells(ticket_id: int, heading: str) -> set[str]:
    """Whose bells rang with that heading."""
    found = [line for line in notices(ticket_id) if f"【{heading}】" in line.text]
    return {line.role or ("person" if line.staff_id else "unit") for line in found}


def test_five_callers_of_one_matter_warn_of_a_mass_event(
    master: int, a_ticket: Callable[..., int], run_jobs: RunJobs
) -> None:
    for number in range(2, 5):
        joins(master, a_ticket, f"1390000000{number}", run_jobs)
    assert Mark.SUPERVISED not in ticket(master).marks  # four callers
    joins(master, a_ticket, "13900000005", run_jobs)
    assert Mark.SUPERVISED in ticket(master).marks
    assert {Role.SUPERVISOR, "unit"} <= bells(master, "群体性事件预警")
    (entry,) = entries(master, Event.SUPERVISED)
    assert "5 人反映同一事项" in (entry.reason or "")
    joins(master, a_ticket, "13900000006", run_jobs)
    assert len(entries(master, Event.SUPERVISED)) == 1  # told once


def test_the_same_citizen_asks_a_third_time(
    master: int, a_ticket: Callable[..., int], run_jobs: RunJobs
) -> None:
    joins(master, a_ticket, "13900000001", run_jobs)
    assert Mark.SUPERVISED not in ticket(master).marks
    joins(master, a_ticket, "13900000001", run_jobs)
    assert Mark.SUPERVISED in ticket(master).marks
    (entry,) = entries(master, Event.SUPERVISED)
    assert "同一诉求人就此事反映 3 次" in (entry.reason or "")


def test_a_leaders_order_supervises_and_raises(master: int, run_jobs: RunJobs) -> None:
    with it_is("2026-03-12 10:00") as now:
        supervision.order(
            [master], who("supervisor"), leader="张副市长", reason="一周内解决并报告", at=now
        )
        run_jobs()
    marks = ticket(master).marks
    assert {Mark.ORDERED, Mark.SUPERVISED, Mark.RAISED} <= set(marks)
    assert any("张副市长" in (entry.reason or "") for entry in entries(master, Event.ORDERED))
    assert "【提级办理】" in headings(master)
    assert bells(master, "督办") | bells(master, "领导批示") >= {"unit"}


def test_unhappy_then_unhappy_after_the_redo(
    a_ticket: Callable[..., int], run_jobs: RunJobs
) -> None:
    """回访不满意 → 重办; 重办后仍不满意 → 督办, the unit's leader named."""
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_callback(a_ticket(at=now), at=now)
    with it_is("2026-03-12 10:00") as now:
        rate(ticket_id, BAD, at=now)
        run_jobs()
    assert "unit" in bells(ticket_id, "回访不满意")
    assert Mark.SUPERVISED not in ticket(ticket_id).marks
    with it_is("2026-03-13 10:00") as now:
        handle_again(ticket_id, at=now)
        rate(ticket_id, BAD, at=now)
        run_jobs()
    assert Mark.SUPERVISED in ticket(ticket_id).marks
    assert any("高建军" in line.text for line in notices(ticket_id) if "【督办】" in line.text)


def test_a_bad_rating_nobody_verifies(a_ticket: Callable[..., int], run_jobs: RunJobs) -> None:
    """差评核实: one working day, then a red card for unit and leader."""
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_callback(a_ticket(at=now), at=now)
    with it_is("2026-03-12 10:00") as now:
        rate(ticket_id, BAD, at=now)
        run_jobs()
    rating = db.session.scalars(select(Rating).where(Rating.ticket_id == ticket_id)).one()
    verify = clock(ticket_id, Clock.VERIFY, turn=rating.id)
    assert read(verify.due_at) == "2026-03-13 17:30"
    for minute in ("2026-03-13 15:00", "2026-03-13 17:31", "2026-03-16 08:31"):
        with it_is(minute):
            time_has_come(run_jobs)
    said = [e.payload for e in entries(ticket_id, Event.MILESTONE)]
    assert [one["label"] for one in said if one["clock"] == "verify"][-1].endswith("红牌")
    assert {"unit", "person"} <= bells(ticket_id, "红牌超期")


def test_a_motion_nobody_judges(a_ticket: Callable[..., int], run_jobs: RunJobs) -> None:
    """退单审核: four working hours, then the dispatcher is late himself and the supervisor told."""
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_handling(a_ticket(at=now), at=now)
        motion = motions.file(ticket_id, ASKED, handler(), at=now)
        run_jobs()
    review = clock(ticket_id, Clock.REVIEW_RETURN, turn=motion)
    assert read(review.due_at) == "2026-03-11 15:30"
    for minute in ("2026-03-11 14:43", "2026-03-11 15:30", "2026-03-11 15:31"):
        with it_is(minute):
            time_has_come(run_jobs)
    assert {Role.DISPATCHER, Role.SUPERVISOR} <= bells(ticket_id, "超期提醒")
    with it_is("2026-03-11 16:00") as now:
        motions.refuse(motion, who("dispatcher"), note="按目录属贵单位职责", at=now)
    assert clock(ticket_id, Clock.REVIEW_RETURN, turn=motion).stopped_at is not None


def test_a_hanging_nobody_looks_at(a_ticket: Callable[..., int], run_jobs: RunJobs) -> None:
    """挂账复核 comes by itself after thirty days and turns red the working day after."""
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_handling(a_ticket(at=now), at=now)
        hanging.hang(ticket_id, who("authority"), reason="须待专项政策", at=now)
        run_jobs()
    review = clock(ticket_id, Clock.HANG_REVIEW)
    assert read(review.due_at) == "2026-04-10 17:30"
    for minute in ("2026-04-10 17:30", "2026-04-13 08:31"):
        with it_is(minute):
            time_has_come(run_jobs)
    said = [e.payload["label"] for e in entries(ticket_id, Event.MILESTONE)]
    assert said == ["挂账复核到期", "挂账复核红牌"]
    assert {"unit", Role.AUTHORITY} <= bells(ticket_id, "挂账复核")


def test_withdrawn_in_time_nothing_climbs(master: int, run_jobs: RunJobs) -> None:
    with it_is("2026-03-11 10:00") as now:
        endings.withdraw(master, CITIZEN, reason="来水了", at=now)
    with it_is("2026-03-20 10:00"):
        time_has_come(run_jobs)
    assert entries(master, Event.MILESTONE) == []
