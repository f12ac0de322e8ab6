"""10. 走错门: three callers whom the hotline does not send to a unit, each told where to go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Channel, Kind
from hotline.jobs import sweep
from hotline.models import Assignment, Callback, Deadline
from hotline.queries import knowledge
from hotline.services import endings, intake
from hotline.services.endings import Ending
from hotline.services.timing import sweeping
from tests.hotline.people import entries, events, ticket, who
from tests.stories.telling import it_is

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask


def call(content: str, kind: Kind = Kind.HELP) -> intake.Demand:
    return intake.Demand(content=content, kind=kind, channel=Channel.PHONE, phone="13512345678")


def last_sms(app: APIFlask) -> str:
    return str(app.extensions["hotline"].sms.sent[-1].body)


def is_not_tracked(ticket_id: int) -> bool:
    """No unit, no clock that runs, nothing that a sweep a year later would fire."""
    sent = db.session.scalar(select(Assignment.id).where(Assignment.ticket_id == ticket_id))
    running = select(Deadline.id).where(
        Deadline.ticket_id == ticket_id, Deadline.stopped_at.is_(None)
    )
    return sent is None and db.session.scalar(running) is None


def test_a_court_judgment_is_declined_and_the_right_place_told(
    app: APIFlask, model: str, run_jobs: Callable[[], int]
) -> None:
    with it_is("2026-03-10 10:00") as now:
        demand = call("我对法院的判决不服，要求你们复查这个判决")
        ending = Ending(
            action=Action.DECLINE, code="statutory_route", words="判决应通过上诉或再审程序解决"
        )
        receipt = endings.log_call(demand, ending, who("agent"), at=now)
        run_jobs()
    row = ticket(receipt.ticket_id)
    assert (row.stage, row.outcome, row.reason_code) == (
        *(Stage.CLOSED, Outcome.DECLINED),
        "statutory_route",
    )
    assert entries(row.id, Event.DECLINED)[0].payload == {"code": "statutory_route"}
    assert "不属于热线受理范围" in last_sms(app)
    assert "请按告知的法定途径，向法院" in last_sms(app)
    assert is_not_tracked(row.id)


def test_a_burglary_goes_to_110_by_one_key(
    app: APIFlask, model: str, run_jobs: Callable[[], int]
) -> None:
    with it_is("2026-03-10 10:05") as now:
        demand = call("有人正在撬隔壁的门入室盗窃")
        ending = Ending(action=Action.TRANSFER, code="110", words="正在发生的警情")
        receipt = endings.log_call(demand, ending, who("agent"), at=now)
        run_jobs()
    row = ticket(receipt.ticket_id)
    assert (row.stage, row.outcome) == (Stage.CLOSED, Outcome.TRANSFERRED)
    assert row.closed_at == row.registered_at  # at once
    assert "110报警服务台" in last_sms(app)
    with it_is("2027-03-10 10:05") as much_later:
        sweep.sweep_clocks()
        assert run_jobs() == 0
        assert sweeping.sweep(much_later) == 0
    assert is_not_tracked(row.id)
    assert events(row.id) == [Event.REGISTERED, Event.TRANSFERRED]
    assert db.session.scalar(select(Callback.id).where(Callback.ticket_id == row.id)) is None


def test_an_id_card_question_is_answered_from_the_knowledge_base(
    app: APIFlask, model: str, run_jobs: Callable[[], int]
) -> None:
    """Ten such calls: each closed as direct, and only the sample is called back."""
    question = "身份证快到期了，怎么换领新的身份证？"
    ids = []
    with it_is("2026-03-10 10:10") as now:
        (best, *_) = knowledge.search(question, on=now.date())
        assert "身份证" in best.title
        for _ in range(10):
            ending = Ending(action=Action.ANSWER, words=best.answer, knowledge_id=best.id)
            receipt = endings.log_call(call(question, Kind.CONSULT), ending, who("agent"), at=now)
            ids.append(receipt.ticket_id)
        run_jobs()
    rows = [ticket(ticket_id) for ticket_id in ids]
    assert {(row.stage, row.outcome) for row in rows} == {(Stage.CLOSED, Outcome.DIRECT)}
    assert {row.reply for row in rows} == {best.answer}
    assert entries(ids[0], Event.ANSWERED)[0].payload == {"knowledge": best.id}
    assert best.answer[:20] in last_sms(app)
    sample = set(db.session.scalars(select(Callback.ticket_id)))
    assert len(sample) == 2
    assert all(is_not_tracked(ticket_id) for ticket_id in set(ids) - sample)
    plan = db.session.scalars(select(Callback)).first()
    assert plan is not None
    assert plan.is_sample
    assert plan.due_at - plan.planned_at > timedelta(days=1)


def test_the_jobs_leave_alone_what_the_agent_has_ended(
    app: APIFlask, model: str, run_jobs: Callable[[], int]
) -> None:
    """The ticket is born closed: no classification comes between."""
    with it_is("2026-03-10 10:15") as now:
        ending = Ending(action=Action.TRANSFER, code="119", words="火情")
        receipt = endings.log_call(
            call("小区夜间施工噪音扰民，还起火了"), ending, who("agent"), at=now
        )
        run_jobs()
        run_jobs()
    assert Event.CLASSIFIED not in events(receipt.ticket_id)
    assert Event.DISPATCHED not in events(receipt.ticket_id)
