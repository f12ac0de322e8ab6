"""差评核实与整改: verified in a day, mended in five, the named called back (国办发〔2019〕51号)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import sla
from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Clock, Finding, Mark, Resolved, Urgency
from hotline.models import Deadline, Milestone, Rating, Ticket
from hotline.services import ratings_review
from hotline.services.callbacks import Verdict
from hotline.services.ratings_review import Check
from hotline.services.timing import sweeping
from tests.hotline.people import (
    ZHUJIAN,
    entries,
    events,
    handle_again,
    handler,
    notices,
    rate,
    stage,
    ticket,
    to_callback,
    together,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

UNHAPPY = Verdict(satisfaction=2, resolved=Resolved.NO, comment="没人来过")
TRUE = Check(finding=Finding.TRUE, words="已回访，确未到场", reached=True)
UNTRUE = Check(
    finding=Finding.UNTRUE, words="执法记录仪显示已到场", code="facts_differ", reached=True
)


def bad(a_ticket: Callable[..., int], at: datetime, **changes: object) -> tuple[int, int]:
    """A ticket with a bad rating, and the rating's id."""
    ticket_id = to_callback(a_ticket(**changes), at=at)
    rate(ticket_id, UNHAPPY, at=at)
    return ticket_id, newest(ticket_id).id


def newest(ticket_id: int) -> Rating:
    query = db.select(Rating).where(Rating.ticket_id == ticket_id).order_by(Rating.id.desc())
    rating = db.session.scalars(query.execution_options(populate_existing=True)).first()
    assert rating is not None
    return rating


def of(ticket_id: int, kind: Clock, rating_id: int) -> Deadline:
    """The clock of a rating, whatever round the ticket is in."""
    query = db.select(Deadline).where(
        Deadline.ticket_id == ticket_id, Deadline.clock == kind, Deadline.turn == rating_id
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def read(moment: datetime) -> str:
    return f"{moment.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}"


def test_a_bad_rating_is_verified_within_a_working_day(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id, rating_id = bad(a_ticket, at)
    assert read(of(ticket_id, Clock.VERIFY, rating_id).due_at) == "2026-03-12 17:30"
    assert stage(ticket_id) is Stage.DISPATCHED  # the redo goes its own way


def test_a_good_one_is_not(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    rate(ticket_id, Verdict(satisfaction=4, resolved=Resolved.YES), at=at)
    query = db.select(Deadline.id).where(Deadline.clock == Clock.VERIFY)
    assert db.session.scalars(query).all() == []
    with pytest.raises(Invalid, match="不是差评"):
        ratings_review.verify(newest(ticket_id).id, TRUE, handler(), at=at)


@pytest.mark.parametrize(
    ("urgency", "due"),
    [(Urgency.NORMAL, "2026-03-18 17:30"), (Urgency.COMPLEX, "2026-04-01 17:30")],
)
def test_true_has_to_be_put_right_in_five_days_complex_in_fifteen(
    a_ticket: Callable[..., int], at: datetime, urgency: Urgency, due: str
) -> None:
    ticket_id, rating_id = bad(a_ticket, at)
    row = db.session.get_one(Ticket, ticket_id)
    row.urgency = urgency
    db.session.commit()
    ratings_review.verify(rating_id, TRUE, handler(), at=at)
    assert of(ticket_id, Clock.VERIFY, rating_id).stopped_at == at
    assert read(of(ticket_id, Clock.CORRECT, rating_id).due_at) == due
    ratings_review.mend(rating_id, "已约谈施工单位并道歉", handler(), at=at)
    rating = newest(ticket_id)
    assert (rating.finding, rating.mending, rating.mended_at) == (
        *(Finding.TRUE, "已约谈施工单位并道歉", at),
    )
    assert of(ticket_id, Clock.CORRECT, rating_id).stopped_at == at
    assert {Event.RATING_VERIFIED, Event.RATING_MENDED, Event.CALLED_BACK} <= set(events(ticket_id))


@pytest.mark.parametrize("finding", [Finding.UNTRUE, Finding.MISTAKEN, Finding.MALICIOUS])
def test_anything_else_needs_a_coded_reason_and_ends_it(
    a_ticket: Callable[..., int], at: datetime, finding: Finding
) -> None:
    ticket_id, rating_id = bad(a_ticket, at)
    for code in (None, "", "because"):
        check = replace(UNTRUE, finding=finding, code=code)
        with pytest.raises(Invalid) as refused:
            ratings_review.verify(rating_id, check, handler(), at=at)
        assert set(refused.value.errors) == {"code"}
    code = {"untrue": "facts_differ", "mistaken": "wrong_option", "malicious": "threat"}[finding]
    ratings_review.verify(
        rating_id, replace(UNTRUE, finding=finding, code=code), who("callback"), at=at
    )
    assert (newest(ticket_id).finding, newest(ticket_id).finding_code) == (finding, code)
    query = db.select(Deadline.id).where(Deadline.clock == Clock.CORRECT)
    assert db.session.scalars(query).all() == []
    with pytest.raises(NotAllowed, match="属实"):
        ratings_review.mend(rating_id, "无", handler(), at=at)


def test_named_ones_are_called_back_every_one(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id, rating_id = bad(a_ticket, at)
    with pytest.raises(Invalid, match="100%"):
        ratings_review.verify(rating_id, replace(TRUE, reached=None), handler(), at=at)
    ratings_review.verify(rating_id, replace(TRUE, reached=False), handler(), at=at)
    assert entries(ticket_id, Event.CALLED_BACK)[-1].reason == "差评回访：未接通"


def test_the_anonymous_cannot_be_called(a_ticket: Callable[..., int], at: datetime) -> None:
    _ticket_id, rating_id = bad(a_ticket, at, anonymous=True)
    ratings_review.verify(rating_id, replace(TRUE, reached=None), handler(), at=at)


def test_by_the_own_unit_or_a_callback_agent_once(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    _ticket_id, rating_id = bad(a_ticket, at)
    for login in ("agent", "dispatcher", "supervisor"):
        with pytest.raises(NotAllowed):
            ratings_review.verify(rating_id, TRUE, who(login), at=at)
    with pytest.raises(NotAllowed):
        ratings_review.verify(rating_id, TRUE, handler(ZHUJIAN), at=at)
    with pytest.raises(NotFound):
        ratings_review.verify(999_999, TRUE, handler(), at=at)
    with pytest.raises(Invalid, match="核实情况"):
        ratings_review.verify(rating_id, replace(TRUE, words=" "), handler(), at=at)
    ratings_review.verify(rating_id, TRUE, handler(), at=at)
    with pytest.raises(Conflict, match="东湖区城管局经办人"):
        ratings_review.verify(rating_id, UNTRUE, who("callback"), at=at)
    ratings_review.mend(rating_id, "已整改", handler(), at=at)
    with pytest.raises(Conflict, match="东湖区城管局经办人"):
        ratings_review.mend(rating_id, "又整改", handler(), at=at)


def test_two_verify_at_once(app: Flask, a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id, rating_id = bad(a_ticket, at)
    first, second = handler(), who("callback")
    ends = together(
        app,
        [
            lambda: ratings_review.verify(rating_id, TRUE, first, at=at),
            lambda: ratings_review.verify(rating_id, UNTRUE, second, at=at),
        ],
    )
    assert sum(isinstance(end, Conflict) for end in ends) == 1, ends
    assert len(entries(ticket_id, Event.RATING_VERIFIED)) == 1


def test_verifying_goes_on_after_the_ticket_has_ended(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """Unhappy three times: closed as not solved, and the last bad rating still has its clock."""
    ticket_id, first = bad(a_ticket, at)
    for _ in range(2):
        handle_again(ticket_id, at=at)
        rate(ticket_id, UNHAPPY, at=at)
    assert stage(ticket_id) is Stage.CLOSED
    last = newest(ticket_id).id
    for rating_id in (first, last):
        assert of(ticket_id, Clock.VERIFY, rating_id).stopped_at is None
    due = of(ticket_id, Clock.VERIFY, last).due_at
    while sweeping.sweep(due + timedelta(days=1)):
        pass
    query = db.select(Milestone.name).where(
        Milestone.deadline_id == of(ticket_id, Clock.VERIFY, last).id
    )
    assert "rating-red" in set(db.session.scalars(query))


def test_unhappy_tells_the_unit_and_unhappy_again_names_its_leader(
    a_ticket: Callable[..., int], at: datetime, run_jobs: Callable[[], int]
) -> None:
    """The ladder's triggers (story 8)."""
    ticket_id, _rating_id = bad(a_ticket, at)
    run_jobs()
    assert any("【回访不满意】" in line.text for line in notices(ticket_id))
    assert Mark.SUPERVISED not in ticket(ticket_id).marks
    handle_again(ticket_id, at=at)
    rate(ticket_id, UNHAPPY, at=at)
    run_jobs()
    assert Mark.SUPERVISED in ticket(ticket_id).marks
    told = [line for line in notices(ticket_id) if "请高建军亲自过问" in line.text]
    assert {line.staff_id for line in told} >= {who("lead_chengguan").staff_id}
