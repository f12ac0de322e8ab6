"""升级: every path that time itself takes, from the first urge to the level above (升级阶梯)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.terms import Mark, Role, Urgency
from hotline.services import endings, handling, rectifying
from hotline.services.leave import take_leave
from hotline.services.rectifying import Facts
from tests.hotline.people import (
    REPLY,
    entries,
    handler,
    notices,
    ticket,
    to_callback,
    to_handling,
    unit,
    who,
)
from tests.stories.telling import it_is, moment, read, time_has_come

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    RunJobs = Callable[[], int]


def hours(first: str, last: str) -> Iterable[str]:
    """Every minute that matters: office opening, the half hours, office close, just after."""
    days = range(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1)
    for day in map(date.fromordinal, days):
        for clock in ("08:31", "09:31", "10:01", "11:31", "14:31", "15:01", "16:31", "17:31"):
            yield f"{day} {clock}"


def live_through(first: str, last: str, run_jobs: RunJobs) -> None:
    """The house is at work all the time."""
    for minute in hours(first, last):
        with it_is(minute):
            time_has_come(run_jobs)


def steps(ticket_id: int, clock: str) -> list[str]:
    """What was reached on one clock, in the trade's words."""
    said = [entry.payload for entry in entries(ticket_id, Event.MILESTONE)]
    return [one["label"] for one in said if one["clock"] == clock]


def told(ticket_id: int, word: str) -> list[tuple[str, str]]:
    """Who was told with that heading: a role, a unit or a person."""
    lines = [line for line in notices(ticket_id) if f"【{word}】" in line.text]
    return [
        (
            "role" if line.role else "person" if line.staff_id else "unit",
            str(line.role or line.staff_id or line.department_id),
        )
        for line in lines
    ]


@pytest.fixture
def signed(a_ticket: Callable[..., int], run_jobs: RunJobs) -> int:
    """2026-03-11 09:30: signed and contacted by 东湖区城管局, due 2026-03-18 17:30."""
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_handling(a_ticket(at=now), at=now)
        handling.contact(ticket_id, "已联系诉求人", handler(), at=now)
        run_jobs()
    return ticket_id


def test_a_unit_that_does_nothing(signed: int, run_jobs: RunJobs) -> None:
    """催办 → 黄牌 → 到期 → 红牌、督办 → 书面催办 → 通报 → 提级, each once, to its own people."""
    live_through("2026-03-11", "2026-04-10", run_jobs)
    assert steps(signed, "handle") == [
        *("过半催办", "临期催办", "黄牌", "到期提醒", "红牌", "书面催办", "通报", "提级办理")
    ]
    assert ticket(signed).marks == [
        *(Mark.URGED, Mark.YELLOW, Mark.RED, Mark.SUPERVISED, Mark.REMINDED),
        *(Mark.CIRCULATED, Mark.RAISED),
    ]
    ours, leader = str(unit("D0101").id), str(who("lead_chengguan").staff_id)
    assert told(signed, "催办") == [("unit", ours)] * 2
    assert told(signed, "黄牌预警") == [("unit", ours)]
    assert told(signed, "书面催办") == [("person", leader)]
    assert ("role", "supervisor") in told(signed, "超期提醒")
    assert {("unit", ours), ("person", leader), ("role", "supervisor")} <= set(told(signed, "通报"))
    assert ("role", "authority") in told(signed, "提级办理")
    assert len(entries(signed, Event.SUPERVISED)) == len(entries(signed, Event.RAISED)) == 1


def test_dates_of_the_ladder(signed: int, run_jobs: RunJobs) -> None:
    """Yellow one working day before, red on the first one after, +5 circulated, +10 raised."""
    live_through("2026-03-11", "2026-04-10", run_jobs)
    said = [entry.payload for entry in entries(signed, Event.MILESTONE)]
    planned = {one["milestone"]: one["planned_at"] for one in said if one["clock"] == "handle"}
    wanted = {
        "yellow": "2026-03-17 17:30",
        "due": "2026-03-18 17:30",
        "red": "2026-03-19 08:30",
        "reminder": "2026-03-19 08:30",
        "circulate": "2026-03-25 17:30",
        "raise": "2026-04-01 17:30",
    }
    found = {name: read(datetime.fromisoformat(planned[name])) for name in wanted}
    assert found == wanted


def test_a_reply_in_time_ends_the_climb(signed: int, run_jobs: RunJobs) -> None:
    live_through("2026-03-11", "2026-03-17", run_jobs)
    with it_is("2026-03-18 10:00") as now:
        handling.reply(signed, REPLY, handler(), at=now)
    live_through("2026-03-18", "2026-04-10", run_jobs)
    assert steps(signed, "handle") == ["过半催办", "临期催办", "黄牌"]
    assert Mark.RED not in ticket(signed).marks
    assert not told(signed, "红牌超期")


def test_nobody_calls_the_citizen(a_ticket: Callable[..., int], run_jobs: RunJobs) -> None:
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_handling(a_ticket(at=now), at=now)
        run_jobs()
    live_through("2026-03-11", "2026-03-13", run_jobs)
    assert steps(ticket_id, "contact") == ["临期催办", "联系红牌"]
    leader = str(who("lead_chengguan").staff_id)
    assert ("person", leader) in told(ticket_id, "红牌超期")


def test_the_hotlines_own_dispatch_is_late(a_ticket: Callable[..., int], run_jobs: RunJobs) -> None:
    """Thirty working minutes to dispatch: the dispatcher is warned, then the supervisor told."""
    with it_is("2026-03-11 09:30") as now:
        ticket_id = a_ticket(at=now)
    for minute in ("2026-03-11 09:54", "2026-03-11 10:00", "2026-03-11 10:01"):
        with it_is(minute):
            time_has_come(run_jobs)
    assert steps(ticket_id, "dispatch") == ["派单黄牌", "派单红牌"]
    assert ("role", "dispatcher") in told(ticket_id, "临期提醒")
    assert {("role", "dispatcher"), ("role", "supervisor")} <= set(told(ticket_id, "超期提醒"))


def test_a_callback_that_nobody_makes(a_ticket: Callable[..., int], run_jobs: RunJobs) -> None:
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_callback(a_ticket(at=now), at=now)
        run_jobs()
    live_through("2026-03-11", "2026-03-16", run_jobs)
    assert steps(ticket_id, "callback") == ["回访黄牌", "回访红牌"]
    assert {("role", "callback"), ("role", "supervisor")} <= set(told(ticket_id, "超期提醒"))


def test_an_urgent_night_rings_leader_and_supervisor_at_once(
    a_ticket: Callable[..., int], run_jobs: RunJobs
) -> None:
    """特急 runs day and night: red the moment after, by notice and by text message."""
    with it_is("2026-03-13 22:00") as now:  # a Friday night
        ticket_id = to_handling(a_ticket(at=now), at=now)
        wanted = Facts(urgency=Urgency.CRITICAL)
        rectifying.rectify(ticket_id, wanted, who("dispatcher"), reason="路面塌陷", at=now)
        run_jobs()
    for minute in ("2026-03-13 23:37", "2026-03-14 00:00", "2026-03-14 00:01"):
        with it_is(minute):
            time_has_come(run_jobs)
    assert "红牌（紧急、特急）" in steps(ticket_id, "handle")
    people = told(ticket_id, "紧急超期")
    leader = str(who("lead_chengguan").staff_id)
    assert {("unit", str(unit("D0101").id)), ("person", leader), ("role", "supervisor")} <= set(
        people
    )


def test_the_leader_is_on_leave_and_the_deputy_is_told(signed: int, run_jobs: RunJobs) -> None:
    leader, deputy = who("lead_chengguan"), who("department")
    assert leader.staff_id is not None
    assert deputy.staff_id is not None
    away = (date(2026, 3, 16), date(2026, 3, 20))
    take_leave(
        leader.staff_id,
        deputy.staff_id,
        away,
        leader,
        reason="年休假",
        at=moment("2026-03-13 09:00"),
    )
    live_through("2026-03-11", "2026-03-19", run_jobs)
    assert told(signed, "书面催办") == [("person", str(deputy.staff_id))]
    live_through("2026-03-20", "2026-03-25", run_jobs)
    assert ("person", str(leader.staff_id)) in told(signed, "通报")  # back at work


def test_a_unit_without_a_leader_is_led_from_above(
    a_ticket: Callable[..., int], run_jobs: RunJobs
) -> None:
    """明月街道 has nobody in charge here; the letter goes to the district's unit, if it has one."""
    with it_is("2026-03-11 09:30") as now:
        ticket_id = to_handling(a_ticket(at=now), at=now, code="D0103")
        handling.contact(ticket_id, "已联系", handler("D0103"), at=now)
    live_through("2026-03-11", "2026-03-19", run_jobs)
    assert told(ticket_id, "书面催办") == [("person", str(who("lead_huanbao").staff_id))]


def test_after_the_end_the_ladder_is_silent(signed: int, run_jobs: RunJobs) -> None:
    """撤单: no step of any clock comes any more, and nothing waits to be fired."""
    with it_is("2026-03-12 09:00") as now:
        endings.withdraw(signed, CITIZEN, reason="已自行解决", at=now)
    before = len(entries(signed, Event.MILESTONE))
    live_through("2026-03-12", "2026-04-10", run_jobs)
    assert len(entries(signed, Event.MILESTONE)) == before
    assert {Role.SUPERVISOR} & {line.role for line in notices(signed)} == set()
