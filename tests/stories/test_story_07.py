"""7. 一百个人说停水: one matter, a hundred reports, one reply, a hundred words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Action
from hotline.domain.terms import Channel, Mark, Resolved, Role
from hotline.models import Callback, Message, Rating
from hotline.queries import fellows, indicators, progress, similar
from hotline.queries.indicators import Period
from hotline.queries.similar import Said
from hotline.services import callbacks, endings, handling, intake, joining, reviewing
from hotline.services.callbacks import Verdict
from tests.hotline.people import entries, handler, look, notices, ticket, to_unit, who
from tests.stories.telling import it_is, moment

if TYPE_CHECKING:
    from collections.abc import Callable

    RunJobs = Callable[[], int]

PEOPLE = 100
ESTATE = {"area_code": "990101001", "address": "锦绣苑小区"}
WORDS = (
    "锦绣苑小区停水了",
    "锦绣苑没有水，什么时候来水",
    "请问锦绣苑为什么停水",
    "锦绣苑{n}栋从早上断水到现在",
    "锦绣苑小区{n}栋没水做饭，老人孩子都在家",
)
CHANNELS = (Channel.PHONE, Channel.WEB, Channel.APP)
SHUI = "D0102"


def demand(number: int) -> intake.Demand:
    return intake.Demand(
        content=WORDS[number % len(WORDS)].format(n=number % 20 + 1),
        channel=CHANNELS[number % len(CHANNELS)],
        name=f"市民{number}",
        phone=f"138{number:08d}",
        **ESTATE,  # type: ignore[arg-type]
    )


def first_offered(said: intake.Demand, at: datetime) -> similar.Similar | None:
    """What the agent's page shows on top while the caller speaks."""
    look()
    found = similar.find(
        Said(content=said.content, area_code=said.area_code, address=said.address or ""), at=at
    )
    return found[0] if found else None


def reports(number: int, at: datetime, run_jobs: RunJobs) -> int:
    """Somebody reports it: on the phone the agent merges at once, else the desk does."""
    said, offered = demand(number), None
    if number:
        offered = first_offered(said, at)
        assert offered is not None, f"no. {number} is offered nothing"
        assert offered.is_same_matter
    if offered is not None and said.channel is Channel.PHONE:
        ending = endings.Ending(action=Action.MERGE, master_no=offered.ticket_no)
        ticket_id = endings.log_call(said, ending, who("agent"), at=at).ticket_id
    else:
        actor = who("agent") if said.channel is Channel.PHONE else CITIZEN
        ticket_id = intake.register(said, actor, at=at).ticket_id
    run_jobs()
    if offered is not None and said.channel is not Channel.PHONE:
        (best, *_) = similar.of_ticket(ticket(ticket_id), at=at)
        assert (best.ticket_no, best.is_same_matter) == (offered.ticket_no, True)
        joining.merge(ticket_id, best.ticket_no, who("dispatcher"), at=at)
        run_jobs()
    return ticket_id


@pytest.fixture
def told(app: object, model: str, run_jobs: RunJobs) -> list[int]:
    """2026-05-12 09:00 to 09:40: a hundred people, by phone, web and app."""
    begin, ids = moment("2026-05-12 09:00"), []
    for number in range(PEOPLE):
        at = begin + timedelta(seconds=24 * number)
        with time_machine.travel(at, tick=False):
            ids.append(reports(number, at, run_jobs))
            if number == 0 and ticket(ids[0]).lead_department_id is None:
                to_unit(ids[0], at=at, code=SHUI)
                run_jobs()
    return ids


def bells(ticket_id: int, heading: str) -> set[str]:
    found = [line for line in notices(ticket_id) if f"【{heading}】" in line.text]
    return {line.role or ("person" if line.staff_id else "unit") for line in found}


def sent(topic: str) -> set[int]:
    look()
    return set(db.session.scalars(select(Message.ticket_id).where(Message.topic == topic)))


@pytest.mark.slow
def test_a_hundred_people_report_a_water_outage(told: list[int], run_jobs: RunJobs) -> None:
    master, *others = told
    assert {ticket(one).master_id for one in others} == {master}
    assert {row.channel for row in map(ticket, told)} == set(CHANNELS)

    warned = [entry.payload["step"] for entry in entries(master, Event.SUPERVISED)]
    assert warned == ["callers", "callers-20", "callers-50", "callers-100"]
    assert "5 人反映同一事项，最近 60 分钟 5 件" in (
        entries(master, Event.SUPERVISED)[0].reason or ""
    )
    assert Mark.SUPERVISED in ticket(master).marks
    assert {Role.SUPERVISOR, "unit"} <= bells(master, "群体性事件预警")

    behind = fellows.of(master)
    assert len(behind) == PEOPLE - 1
    assert all("*" in row.caller_phone for row in behind)

    answer(master, run_jobs)
    assert sent("replied_rate") == set(told), "one reply tells all hundred"
    rate_each(told)
    run_jobs()
    look()
    rated = db.session.scalars(select(Rating)).all()
    assert len({row.ticket_id for row in rated}) == PEOPLE
    pushed = db.session.scalars(select(Message.id).where(Message.topic == "rating")).all()
    assert len(pushed) == PEOPLE, "each word goes to the platform"

    with it_is("2026-06-01 09:00") as now:
        one_matter_a_hundred_contacts(told, now)


def answer(master: int, run_jobs: RunJobs) -> None:
    unit = ticket(master).lead_department
    assert unit is not None
    code = unit.code
    with it_is("2026-05-12 11:00") as now:
        handling.sign(master, handler(code), at=now)
        handling.contact(master, "已联系诉求人", handler(code), at=now)
    with it_is("2026-05-12 16:00") as now:
        words = "经查为东湖路主管爆裂，5月12日15时已修复并恢复供水，已向小区张贴告知。"
        handling.reply(master, words, handler(code), at=now)
        reviewing.approve(master, who("dispatcher"), at=now)
        run_jobs()


def rate_each(ids: list[int]) -> None:
    look()
    tokens = dict(db.session.execute(select(Callback.ticket_id, Callback.token)).all())
    with it_is("2026-05-12 18:00") as now:
        for number, ticket_id in enumerate(ids):
            assert callbacks.ticket_of_link(tokens[ticket_id]).id == ticket_id
            shown = progress.progress(ticket(ticket_id), at=now)
            assert shown.may_rate
            assert "恢复供水" in shown.replies[0].text
            verdict = Verdict(satisfaction=5 - number % 2, resolved=Resolved.YES)
            callbacks.rate(ticket_id, verdict, CITIZEN, at=now)


def one_matter_a_hundred_contacts(ids: list[int], now: datetime) -> None:
    look()
    month = Period(date(2026, 5, 1), date(2026, 5, 31))
    for code in ("close_on_time", "closed", "supervised"):
        found = indicators.figure(indicators.definition(code), month, at=now)
        assert (found.numerator, found.denominator) == (1, 1), code
    assert fellows.counts(ids)[ids[0]] + 1 == PEOPLE, "contacts"
