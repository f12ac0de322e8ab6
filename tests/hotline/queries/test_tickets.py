"""工单详情 and 办理进度: who may see what of a ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.domain.errors import NotFound
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN, Actor
from hotline.domain.motions import Motion
from hotline.domain.terms import Resolved, Role
from hotline.queries import knowledge, progress, similar, tickets
from hotline.queries.similar import Said
from hotline.services import (
    callbacks,
    dispatching,
    endings,
    joining,
    motions,
    printing,
    supervision,
)
from hotline.services.callbacks import Verdict
from hotline.services.motions import Plea
from tests.hotline.people import (
    REPLY,
    ZHUJIAN,
    handle_again,
    handler,
    ticket,
    to_callback,
    to_handling,
    to_review,
    to_unit,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def seen_by(actor: Actor, ticket_id: int) -> bool:
    try:
        return tickets.ticket_for(actor, ticket_no=ticket(ticket_id).ticket_no).id == ticket_id
    except NotFound:
        return False


def test_desks_see_all_units_their_own_administrators_none(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    seers = ("agent", "dispatcher", "callback", "supervisor", "authority", "auditor")
    assert all(seen_by(who(login), ticket_id) for login in seers)
    assert not any(seen_by(who(login), ticket_id) for login in ("knowledge", "admin", "security"))
    assert seen_by(handler(), ticket_id)
    assert not seen_by(handler(ZHUJIAN), ticket_id)
    assert not seen_by(CITIZEN, ticket_id)


def test_helpers_and_former_leads_still_see_it(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    dispatching.add_helper(ticket_id, ZHUJIAN, who("dispatcher"), at=at)
    assert seen_by(handler(ZHUJIAN), ticket_id)


def test_nothing_and_not_yours_are_the_same_answer(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    said = set()
    for asked in ({"ticket_id": ticket_id}, {"ticket_id": 999_999}, {"ticket_no": "123"}):
        with pytest.raises(NotFound) as refused:
            tickets.ticket_for(handler(ZHUJIAN), **asked)  # type: ignore[arg-type]
        said.add(refused.value.message)
    assert len(said) == 1


def test_a_unit_number_is_not_a_password(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()  # no lead yet
    assert not seen_by(Actor(Role.DEPARTMENT, "某人"), ticket_id)


def test_the_whole_ticket_in_one_view(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    view = tickets.view(ticket(ticket_id), at=at)
    assert view.area == "东湖区 明月街道"
    assert view.category_path.endswith("噪音污染")
    assert {clock.label for clock in view.clocks} == {"派单", "签收", "先行联系", "办理", "回访"}
    assert [clock.is_stopped for clock in view.clocks if clock.label == "办理"] == [True]
    assert len(view.assignments) == 1


# --- 市民 ------------------------------------------------------------------------------------


def test_number_and_code_together_open_it(a_ticket: Callable[..., int]) -> None:
    row = ticket(a_ticket())
    assert progress.by_code(row.ticket_no, row.query_code).id == row.id


def test_every_wrong_guess_gets_the_same_answer(a_ticket: Callable[..., int]) -> None:
    row = ticket(a_ticket())
    wrong = f"{(int(row.query_code) + 1) % 1_000_000:06d}"
    said = set()
    for number, code in (
        (row.ticket_no, wrong),
        (row.ticket_no, ""),
        ("0" * 22, row.query_code),
        ("", ""),
        ("\x00", "令牌"),
    ):
        with pytest.raises(NotFound) as refused:
            progress.by_code(number, code)
        said.add(refused.value.message)
    assert len(said) == 1


def test_the_citizen_reads_of_the_work_not_of_the_house(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    supervision.urge([ticket_id], who("supervisor"), reason="内部意见", at=at)
    plea = Plea(kind=Motion.RETURN, reason="不归我们管", reason_code="unknown_unit")
    motions.file(ticket_id, plea, handler(), at=at)
    seen = progress.progress(ticket(ticket_id), at=at)
    assert [entry.event for entry in reversed(seen.entries)] == [
        *(Event.REGISTERED, Event.DISPATCHED, Event.SIGNED)
    ]
    assert seen.unit == "东湖区城市管理局"
    said = str(seen.entries)
    assert "内部意见" not in said
    assert "不归我们管" not in said
    assert who("dispatcher").name not in said


def test_a_reply_is_shown_after_its_approval(a_ticket: Callable[..., int], at: datetime) -> None:
    waiting = progress.progress(ticket(to_review(a_ticket(), at=at)), at=at)
    assert (waiting.replies, waiting.may_rate) == ([], False)
    approved = progress.progress(ticket(to_callback(a_ticket(), at=at)), at=at)
    assert [reply.text for reply in approved.replies] == [REPLY]
    assert approved.may_rate
    assert not approved.may_withdraw


def test_each_round_keeps_its_reply(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_callback(a_ticket(), at=at)
    callbacks.rate(ticket_id, Verdict(satisfaction=1, resolved=Resolved.NO), CITIZEN, at=at)
    between = progress.progress(ticket(ticket_id), at=at)
    assert [reply.round for reply in between.replies] == [1]
    assert not between.may_rate
    handle_again(ticket_id, at=at)
    assert [r.round for r in progress.progress(ticket(ticket_id), at=at).replies] == [2, 1]


def test_late_is_said_honestly(a_ticket: Callable[..., int], at: datetime) -> None:
    row = ticket(to_handling(a_ticket(), at=at))
    assert not progress.progress(row, at=at).is_late
    assert progress.progress(row, at=at + timedelta(days=30)).is_late


def test_people_behind_a_merged_ticket_follow_the_work(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    master = a_ticket()
    mine = a_ticket(name="李先生", phone="13700000000")
    joining.merge(mine, ticket(master).ticket_no, who("agent"), at=at)
    to_handling(master, at=at)
    seen = progress.progress(ticket(mine), at=at)
    assert (seen.ticket.id, seen.work.id) == (mine, master)
    assert Event.SIGNED in [entry.event for entry in seen.entries]


# --- 相似工单 and 知识 ------------------------------------------------------------------------


def test_the_callers_own_open_ticket_comes_first(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    mine = a_ticket(content="路灯坏了三天没人修", title="路灯不亮")
    a_ticket(phone="13700000000")
    row = ticket(mine)
    found = similar.find(Said(content="小区停水", citizen_id=row.citizen_id), at=at)
    assert [(hit.ticket_no, hit.is_same_caller) for hit in found] == [(row.ticket_no, True)]


def test_the_same_words_are_found_and_strangers_are_not(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    there = a_ticket(title="小区停水", content="明月小区从早上起全部停水，没有通知")
    a_ticket(title="路灯不亮", content="湖滨路的路灯坏了三天没人修")
    printing.fill()
    (hit,) = similar.find(Said(content="明月小区早上开始停水了，也没有通知"), at=at)
    assert hit.ticket_no == ticket(there).ticket_no
    assert similar.find(Said(content="表扬公交司机拾金不昧"), at=at) == []
    assert similar.find(Said(content=""), at=at) == []


def test_what_is_over_is_no_match(a_ticket: Callable[..., int], at: datetime) -> None:
    there = a_ticket(title="小区停水", content="明月小区从早上起全部停水，没有通知")
    printing.fill()
    said = Said(content="明月小区早上开始停水了，也没有通知")
    assert similar.find(said, at=at)
    endings.withdraw(there, CITIZEN, at=at)
    assert similar.find(said, at=at) == []


def test_knowledge_is_found_by_its_words(app: object, at: datetime) -> None:
    (best, *_) = knowledge.search("身份证快到期了，怎么换领？", on=at.date())
    assert "身份证" in best.title
    assert best.answer
    assert knowledge.search("今天天气真好", on=at.date()) == []
    assert knowledge.entry("nobody") is None
    assert knowledge.browse("身份证")
    assert knowledge.browse("%") == []
