"""Other ways to end (直接答复 不予受理 移交 并单 撤单), and asking the citizen back (退回补充)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Conflict, IllegalMove, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Action, Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Channel, Kind
from hotline.models import Callback, Deadline, Ticket
from hotline.queries import progress
from hotline.services import endings, handling, intake, joining
from hotline.services.endings import Ending
from hotline.services.intake import Demand
from tests.hotline.people import (
    REPLY,
    entries,
    events,
    handler,
    stage,
    ticket,
    to_callback,
    to_dispatch,
    to_handling,
    to_unit,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def running(ticket_id: int) -> list[Deadline]:
    query = select(Deadline).where(Deadline.ticket_id == ticket_id, Deadline.stopped_at.is_(None))
    return list(db.session.scalars(query))


ENDINGS = [
    (
        "answer",
        lambda t, at: endings.answer(t, "带身份证到大厅办理", who("agent"), at=at),
        "direct",
    ),
    (
        "decline",
        lambda t, at: endings.decline(
            t, who("agent"), code="statutory_route", reason="请走诉讼", at=at
        ),
        "declined",
    ),
    (
        "transfer",
        lambda t, at: endings.transfer(t, who("agent"), target="110", reason="正在入室盗窃", at=at),
        "transferred",
    ),
    ("withdraw", lambda t, at: endings.withdraw(t, CITIZEN, reason="已解决", at=at), "withdrawn"),
]


@pytest.mark.parametrize(("end", "outcome"), [e[1:] for e in ENDINGS], ids=[e[0] for e in ENDINGS])
def test_every_ending_stops_the_clocks_and_says_how(
    a_ticket: Callable[..., int], at: datetime, end: Callable[..., None], outcome: str
) -> None:
    ticket_id = a_ticket()
    end(ticket_id, at)
    row = ticket(ticket_id)
    assert (row.stage, row.outcome, row.closed_at) == (Stage.CLOSED, Outcome(outcome), at)
    assert [d.clock for d in running(ticket_id)] in ([], ["callback"])
    with pytest.raises(IllegalMove, match="已办结"):
        end(ticket_id, at)


WRONG = [
    ("no words", Ending(action=Action.ANSWER, words=" "), "answer"),
    ("no code", Ending(action=Action.DECLINE, words="不归我们管"), "reason_code"),
    ("made-up code", Ending(action=Action.DECLINE, words="无", code="because"), "reason_code"),
    (
        "code of a return",
        Ending(action=Action.DECLINE, words="无", code="wrong_duty"),
        "reason_code",
    ),
    ("made-up target", Ending(action=Action.TRANSFER, words="无", code="999"), "reason_code"),
    ("no master", Ending(action=Action.MERGE), "master_no"),
    ("no such master", Ending(action=Action.MERGE, master_no="123"), "master_no"),
]


@pytest.mark.parametrize(("ending", "field"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_call_that_cannot_end_so_leaves_no_ticket(
    app: object, at: datetime, ending: Ending, field: str
) -> None:
    """当场办结 is one transaction: no half ticket stays when its ending is refused."""
    demand = Demand(content="请问怎么办居住证", channel=Channel.PHONE, phone="13912345678")
    with pytest.raises(Invalid) as refused:
        endings.log_call(demand, ending, who("agent"), at=at)
    assert set(refused.value.errors) == {field}
    assert db.session.scalar(select(Ticket.id)) is None


def test_a_declined_ticket_needs_its_words_too(a_ticket: Callable[..., int], at: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        endings.decline(a_ticket(), who("agent"), code="unlawful", reason=" ", at=at)
    assert set(refused.value.errors) == {"reason"}


def test_a_call_answered_at_once(app: object, at: datetime) -> None:
    demand = Demand(content="请问怎么办居住证", channel=Channel.PHONE, phone="13912345678")
    ending = Ending(
        action=Action.ANSWER, words="带身份证和租房合同到派出所办理", knowledge_id="K01"
    )
    receipt = endings.log_call(demand, ending, who("agent"), at=at, key="call-1")
    assert endings.log_call(demand, ending, who("agent"), at=at, key="call-1") == receipt
    row = ticket(receipt.ticket_id)
    assert (row.outcome, row.reply) == (Outcome.DIRECT, ending.words)
    assert events(row.id) == [Event.REGISTERED, Event.ANSWERED]
    assert entries(row.id, Event.ANSWERED)[0].payload == {"knowledge": "K01"}


def test_one_answer_in_five_is_called_back(a_ticket: Callable[..., int], at: datetime) -> None:
    ids = [a_ticket(kind=Kind.CONSULT) for _ in range(10)]
    for ticket_id in ids:
        endings.answer(ticket_id, "可在线办理", who("agent"), at=at)
    planned = set(db.session.scalars(select(Callback.ticket_id)))
    assert planned == {ticket_id for ticket_id in ids if ticket_id % 5 == 0}
    assert len(planned) == 2


def test_nobody_without_a_name_is_called_back(app: object, at: datetime) -> None:
    for _ in range(10):
        ticket_id = intake.register(Demand(content="请问几点开门"), CITIZEN, at=at).ticket_id
        endings.answer(ticket_id, "九点", who("agent"), at=at)
    assert db.session.scalar(select(Callback.id)) is None


# --- 并单 ------------------------------------------------------------------------------------


def test_one_matter_one_ticket(a_ticket: Callable[..., int], at: datetime) -> None:
    master, second = to_unit(a_ticket(), at=at), a_ticket()
    joining.merge(second, ticket(master).ticket_no, who("agent"), at=at)
    row = ticket(second)
    assert (row.stage, row.outcome, row.master_id) == (Stage.CLOSED, Outcome.MERGED, master)
    assert entries(second, Event.MERGED)[0].payload["master"] == ticket(master).ticket_no
    assert stage(master) is Stage.DISPATCHED


def test_what_was_merged_into_a_merged_ticket_follows_it(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """Whoever was merged first still ends at the ticket that is worked on."""
    master, second, third = a_ticket(), a_ticket(), a_ticket()
    joining.merge(third, ticket(second).ticket_no, who("agent"), at=at)
    joining.merge(second, ticket(master).ticket_no, who("agent"), at=at)
    for ticket_id in (second, third):
        assert progress.progress(ticket(ticket_id), at=at).work.id == master


def test_a_ticket_is_not_its_own_master(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    with pytest.raises(Invalid, match="不能并入自己"):
        joining.merge(ticket_id, ticket(ticket_id).ticket_no, who("agent"), at=at)


def test_nothing_is_merged_into_what_is_over(a_ticket: Callable[..., int], at: datetime) -> None:
    done, ticket_id = a_ticket(), a_ticket()
    endings.withdraw(done, CITIZEN, at=at)
    with pytest.raises(Invalid, match="主单已办结"):
        joining.merge(ticket_id, ticket(done).ticket_no, who("agent"), at=at)


def test_an_old_page_does_not_merge(a_ticket: Callable[..., int], at: datetime) -> None:
    master, ticket_id = a_ticket(), to_dispatch(a_ticket(), at=at)
    seen = ticket(ticket_id).version
    to_dispatch(ticket_id, at=at, code="0105")
    with pytest.raises(Conflict, match="待派单"):
        joining.merge(ticket_id, ticket(master).ticket_no, who("dispatcher"), at=at, version=seen)


# --- 撤单 and 补充 ----------------------------------------------------------------------------


@pytest.mark.parametrize("walk", [to_dispatch, to_unit, to_handling])
def test_the_citizen_may_withdraw_until_the_answer(
    a_ticket: Callable[..., int], at: datetime, walk: Callable[..., int]
) -> None:
    ticket_id = walk(a_ticket(), at=at)
    endings.withdraw(ticket_id, CITIZEN, reason="已自行解决", at=at)
    assert (stage(ticket_id), running(ticket_id)) == (Stage.CLOSED, [])


def test_after_the_answer_one_rates_instead(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    with pytest.raises(IllegalMove, match="待回访"):
        endings.withdraw(ticket_id, CITIZEN, at=at)


def test_units_do_not_withdraw_for_the_citizen(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    with pytest.raises(NotAllowed):
        endings.withdraw(ticket_id, handler(), at=at)


def test_asked_back_and_supplied(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    endings.ask_info(ticket_id, "请补充具体楼栋", who("agent"), at=at)
    assert stage(ticket_id) is Stage.SUPPLEMENTING
    assert [row.paused_at for row in running(ticket_id)] == [at]
    endings.supplement(ticket_id, "3 栋楼下", CITIZEN, at=at)
    row = ticket(ticket_id)
    assert row.stage is Stage.REGISTERED
    assert row.content.endswith("【补充】3 栋楼下")
    assert entries(ticket_id, Event.SUPPLIED)[0].reason == "3 栋楼下"


def test_a_question_needs_words(a_ticket: Callable[..., int], at: datetime) -> None:
    with pytest.raises(Invalid):
        endings.ask_info(a_ticket(), "", who("agent"), at=at)


def test_while_work_goes_on_a_supplement_is_a_note(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    before = ticket(ticket_id).content
    endings.supplement(ticket_id, "今晚又开工了", CITIZEN, at=at)
    assert (stage(ticket_id), ticket(ticket_id).content) == (Stage.HANDLING, before)
    assert entries(ticket_id, Event.NOTED)[0].reason == "今晚又开工了"


@pytest.mark.parametrize("text", ["", "\x00", "字" * 2001])
def test_a_supplement_has_words_and_an_end(
    a_ticket: Callable[..., int], at: datetime, text: str
) -> None:
    with pytest.raises(Invalid) as refused:
        endings.supplement(a_ticket(), text, CITIZEN, at=at)
    assert set(refused.value.errors) == {"content"}


def test_what_is_over_takes_no_supplement(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    endings.withdraw(ticket_id, CITIZEN, at=at)
    with pytest.raises(Invalid, match="已办结"):
        endings.supplement(ticket_id, "还有一件事", CITIZEN, at=at)


def test_a_reply_by_the_unit_is_not_an_answer_at_the_desk(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    with pytest.raises(IllegalMove):
        endings.answer(ticket_id, "已答复", who("agent"), at=at)
    handling.reply(ticket_id, REPLY, handler(), at=at)
    assert ticket(ticket_id).reply == REPLY
