"""信任线: chosen from the city's own tickets or the model's curve, adopted, changed, remembered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotAllowed, NotFound
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Urgency
from hotline.domain.trust import Source
from hotline.models import SuggestionRow, Ticket, TrustChange, TrustLine
from hotline.queries import trusting
from hotline.queries.trusting import Verdict
from hotline.services import dispatching, motions, sorting, trust
from tests.hotline import people
from tests.hotline.people import CHENGGUAN, NOISE, ZHUJIAN, handler, who
from tests.hotline.queries import indicator_month as march

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apiflask import APIFlask

    from hotline.services.shelf import Shelf

    Made = Callable[..., int]

STARTER = "starter"


@pytest.fixture
def shelf(app: APIFlask) -> Shelf:
    return app.extensions["hotline"].shelf


@pytest.fixture(autouse=True)
def lines(app: APIFlask) -> Iterator[None]:
    """Trust lines as they were: the table outlives a test."""
    yield
    db.session.rollback()
    db.session.execute(delete(TrustLine).where(TrustLine.category_code != ""))
    plain = {"probability": sorting.DEFAULT_LINE, "model_id": None, "wished_error": None}
    db.session.execute(update(TrustLine).values(**plain))
    db.session.commit()


def look(
    ticket_id: int, at: datetime, *, code: str = "0202", odds: float = 0.9, said: str = "自动派单"
) -> None:
    """What the starter model thought of a ticket."""
    with transaction() as session:
        session.add(
            SuggestionRow(
                ticket_id=ticket_id,
                model_id=STARTER,
                at=at,
                top_code=code,
                probability=odds,
                is_unsure="（概率" in said,
                decision=said,
            )
        )


def judged(at: datetime) -> dict[int, tuple[Verdict, bool]]:
    """What is made of each look, by the hundredth of its odds."""
    rows = trusting.looked(STARTER, since=at - timedelta(days=1))
    return {round(row.probability * 100): (row.verdict, row.is_weak) for row in rows}


def closed_by_machine(ticket_id: int, **changes: object) -> None:
    """As if the machine had set the category, and the ticket had closed so."""
    given = {"category_by": "model:starter", "category_code": "0202", "stage": Stage.CLOSED}
    with transaction() as session:
        session.execute(update(Ticket).where(Ticket.id == ticket_id).values(**{**given, **changes}))


def test_a_persons_category_is_the_truth(a_ticket: Made, at: datetime) -> None:
    """同一支上的细类粗类都算对；另一支算错；没有人说过的没有定论。"""
    for odds, code, said in (
        (0.91, "0202", NOISE),
        (0.92, "020203", "0202"),
        (0.93, "0201", NOISE),
    ):
        ticket_id = people.to_dispatch(a_ticket(at=at), at=at, code=said)
        look(ticket_id, at, code=code, odds=odds)
    look(a_ticket(at=at), at, odds=0.94)
    assert judged(at) == {
        91: (Verdict.RIGHT, False),
        92: (Verdict.RIGHT, False),
        93: (Verdict.WRONG, False),
        94: (Verdict.OPEN, False),
    }


def test_silence_is_weak_evidence_and_only_of_closed_tickets(a_ticket: Made, at: datetime) -> None:
    for odds, changes in (
        (0.81, {"outcome": Outcome.RESOLVED}),
        (0.82, {"stage": Stage.HANDLING}),
        (0.83, {"outcome": Outcome.WITHDRAWN}),
        (0.84, {"stage": Stage.ARCHIVED, "outcome": Outcome.UNRESOLVED}),
    ):
        ticket_id = a_ticket(at=at)
        look(ticket_id, at, odds=odds)
        closed_by_machine(ticket_id, **changes)
    assert judged(at) == {
        81: (Verdict.RIGHT, True),
        82: (Verdict.OPEN, False),
        83: (Verdict.OPEN, False),
        84: (Verdict.RIGHT, True),
    }


def test_an_agreed_return_was_wrong_a_refused_one_was_not(a_ticket: Made) -> None:
    at = march.MORNING
    for odds, is_agreed in ((0.71, True), (0.72, False)):
        ticket_id = march.sent(a_ticket, "退单")
        look(ticket_id, at, odds=odds)
        motion = motions.file(ticket_id, march.NOT_OURS, handler(CHENGGUAN), at=at)
        if is_agreed:
            motions.grant(motion, who("dispatcher"), note="同意", at=at)
            dispatching.dispatch(ticket_id, ZHUJIAN, actor=who("dispatcher"), at=at)
        else:
            motions.refuse(motion, who("dispatcher"), note="不同意", at=at)
    assert judged(at) == {71: (Verdict.WRONG, False), 72: (Verdict.RIGHT, False)}


def test_only_the_last_look_of_the_model_at_work_counts(a_ticket: Made, at: datetime) -> None:
    ticket_id = people.to_dispatch(a_ticket(at=at), at=at)
    look(ticket_id, at, odds=0.5)
    look(ticket_id, at, odds=0.6)
    assert set(judged(at)) == {60}
    assert trusting.looked("another", since=at - timedelta(days=1)) == []
    assert trusting.looked(STARTER, since=at + timedelta(days=1)) == []


def test_what_no_line_decides_is_no_case(a_ticket: Made, at: datetime) -> None:
    odd = people.to_dispatch(a_ticket(at=at), at=at)
    look(odd, at, odds=0.8, said="繁体字较多（概率 80%），转人工派单")
    urgent = people.to_dispatch(a_ticket(at=at), at=at)
    look(urgent, at, odds=0.7)
    with transaction() as session:
        session.get_one(Ticket, urgent).urgency = Urgency.CRITICAL
    rows = trusting.looked(STARTER, since=at - timedelta(days=1))
    assert [row.has_no_line for row in rows] == [True, True]
    assert trusting.cases(rows) == []


def many(a_ticket: Made, at: datetime, right: int, wrong: int, odds: float = 0.9) -> None:
    """So many decided tickets in the books of one category."""
    for number in range(right + wrong):
        ticket_id = a_ticket(at=at, phone=None, content=f"夜间施工噪声扰民 {number}")
        code = NOISE if number < right else "0101"
        closed_by_machine(ticket_id, category_by="李建国", category_code=code)
        look(ticket_id, at, odds=odds)


def test_enough_own_tickets_make_the_line(
    a_ticket: Made, model: str, shelf: Shelf, at: datetime
) -> None:
    """希望不超过 10%：六十件里错一件，够了；换成 2% 就不够，改用交叉验证。"""
    many(a_ticket, at, 59, 1)
    known = trust.basis(shelf, at=at)
    every, noise, other = trust.proposals(known, ["", "02", "09"], 0.1)
    assert (every.curve.source, noise.curve.source) == (Source.OWN, Source.OWN)
    assert (noise.decided, other.decided) == (60, 0)
    assert other.curve.source is Source.TRAINED, "a category without decided tickets"
    assert noise.chosen is not None
    assert (noise.line, noise.chosen.taken, noise.chosen.wrong) == (0.3, 60, 1)
    [strict] = trust.proposals(known, ["02"], 0.02)
    assert strict.curve.source is Source.TRAINED
    assert strict.curve.total == known.trained.total > 1000


def test_all_wrong_leaves_everything_to_people(
    a_ticket: Made, model: str, shelf: Shelf, at: datetime
) -> None:
    many(a_ticket, at, 0, 55)
    [found] = trust.proposals(trust.basis(shelf, at=at), ["02"], 0.3)
    assert (found.chosen, found.line) == (None, 1.0)
    trust.adopt("02", 0.3, who("admin"), shelf=shelf, at=at)
    assert sorting.trust_line("0202") == 1.0


def test_without_a_model_nothing_is_proposed(shelf: Shelf, at: datetime) -> None:
    [found] = trust.proposals(trust.basis(shelf, at=at), [""], 0.02)
    assert (found.curve.source, found.chosen, found.is_stale) == (Source.NONE, None, False)
    with pytest.raises(Invalid, match="没有可用的模型"):
        trust.adopt("", 0.02, who("admin"), shelf=shelf, at=at)


def test_an_adopted_line_remembers_its_grounds(
    a_ticket: Made, model: str, shelf: Shelf, at: datetime
) -> None:
    many(a_ticket, at, 60, 0)
    found = trust.adopt("02", 0.1, who("admin"), shelf=shelf, at=at, shown=0.3)
    assert sorting.trust_line("0202") == found.line == 0.3
    [change] = trusting.changes("02")
    assert (change.before, change.after, change.wished_error) == (None, 0.3, 0.1)
    assert (change.source, change.taken, change.wrong, change.total) == ("own", 60, 0, 60)
    assert (change.by, change.at, change.model_id) == (who("admin").name, at, STARTER)
    row = trusting.line_rows()["02"]
    assert (row.model_id, row.wished_error) == (STARTER, 0.1)
    trust.drop_line("02", who("admin"), at=at)
    assert [(each.before, each.after) for each in trusting.changes("02")] == [
        (0.3, None),
        (None, 0.3),
    ]
    assert sorting.trust_line("0202") == sorting.DEFAULT_LINE


def test_another_model_asks_for_another_look(
    a_ticket: Made, model: str, shelf: Shelf, at: datetime
) -> None:
    trust.set_line("02", 0.8, who("admin"), at=at, reason="先严一点", shelf=shelf)
    fresh, inherits = trust.proposals(trust.basis(shelf, at=at), ["02", "03"], 0.05)
    assert (fresh.is_stale, inherits.is_stale) == (False, True), "the default was never chosen"
    with transaction() as session:
        session.get_one(TrustLine, "02").model_id = "m20250101"
    [stale] = trust.proposals(trust.basis(shelf, at=at), ["02"], 0.05)
    assert stale.is_stale


def test_a_proposal_that_changed_meanwhile_is_not_taken(
    model: str, shelf: Shelf, at: datetime
) -> None:
    with pytest.raises(Invalid, match="建议已变为"):
        trust.adopt("02", 0.3, who("admin"), shelf=shelf, at=at, shown=0.123)
    assert "02" not in trusting.line_rows()
    assert db.session.scalars(select(TrustChange)).all() == []


@pytest.mark.parametrize("wish", [0.0, 0.0001, 0.31, 1.0, float("nan"), -1])
def test_an_error_nobody_can_wish_for(wish: float, model: str, shelf: Shelf, at: datetime) -> None:
    with pytest.raises(Invalid, match="错派率须在"):
        trust.adopt("", wish, who("admin"), shelf=shelf, at=at)


def test_who_may_and_what_may_not(model: str, shelf: Shelf, at: datetime) -> None:
    for login in ("security", "dispatcher", "supervisor"):
        with pytest.raises(NotAllowed):
            trust.adopt("", 0.05, who(login), shelf=shelf, at=at)
    with pytest.raises(Invalid, match="一级分类"):
        trust.adopt("0202", 0.05, who("admin"), shelf=shelf, at=at)
    with pytest.raises(Invalid, match="理由最多"):
        trust.set_line("02", 0.8, who("admin"), at=at, reason="长" * 201)
    with pytest.raises(NotFound):
        trust.drop_line("02", who("admin"), at=at)
