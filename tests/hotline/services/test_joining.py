"""并单与撤销并单: many reports, one master, one reply; nobody is lost and no time is stolen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Conflict, HotlineError, IllegalMove, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Channel, Clock, Kind, Resolved
from hotline.models import Callback, Deadline, Message, MotionRow, PrintKey, TicketPrint
from hotline.queries import progress
from hotline.services import archive, callbacks, endings, joining, motions, printing, reviewing
from hotline.services.callbacks import Verdict
from hotline.services.motions import Plea
from tests.conftest import local
from tests.hotline.people import (
    clock,
    entries,
    handle_again,
    handler,
    look,
    notices,
    stage,
    ticket,
    to_callback,
    to_dispatch,
    to_handling,
    to_review,
    to_unit,
    together,
    who,
)

if TYPE_CHECKING:
    from flask import Flask

Made = Callable[..., int]
GOOD = Verdict(satisfaction=5, resolved=Resolved.YES)
BAD = Verdict(satisfaction=1, resolved=Resolved.NO, comment="还是没水")


def join(ticket_id: int, master: int, at: datetime, login: str = "dispatcher") -> None:
    joining.merge(ticket_id, ticket(master).ticket_no, who(login), at=at)


def part(ticket_id: int, at: datetime, login: str = "dispatcher") -> None:
    joining.unmerge(ticket_id, who(login), reason="不是同一栋楼", at=at)


def running(ticket_id: int) -> set[Clock]:
    look()
    query = select(Deadline.clock).where(
        Deadline.ticket_id == ticket_id, Deadline.stopped_at.is_(None)
    )
    return set(db.session.scalars(query))


def sent_to(ticket_id: int) -> list[str]:
    look()
    query = select(Message.topic).where(Message.ticket_id == ticket_id).order_by(Message.id)
    return list(db.session.scalars(query))


# --- 并单 ------------------------------------------------------------------------------------


def test_what_a_unit_has_in_hand_is_merged_by_the_desk_only(a_ticket: Made, at: datetime) -> None:
    master, second = to_handling(a_ticket(), at=at), to_handling(a_ticket(), at=at)
    with pytest.raises(NotAllowed):
        join(second, master, at, "agent")
    with pytest.raises(NotAllowed):
        join(second, master, at, "department")
    join(second, master, at, "supervisor")
    assert (stage(second), running(second)) == (Stage.CLOSED, set())


def test_motions_of_a_merged_ticket_are_taken_back(a_ticket: Made, at: datetime) -> None:
    master, second = to_handling(a_ticket(), at=at), to_handling(a_ticket(), at=at)
    plea = Plea(
        kind=Motion.EXTENSION, reason="须开挖", evidence="排期表", reply_text="三日内答复", days=3
    )
    asked = motions.file(second, plea, handler(), at=at)
    join(second, master, at)
    look()
    assert db.session.get_one(MotionRow, asked).state is MotionState.WITHDRAWN


def test_chains_are_flat(a_ticket: Made, at: datetime) -> None:
    """A into B, then B into C: all hang on C, and into what hangs nothing else is hung."""
    a, b, c, d = (a_ticket() for _ in range(4))
    join(a, b, at)
    join(b, c, at)
    join(d, a, at)
    assert [ticket(one).master_id for one in (a, b, d)] == [c, c, c]
    assert entries(a, Event.MERGED)[-1].payload == {"master": ticket(c).ticket_no}


def test_two_masters_become_one(a_ticket: Made, at: datetime) -> None:
    one, other = to_unit(a_ticket(), at=at), to_unit(a_ticket(), at=at)
    behind = [a_ticket() for _ in range(4)]
    for number, member in enumerate(behind):
        join(member, one if number % 2 else other, at)
    join(other, one, at)
    assert {ticket(member).master_id for member in behind} == {one}


def test_a_master_is_not_merged_into_its_own_member(a_ticket: Made, at: datetime) -> None:
    master, member = a_ticket(), a_ticket()
    join(member, master, at)
    with pytest.raises(Invalid, match="不能并入自己"):
        join(master, member, at)


def test_who_comes_after_the_answer_is_not_hung_on_it(a_ticket: Made, at: datetime) -> None:
    master, late = to_callback(a_ticket(), at=at), a_ticket()
    with pytest.raises(Invalid, match="已答复"):
        join(late, master, at)


def test_all_ticked_or_none(a_ticket: Made, at: datetime) -> None:
    master, second, third = (to_dispatch(a_ticket(), at=at) for _ in range(3))
    number, dispatcher = ticket(master).ticket_no, who("dispatcher")
    done = a_ticket()
    endings.withdraw(done, CITIZEN, at=at)
    with pytest.raises(IllegalMove):
        joining.merge_all([second, third, done], number, dispatcher, at=at)
    assert stage(second) is Stage.TO_DISPATCH
    assert joining.merge_all([master, second, third], number, dispatcher, at=at) == 2
    assert [ticket(one).master_id for one in (second, third)] == [master, master]
    with pytest.raises(Invalid, match="请勾选"):
        joining.merge_all([master], number, dispatcher, at=at)
    with pytest.raises(Invalid, match="最多"):
        joining.merge_all(list(range(1, 300)), number, dispatcher, at=at)


def test_two_merge_crosswise_at_once(app: Flask, a_ticket: Made, at: datetime) -> None:
    """One wins, the other is told; nobody waits for ever and nobody is both master and merged."""
    pairs = [(a_ticket(), a_ticket()) for _ in range(4)]
    dispatcher = who("dispatcher")
    for one, other in pairs:
        numbers = {each: ticket(each).ticket_no for each in (one, other)}

        def cross(a: int, b: int, numbers: dict[int, str] = numbers) -> Callable[[], object]:
            return lambda: joining.merge(a, numbers[b], dispatcher, at=at)

        results = together(app, [cross(one, other), cross(other, one)])
        refused = [result for result in results if result is not None]
        assert len(refused) == 1
        assert isinstance(refused[0], Invalid | Conflict)
        assert sorted([ticket(one).master_id is None, ticket(other).master_id is None]) == [
            False,
            True,
        ]


def test_a_merged_ticket_leaves_the_files_and_comes_back(a_ticket: Made, at: datetime) -> None:
    master, second = a_ticket(), a_ticket()
    printing.print_ticket(second)
    join(second, master, at)
    assert db.session.get(TicketPrint, second) is None
    assert db.session.scalar(select(PrintKey.key).where(PrintKey.ticket_id == second)) is None
    part(second, at)
    look()
    assert db.session.get(TicketPrint, second) is not None


# --- 撤销并单 --------------------------------------------------------------------------------


@pytest.mark.parametrize("walk", [None, to_dispatch, to_unit, to_handling])
def test_taken_back_the_ticket_is_where_it_was(
    a_ticket: Made, at: datetime, walk: Callable[..., int] | None
) -> None:
    master, second = a_ticket(), a_ticket()
    if walk is not None:
        walk(second, at=at)
    before, clocks_before = stage(second), running(second)
    join(second, master, at)
    part(second, at + timedelta(hours=1))
    row = ticket(second)
    assert (row.stage, row.outcome, row.master_id, row.closed_at) == (before, None, None, None)
    assert running(second) == clocks_before
    entry = entries(second, Event.UNMERGED)[0]
    assert entry.reason == "不是同一栋楼"
    assert entry.payload["master"] == ticket(master).ticket_no


def test_the_unit_gets_back_the_time_it_could_not_work(a_ticket: Made, at: datetime) -> None:
    """Merged Wednesday 09:30, taken back Thursday 09:30: one working day of seven hours later."""
    master, second = a_ticket(), to_handling(a_ticket(), at=at)
    due = clock(second, Clock.HANDLE).due_at
    join(second, master, at)
    part(second, at + timedelta(days=1))
    row = clock(second, Clock.HANDLE)
    assert (due, row.due_at) == (local("2026-03-18 17:30"), local("2026-03-19 17:30"))
    assert row.next_at is not None
    assert ticket(second).promised_at == row.due_at
    assert "办理期限顺延至 2026-03-19 17:30" in entries(second, Event.UNMERGED)[0].payload["time"]


def test_the_hotline_answers_for_its_own_mistake(a_ticket: Made, at: datetime) -> None:
    """The dispatch clock keeps its due moment: the citizen has waited all the time."""
    master, second = a_ticket(), to_dispatch(a_ticket(), at=at)
    due = clock(second, Clock.DISPATCH).due_at
    join(second, master, at)
    part(second, at + timedelta(days=1))
    row = clock(second, Clock.DISPATCH)
    assert (row.due_at, row.stopped_at) == (due, None)


def test_nothing_is_taken_back_twice_or_after_the_answer(a_ticket: Made, at: datetime) -> None:
    master = to_review(a_ticket(), at=at)
    second, third = a_ticket(), a_ticket()
    join(second, master, at)
    join(third, master, at)
    part(second, at)
    with pytest.raises(IllegalMove):
        part(second, at)
    reviewing.approve(master, who("dispatcher"), at=at)
    with pytest.raises(NotAllowed, match="已答复"):
        part(third, at)


@pytest.mark.parametrize("login", ["agent", "department", "callback"])
def test_not_everybody_takes_back(a_ticket: Made, at: datetime, login: str) -> None:
    master, second = a_ticket(), a_ticket()
    join(second, master, at)
    with pytest.raises(NotAllowed):
        part(second, at, login)


def test_taking_back_needs_words(a_ticket: Made, at: datetime) -> None:
    master, second = a_ticket(), a_ticket()
    join(second, master, at)
    for words in (" ", "字" * 201):
        with pytest.raises(Invalid):
            joining.unmerge(second, who("dispatcher"), reason=words, at=at)


def test_a_ticket_that_was_never_merged_is_not_taken_back(a_ticket: Made, at: datetime) -> None:
    done = a_ticket()
    endings.withdraw(done, CITIZEN, at=at)
    with pytest.raises(NotAllowed, match="没有并入"):
        part(done, at)


# --- 主单先走 --------------------------------------------------------------------------------


def test_the_next_takes_the_place_of_a_master_that_is_withdrawn(
    a_ticket: Made, at: datetime
) -> None:
    master = to_handling(a_ticket(), at=at)
    begun = clock(master, Clock.HANDLE).started_at
    second, third = a_ticket(), a_ticket()
    for member in (second, third):
        join(member, master, at)
    endings.withdraw(master, CITIZEN, at=at + timedelta(hours=2))
    heir = ticket(second)
    assert (heir.stage, heir.master_id) == (Stage.DISPATCHED, None)
    assert heir.lead_department_id == ticket(master).lead_department_id
    assert clock(second, Clock.HANDLE).started_at == begun, "the handle clock never restarted"
    assert ticket(third).master_id == second
    assert "接续办理" in (entries(third, Event.MERGED)[-1].reason or "")


def test_declined_at_the_front_the_others_go_back_to_the_desk(a_ticket: Made, at: datetime) -> None:
    master, second = a_ticket(), to_dispatch(a_ticket(), at=at)
    join(second, master, at)
    endings.decline(master, who("agent"), code="statutory_route", reason="请走诉讼", at=at)
    assert (stage(second), ticket(second).master_id) == (Stage.TO_DISPATCH, None)


def test_what_waits_behind_an_open_master_is_not_archived(a_ticket: Made, at: datetime) -> None:
    """A matter that hangs for months, and its first caller withdraws: the next is still there."""
    master, second = to_handling(a_ticket(), at=at), a_ticket()
    join(second, master, at)
    later = at + timedelta(days=60)
    archive.archive_closed(later)
    assert stage(second) is Stage.CLOSED
    endings.withdraw(master, CITIZEN, at=later)
    assert stage(second) is Stage.DISPATCHED


# --- 一答众知，各自评价 ----------------------------------------------------------------------


def test_one_reply_tells_all_and_each_rates(
    a_ticket: Made, run_jobs: Callable[[], int], at: datetime
) -> None:
    master = to_review(a_ticket(), at=at)
    second, third = (a_ticket(phone=f"1380000000{n}") for n in range(2))
    for member in (second, third):
        join(member, master, at + timedelta(minutes=1))
    run_jobs()
    assert sent_to(second) == ["registered", "merged_citizen"]
    with pytest.raises(NotAllowed, match="还不能评价"):
        callbacks.rate(second, GOOD, CITIZEN, at=at)
    reviewing.approve(master, who("dispatcher"), at=at)
    run_jobs()
    assert sent_to(second)[-1] == sent_to(third)[-1] == "replied_rate"
    look()
    tokens = dict(db.session.execute(select(Callback.ticket_id, Callback.token)).all())
    assert callbacks.ticket_of_link(tokens[second]).id == second
    callbacks.rate(second, GOOD, CITIZEN, at=at)
    assert not progress.progress(ticket(second), at=at).may_rate
    assert progress.progress(ticket(third), at=at).may_rate
    with pytest.raises(Conflict):
        callbacks.rate(second, BAD, CITIZEN, at=at)
    assert stage(master) is Stage.CALLBACK, "the others' word does not close the master"


def test_an_unhappy_member_is_heard_once_a_round(
    a_ticket: Made, run_jobs: Callable[[], int], at: datetime
) -> None:
    master = to_review(a_ticket(), at=at)
    second, third = a_ticket(), a_ticket()
    for member in (second, third):
        join(member, master, at)
    reviewing.approve(master, who("dispatcher"), at=at)
    for member in (second, third):
        callbacks.rate(member, BAD, CITIZEN, at=at)
    run_jobs()
    rung = [line for line in notices(master) if "回访不满意" in line.text]
    assert len(rung) == 1
    assert Clock.VERIFY in running(second), "a bad rating is verified, whoever gave it"
    callbacks.redo(master, who("supervisor"), reason="并入的诉求人不满意", at=at)
    handle_again(master, at=at)
    callbacks.rate(second, GOOD, CITIZEN, at=at)
    assert [row.round for row in entries_of_ratings(second)] == [1, 2]


def entries_of_ratings(ticket_id: int) -> list[object]:
    from hotline.models import Rating

    look()
    query = select(Rating).where(Rating.ticket_id == ticket_id).order_by(Rating.id)
    return list(db.session.scalars(query))


def test_a_direct_answer_to_the_master_is_one_to_all(
    a_ticket: Made, run_jobs: Callable[[], int], at: datetime
) -> None:
    master, second = a_ticket(kind=Kind.CONSULT), a_ticket(channel=Channel.WEB)
    join(second, master, at)
    endings.answer(master, "供水已恢复", who("agent"), at=at)
    run_jobs()
    assert sent_to(second)[-1] == "answered_citizen"
    callbacks.rate(second, GOOD, CITIZEN, at=at)
    assert ticket(second).outcome is Outcome.MERGED


def test_refusals_are_words_for_people(a_ticket: Made, at: datetime) -> None:
    with pytest.raises(HotlineError, match="核对主单编号"):
        joining.merge(a_ticket(), "0", who("dispatcher"), at=at)
