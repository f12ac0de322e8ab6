"""3. 春节求助: unpaid wages on the last Friday before the long holiday."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Clock, Kind
from hotline.services import handling, intake
from tests.hotline.people import clock, handler, notices, ticket, unit
from tests.stories.telling import days, due, it_is, read, time_has_come

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask

REQUEST = intake.Demand(
    kind=Kind.HELP,
    channel=Channel.WEB,
    title="春节前讨要农民工工资",
    content="工地老板拖欠农民工工资三个月，一直不发工资，马上过年了，求助",
    name="李师傅",
    phone="13612345678",
    area_code="990103001",
)


@pytest.fixture
def filed(app: APIFlask, model: str, run_jobs: Callable[[], int]) -> int:
    """Friday 2026-02-13 16:40: a web request, dispatched in the same minute."""
    with it_is("2026-02-13 16:40") as now:
        receipt = intake.register(REQUEST, CITIZEN, at=now)
        run_jobs()
    return receipt.ticket_id


def test_it_goes_to_the_labour_office_of_the_district(filed: int) -> None:
    row = ticket(filed)
    assert row.lead_department is not None
    assert (row.stage, row.lead_department.name) == (
        Stage.DISPATCHED,
        "南浦区人力资源和社会保障局",
    )


def test_the_dates_of_the_story(filed: int) -> None:
    assert due(filed, Clock.CONTACT) == "2026-02-14 17:30"  # the Saturday is worked (调休)
    assert due(filed, Clock.HANDLE) == "2026-02-27 17:30"


def test_the_explanation_tells_of_the_spring_festival(filed: int) -> None:
    told = days(clock(filed, Clock.HANDLE))
    assert [day for day, (counted, _) in told.items() if counted] == [
        *("02-14", "02-24", "02-25", "02-26", "02-27")
    ]
    assert "调休" in told["02-14"][1]
    for day in range(15, 24):
        assert "春节" in told[f"02-{day}"][1], told[f"02-{day}"]


def test_signed_but_nobody_calls_and_after_the_holiday_it_gets_the_red_card(
    filed: int, run_jobs: Callable[[], int]
) -> None:
    with it_is("2026-02-14 09:00") as now:
        handling.sign(filed, handler("D0305"), at=now)
    for moment in ("2026-02-14 17:29", "2026-02-14 17:31", "2026-02-20 10:00"):
        with it_is(moment):  # nobody is bothered on a holiday
            time_has_come(run_jobs)
        assert not [line for line in notices(filed) if "【红牌超期】" in line.text]
    for _ in range(2):
        with it_is("2026-02-24 08:31"):
            time_has_come(run_jobs)
    red = [line for line in notices(filed) if "【红牌超期】" in line.text]
    assert [line.department_id for line in red if line.department_id] == [unit("D0305").id]
    assert all("先行联系" in line.text and "2026-02-14 17:30" in line.text for line in red)


def test_contacted_on_the_saturday_all_is_well(filed: int, run_jobs: Callable[[], int]) -> None:
    people = handler("D0305")
    with it_is("2026-02-14 09:10") as now:
        handling.sign(filed, people, at=now)
        handling.contact(filed, "已联系李师傅，节后第一天到工地核实", people, at=now)
    with it_is("2026-02-24 08:00"):
        time_has_come(run_jobs)
    contact = clock(filed, Clock.CONTACT)
    assert contact.stopped_at is not None
    assert read(contact.stopped_at) == "2026-02-14 09:10"
    assert "red" not in ticket(filed).marks
