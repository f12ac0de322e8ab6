"""故事 10 走错门：a court judgment, a burglary in progress, an ID card to renew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.identity import Actor
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Kind, Role
from hotline.models import Callback, Deadline, Message
from hotline.queries import knowledge
from hotline.services import endings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stories.conftest import Tale

AGENT = Actor(Role.AGENT, "王晓燕")


def running_clocks(ticket_id: int) -> list[Deadline]:
    query = select(Deadline).where(Deadline.ticket_id == ticket_id, Deadline.stopped_at.is_(None))
    return list(db.session.scalars(query))


def told(ticket_id: int) -> str:
    db.session.rollback()
    query = select(Message.body).where(Message.ticket_id == ticket_id).order_by(Message.id)
    return "\n".join(body or "" for body in db.session.scalars(query))


def test_a_court_judgment_is_declined_with_a_code_and_the_right_place(
    tale: Tale, a_ticket: Callable[..., int]
) -> None:
    at = tale.moment("2026-03-11 09:30")
    ticket_id = a_ticket(at=at, content="法院判决不公，要求热线重新审查判决", title="对判决不服")
    words = "对法院判决不服，应依法上诉或申请再审"
    endings.decline(ticket_id, AGENT, code="statutory_route", reason=words, at=at)
    tale.run_jobs()
    ticket = tale.ticket(ticket_id)
    assert ticket.stage is Stage.CLOSED
    assert ticket.outcome is Outcome.DECLINED
    assert ticket.reason_code == "statutory_route"
    assert "法院" in told(ticket_id)


def test_a_burglary_goes_to_110_at_once_and_is_not_tracked(
    tale: Tale, a_ticket: Callable[..., int]
) -> None:
    at = tale.moment("2026-03-11 09:30")
    ticket_id = a_ticket(at=at, kind=Kind.HELP, content="有人正在撬隔壁的门，好像是小偷")
    endings.transfer(ticket_id, AGENT, target="110", reason="正在发生的盗窃", at=at)
    tale.run_jobs()
    ticket = tale.ticket(ticket_id)
    assert ticket.outcome is Outcome.TRANSFERRED
    assert running_clocks(ticket_id) == []
    assert ticket.lead_department_id is None
    assert "110" in told(ticket_id)


def test_an_id_card_is_answered_from_the_knowledge_base(
    tale: Tale, a_ticket: Callable[..., int]
) -> None:
    at = tale.moment("2026-03-11 09:30")
    entry = knowledge.search("身份证到期怎么换领", on=at.date())[0]
    assert "身份证" in entry.title
    ids = [
        a_ticket(at=at, kind=Kind.CONSULT, title="身份证换领", content=f"身份证快到期怎么换？{i}")
        for i in range(5)
    ]
    for ticket_id in ids:
        endings.answer(ticket_id, entry.answer, AGENT, at=at, knowledge_id=entry.id)
    tale.run_jobs()
    for ticket_id in ids:
        ticket = tale.ticket(ticket_id)
        assert ticket.stage is Stage.CLOSED
        assert ticket.outcome is Outcome.DIRECT
    samples = db.session.scalars(select(Callback.ticket_id)).all()
    assert [i for i in ids if i % 5 == 0] == list(samples)  # one in five is called back
