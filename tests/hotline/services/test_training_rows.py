"""修正样本: which decisions become training rows, with what provenance, and which never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.motions import Motion
from hotline.domain.terms import Channel, Kind
from hotline.models import Correction, Staff, SuggestionRow
from hotline.queries import samples
from hotline.services import dispatching, endings, intake, learning, motions, sorting, staffing
from hotline.services.motions import Plea
from tests.hotline.learned import TEXTS
from tests.hotline.people import CHENGGUAN, ZHUJIAN, handler, ticket, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apiflask import APIFlask

NOISE, PARKING = "020203", "010201"


def rows(ticket_id: int) -> list[Correction]:
    db.session.rollback()
    query = select(Correction).where(Correction.ticket_id == ticket_id).order_by(Correction.id)
    return list(db.session.scalars(query))


def taught() -> list[str]:
    db.session.rollback()
    return [row.code for row in samples.confirmed()]


def file_return(ticket_id: int, unit: str, other: str, at: datetime) -> int:
    asked = Plea(
        kind=Motion.RETURN, reason="不归我", reason_code="wrong_duty", suggested_code=other
    )
    return motions.file(ticket_id, asked, handler(unit), at=at)


def registered(make: Callable[..., int], at: datetime, app: APIFlask) -> int:
    """A ticket the machine has looked at."""
    title, content = TEXTS[NOISE]
    ticket_id = make(title=title, content=content, at=at)
    sorting.suggest(ticket_id, app.extensions["hotline"].shelf, at=at)
    return ticket_id


def test_one_key_confirms_and_keeps_what_the_machine_had_said(
    app: APIFlask, model: str, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = registered(a_ticket, at, app)
    dispatching.dispatch(ticket_id, CHENGGUAN, actor=who("dispatcher"), at=at, category_code=NOISE)
    (row,) = rows(ticket_id)
    seen = db.session.get_one(SuggestionRow, row.suggestion_id)
    assert (seen.ticket_id, seen.model_id) == (ticket_id, model)
    assert (row.source, row.by, row.at) == ("dispatch", who("dispatcher").name, at)
    assert (row.from_code, row.to_code, row.unit_code) == ("0202", NOISE, CHENGGUAN)
    assert taught() == []  # not before the ticket is closed
    learning.harvest(ticket_id, at=at)
    assert taught() == [NOISE]


def test_the_machine_alone_teaches_nothing_however_the_ticket_ends(
    app: APIFlask, model: str, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = registered(a_ticket, at, app)
    assert dispatching.propose(ticket_id, at=at)
    learning.harvest(ticket_id, at=at)
    assert rows(ticket_id) == []
    assert taught() == []


def test_an_agreed_return_dispatched_anew_is_the_last_word(
    app: APIFlask, model: str, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = registered(a_ticket, at, app)
    dispatcher = who("dispatcher")
    dispatching.dispatch(ticket_id, CHENGGUAN, actor=dispatcher, at=at, category_code=NOISE)
    motion_id = file_return(ticket_id, CHENGGUAN, ZHUJIAN, at)
    motions.grant(motion_id, dispatcher, note=None, at=at)
    dispatching.dispatch(ticket_id, ZHUJIAN, actor=dispatcher, at=at, category_code=PARKING)
    learning.harvest(ticket_id, at=at)
    first, last = rows(ticket_id)
    assert (first.source, last.source) == ("dispatch", "redispatch")
    assert (last.to_code, last.unit_code) == (PARKING, ZHUJIAN)
    assert taught() == [PARKING]  # the first word was taken back


def test_a_return_of_what_the_machine_dispatched_teaches_once_a_person_decides(
    app: APIFlask, model: str, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = registered(a_ticket, at, app)
    dispatching.propose(ticket_id, at=at)
    lead = ticket(ticket_id).lead_department
    assert lead is not None
    motion_id = file_return(ticket_id, lead.code, ZHUJIAN, at)
    motions.grant(motion_id, who("dispatcher"), note=None, at=at)
    assert rows(ticket_id) == []
    dispatching.dispatch(ticket_id, ZHUJIAN, actor=who("dispatcher"), at=at, category_code=PARKING)
    (row,) = rows(ticket_id)
    assert (row.source, row.from_code, row.to_code) == ("redispatch", "0202", PARKING)


def test_a_ruling_with_a_category_is_a_persons_word(
    app: APIFlask, model: str, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = registered(a_ticket, at, app)
    dispatcher = who("dispatcher")
    dispatching.dispatch(ticket_id, CHENGGUAN, actor=dispatcher, at=at, category_code=NOISE)
    motions.grant(file_return(ticket_id, CHENGGUAN, ZHUJIAN, at), dispatcher, note=None, at=at)
    dispatching.dispatch(ticket_id, ZHUJIAN, actor=dispatcher, at=at)
    motions.grant(file_return(ticket_id, ZHUJIAN, CHENGGUAN, at), dispatcher, note=None, at=at)
    reason = "双方理由和依据"
    motions.rule(ticket_id, ZHUJIAN, dispatcher, reason=reason, at=at, category_code=PARKING)
    last = rows(ticket_id)[-1]
    assert (last.source, last.to_code, last.unit_code) == ("ruling", PARKING, ZHUJIAN)


def test_what_an_agent_chose_while_listening_becomes_a_row(
    app: APIFlask, model: str, at: datetime
) -> None:
    staff = db.session.scalars(select(Staff).where(Staff.login == "agent")).one()
    agent = staffing.actor_of(staff)
    title, content = TEXTS[NOISE]
    demand = intake.Demand(
        kind=Kind.COMPLAINT,
        title=title,
        content=content,
        channel=Channel.PHONE,
        phone="13912345678",
        category_code=NOISE,
    )
    ticket_id = intake.register(demand, agent, at=at).ticket_id
    sorting.suggest(ticket_id, app.extensions["hotline"].shelf, at=at)
    assert rows(ticket_id) == []
    for _ in range(2):
        learning.harvest(ticket_id, at=at)
    (row,) = rows(ticket_id)
    assert (row.source, row.by, row.to_code) == ("register", agent.name, NOISE)
    assert taught() == [NOISE]


def test_an_answer_with_its_category_is_a_persons_word(
    a_ticket: Callable[..., int], at: datetime, run_jobs: Callable[[], int]
) -> None:
    ticket_id = a_ticket(kind=Kind.CONSULT)
    endings.answer(ticket_id, "可以在网上办理，详见指南", who("agent"), at=at, category_code=NOISE)
    run_jobs()
    (row,) = rows(ticket_id)
    assert row.source == "answer"
    assert taught() == [NOISE]


def test_rows_are_new_since_the_last_training(a_ticket: Callable[..., int], at: datetime) -> None:
    assert samples.fresh_since(None) == 0
    sorting.reclassify(ticket_id := a_ticket(), NOISE, who("dispatcher"), at=at)
    assert samples.fresh_since(None) == 0
    learning.harvest(ticket_id, at=at)
    assert samples.fresh_since(None) == 1
    assert samples.fresh_since(at) == 0
