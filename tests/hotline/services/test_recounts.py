"""重算: a changed calendar, policy or ladder moves exactly the open clocks it concerns, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

import sla
from hotline.db import db, transaction
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.terms import Clock, Urgency
from hotline.domain.timing import ChangeKind, RuleSubject, RunState
from hotline.jobs import recount, sweep
from hotline.jobs.calling import drain
from hotline.models import DeadlineChange, Recount, RecountLine, RuleBook
from hotline.queries import rulebooks as shelf
from hotline.services import _move, handling, rulebooks
from hotline.services.timing import clocks, recounting, recounts, sweeping
from tests.conftest import local
from tests.hotline.people import (
    CHENGGUAN,
    REPLY,
    ZHUJIAN,
    clock,
    entries,
    handler,
    look,
    ticket,
    to_handling,
    to_review,
    to_unit,
    together,
    who,
)
from tests.hotline.services.rule_books import (
    REASON,
    calendar,
    counted,
    day_off,
    drafted,
    figures,
    in_force,
    moved,
    postponed,
    published,
    tried,
)

if TYPE_CHECKING:
    from apiflask import APIFlask

Made = Callable[..., int]
EAST, WEST = "990101", "990102"
STORM = "2026-03-13"
"""A Friday on which the offices of a district stay closed."""


def policy(
    change: Callable[[dict[str, object]], None], rule_id: str = "handle"
) -> dict[str, object]:
    """The policy in force with one of its rules changed."""
    document = shelf.document_of(RuleSubject.POLICY)
    for rule in document["rule"]:
        if rule["id"] == rule_id:
            change(rule)
    return document


def many(a_ticket: Made, at: datetime, count: int) -> list[int]:
    """Tickets on which the unit works: signed, the citizen contacted, one clock each."""
    return [in_hand(a_ticket(), at=at + timedelta(minutes=n)) for n in range(count)]


def in_hand(ticket_id: int, *, at: datetime, code: str = CHENGGUAN) -> int:
    to_handling(ticket_id, at=at, code=code)
    handling.contact(ticket_id, "已电话联系", handler(code), at=at)
    return ticket_id


def extended(ticket_id: int, days: int, *, at: datetime) -> None:
    """An extension the authority has granted."""
    with transaction():
        held = _move.ticket_by_id(ticket_id)
        row = clocks.newest(held, Clock.HANDLE)
        assert row is not None
        limit = sla.Limit(days, sla.Unit.WORKING_DAYS)
        said = {"at": at, "actor": who("supervisor"), "reason": "待鉴定结论"}
        clocks.extend(row, held, limit, **said, motion_id=None)  # type: ignore[arg-type]


def test_a_storm_closure_moves_only_what_runs_over_that_day_in_that_district(
    a_ticket: Made, at: datetime
) -> None:
    east = in_hand(a_ticket(), at=at)
    west = to_handling(a_ticket(area_code=f"{WEST}001"), at=at)
    answered = to_review(a_ticket(), at=at)
    urgent = to_handling(a_ticket(content="楼道里有很浓的煤气味"), at=at)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM, area=EAST)), at=at)

    trial = tried(book, at=at)
    assert clock(east, Clock.HANDLE).due_at == local("2026-03-18 17:30"), "a dry run moves nothing"
    done = published(book, at=at)

    assert figures(trial) == figures(done)
    assert moved(trial) == moved(done)
    assert postponed(done) == {clock(east, Clock.HANDLE).id}
    assert clock(east, Clock.HANDLE).due_at == local("2026-03-19 17:30")
    assert clock(west, Clock.HANDLE).due_at == local("2026-03-18 17:30")
    assert clock(answered, Clock.HANDLE).due_at == local("2026-03-18 17:30"), "already answered"
    assert clock(urgent, Clock.HANDLE).due_at == at + timedelta(hours=2), "runs day and night"
    assert shelf.match(trial.id, done.id).is_exact


def test_the_timeline_keeps_old_value_author_and_reason(a_ticket: Made, at: datetime) -> None:
    east = in_hand(a_ticket(), at=at)
    in_force(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=at + timedelta(hours=1))
    [entry] = entries(east, Event.RECOUNTED)
    assert entry.actor_name == "郑海涛"
    assert entry.payload["reason"] == REASON
    assert datetime.fromisoformat(entry.payload["before"]) == local("2026-03-18 17:30")
    assert datetime.fromisoformat(entry.payload["after"]) == local("2026-03-19 17:30")
    row = clock(east, Clock.HANDLE)
    assert row.first_due_at == local("2026-03-18 17:30"), "the first promise stays visible"
    assert row.calendar_version == 1
    [change] = clocks.changes_of(row)
    assert (change.kind, change.by, change.due_after) == (ChangeKind.RECOUNT, "郑海涛", row.due_at)
    assert ticket(east).promised_at == row.due_at
    assert ticket(east).first_promised_at == local("2026-03-18 17:30")


def test_a_make_up_day_never_makes_anybody_late_in_hindsight(a_ticket: Made, at: datetime) -> None:
    """On Wednesday the 18th it is decided that Saturday the 14th had been worked."""
    east = in_hand(a_ticket(), at=at)
    later = local("2026-03-18 09:00")
    worked = {**day_off("2026-03-14", name="补班"), "is_workday": True}
    done = in_force(RuleSubject.CALENDAR, calendar(worked), at=later)
    assert figures(done) == {"examined": 1, "changed": 0, "held": 1, "failed": 0}
    row = clock(east, Clock.HANDLE)
    assert row.due_at == local("2026-03-18 17:30")
    [entry] = entries(east, Event.RECOUNTED)
    assert entry.payload["is_held"] is True, "kept, and the timeline says so"
    [change] = clocks.changes_of(row)
    assert change.is_held
    assert change.due_before == change.due_after


def test_rules_that_say_the_same_move_nothing(a_ticket: Made, at: datetime) -> None:
    """Also when warnings have fired: what has fired is no difference."""
    east = in_hand(a_ticket(), at=at)
    while sweeping.sweep(local("2026-03-16 18:00")):
        pass
    fired = len(clocks.fired(clock(east, Clock.HANDLE)))
    assert fired
    done = in_force(RuleSubject.CALENDAR, calendar(confirmed=(2026,)), at=local("2026-03-16 18:00"))
    assert figures(done) == {"examined": 1, "changed": 0, "held": 0, "failed": 0}
    assert not entries(east, Event.RECOUNTED)


def test_a_shorter_promise_holds_for_open_tickets_when_asked(a_ticket: Made, at: datetime) -> None:
    east = in_hand(a_ticket(), at=at)
    three = policy(lambda rule: rule.update(amount=3, source=REASON))
    later = at + timedelta(hours=1)
    book = drafted(RuleSubject.POLICY, three, at=later, applies_to_open=False)
    assert shelf.run_of(book, is_dry=True) is None, "nothing open is touched, nothing is tried"
    assert rulebooks.publish(book, who("admin"), at=later) is None
    assert clock(east, Clock.HANDLE).due_at == local("2026-03-18 17:30")
    fresh = in_hand(a_ticket(), at=later)
    assert clock(fresh, Clock.HANDLE).due_at == local("2026-03-16 17:30")

    done = in_force(RuleSubject.POLICY, three, at=later)
    assert figures(done)["changed"] == 1, "the new ticket has it already"
    row = clock(east, Clock.HANDLE)
    assert (row.due_at, row.amount, row.policy_version) == (local("2026-03-16 17:30"), 3, 2)


def test_a_policy_of_a_later_day_is_counted_when_the_day_has_come(
    a_ticket: Made, at: datetime
) -> None:
    east = in_hand(a_ticket(), at=at)
    begins = (at + timedelta(days=2)).date()
    three = policy(lambda rule: rule.update(amount=7))
    book = drafted(RuleSubject.POLICY, three, at=at, effective_from=begins)
    trial = tried(book, at=at)
    assert figures(trial)["changed"] == 1, "tried as of the day it takes effect"
    assert rulebooks.publish(book, who("admin"), at=at) is None
    assert rulebooks.begin(at) == []
    assert clock(east, Clock.HANDLE).due_at == local("2026-03-18 17:30")
    friday = at + timedelta(days=2)
    [recount_id] = rulebooks.begin(friday)
    assert rulebooks.begin(friday) == [], "asked once"
    counted(recount_id, at=friday)
    assert clock(east, Clock.HANDLE).due_at == local("2026-03-20 17:30")


def test_a_new_step_of_the_ladder_comes_to_open_tickets_and_no_due_moment_moves(
    a_ticket: Made, at: datetime
) -> None:
    east = in_hand(a_ticket(), at=at)
    document = shelf.document_of(RuleSubject.LADDER)
    step = {**document["step"][0], "id": "urge-30", "label": "早催", "at": "30%"}
    done = in_force(RuleSubject.LADDER, {**document, "step": [step, *document["step"]]}, at=at)
    assert figures(done)["changed"] == 1
    row = clock(east, Clock.HANDLE)
    assert row.plan[0][0] == "urge-30"
    assert row.due_at == local("2026-03-18 17:30")
    assert not entries(east, Event.RECOUNTED), "nothing to tell of an unmoved deadline"
    [line] = shelf.lines(done.id).rows
    assert (line.due_before, line.due_after) == (row.due_at, row.due_at)


def test_summer_hours_of_one_unit_move_its_own_clocks_only(a_ticket: Made, at: datetime) -> None:
    mine = in_hand(a_ticket(), at=at)
    other = in_hand(a_ticket(), at=at, code=ZHUJIAN)
    hours = {"unit": "D0101", "windows": [["09:00", "12:00"], ["14:30", "18:00"]], "seasons": []}
    done = in_force(RuleSubject.HOURS, {"hours": [hours]}, at=at)
    assert figures(done)["changed"] == 1
    assert clock(mine, Clock.HANDLE).due_at == local("2026-03-18 18:00")
    assert clock(other, Clock.HANDLE).due_at == local("2026-03-18 17:30")


def test_an_extension_stays_and_its_warnings_too(a_ticket: Made, at: datetime) -> None:
    east = in_hand(a_ticket(), at=at)
    while sweeping.sweep(local("2026-03-17 17:45")):
        pass
    extended(east, 5, at=local("2026-03-18 09:00"))
    warned_again = {name for name, _ in clock(east, Clock.HANDLE).plan}
    assert "yellow+1" in warned_again
    later = local("2026-03-18 10:00")
    in_force(RuleSubject.CALENDAR, calendar(day_off("2026-03-19")), at=later)
    row = clock(east, Clock.HANDLE)
    assert row.due_at == local("2026-03-26 17:30")
    assert "yellow+1" in {name for name, _ in row.plan}


def test_killed_between_and_within_batches_it_comes_out_the_same(
    a_ticket: Made, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker dies in its second batch, after some clocks of it were written."""
    later = at + timedelta(hours=2)
    ids = many(a_ticket, at, 7)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=later)
    trial = tried(book, at=later)
    recount_id = rulebooks.publish(book, who("admin"), at=later)
    assert recount_id is not None
    assert not recounts.go_on(recount_id, at=later, limit=3)
    writes, write = [0], recounting.write

    def dying(*args: object, **named: object) -> None:
        write(*args, **named)  # type: ignore[arg-type]
        writes[0] += 1
        if writes[0] == 2:
            raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(recounting, "write", dying)
        with pytest.raises(SystemExit):
            recounts.go_on(recount_id, at=later, limit=3)
    look()
    run = shelf.run(recount_id)
    assert (run.state, run.examined, run.changed) == (RunState.RUNNING, 3, 3)
    assert recounts.unfinished(later) == [], "perhaps its worker still lives"
    assert recounts.unfinished(later + timedelta(minutes=1)) == [recount_id]

    done = counted(recount_id, at=later + timedelta(minutes=1), limit=3)
    assert figures(done) == figures(trial)
    assert moved(done) == moved(trial)
    for ticket_id in ids:
        assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-19 17:30")
        assert len(entries(ticket_id, Event.RECOUNTED)) == 1


def test_two_workers_at_once_count_each_clock_once(
    app: APIFlask, a_ticket: Made, at: datetime
) -> None:
    later = at + timedelta(hours=2)
    ids = many(a_ticket, at, 8)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=later)
    recount_id = rulebooks.publish(book, who("admin"), at=later)
    assert recount_id is not None

    def work() -> None:
        while not recounts.go_on(recount_id, at=later, limit=2):
            pass

    assert together(app, [work, work, work]) == [None, None, None]
    look()
    run = shelf.run(recount_id)
    assert (run.state, run.total, run.changed) == (RunState.DONE, 8, 8)
    assert db.session.scalar(select(func.count(RecountLine.id))) == 8
    assert db.session.scalar(select(func.count(DeadlineChange.id))) == 8
    assert all(len(entries(ticket_id, Event.RECOUNTED)) == 1 for ticket_id in ids)


def test_what_comes_in_before_the_first_batch_is_counted_too(a_ticket: Made, at: datetime) -> None:
    many(a_ticket, at, 2)
    later = at + timedelta(hours=2)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=later)
    recount_id = rulebooks.publish(book, who("admin"), at=later)
    assert recount_id is not None
    to_unit(a_ticket(), at=later)
    assert figures(counted(recount_id, at=later))["examined"] == 5, "three of the new one"


def test_what_the_days_between_changed_is_told(a_ticket: Made, at: datetime) -> None:
    ended, moving, _same = many(a_ticket, at, 3)
    later = at + timedelta(hours=2)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=later)
    trial = tried(book, at=later)
    handling.reply(ended, REPLY, handler(), at=later)
    extended(moving, 5, at=later)
    in_hand(a_ticket(), at=later)
    done = published(book, at=later)
    found = shelf.match(trial.id, done.id)
    assert (found.same, found.stopped, found.begun, found.moved) == (1, 1, 1, 1)
    assert not found.is_exact


def test_a_clock_beyond_the_calendar_is_listed_with_its_reason(
    a_ticket: Made, at: datetime
) -> None:
    many(a_ticket, at, 1)
    endless = policy(lambda rule: rule.update(amount=1000))
    begins = (at + timedelta(days=700)).date()
    trial = tried(drafted(RuleSubject.POLICY, endless, at=at, effective_from=begins), at=at)
    assert figures(trial)["failed"] == 0
    row = clock(many(a_ticket, local("2034-06-01 09:00"), 1)[0], Clock.HANDLE)
    at = local("2034-06-01 10:00")
    trial = tried(drafted(RuleSubject.POLICY, endless, at=at), at=at)
    assert figures(trial)["failed"] == 1
    lines = {line.problem for line in shelf.lines(trial.id).rows if line.problem}
    assert "请先补充以后年份的日历" in next(iter(lines))
    assert row.due_at == clock(row.ticket_id, Clock.HANDLE).due_at


def test_an_ordered_recount_mends_what_differs_from_the_rules(a_ticket: Made, at: datetime) -> None:
    [east] = many(a_ticket, at, 1)
    row = clock(east, Clock.HANDLE)
    row.due_at += timedelta(days=1)  # as a restored backup might have it
    db.session.commit()
    order = {"reason": "恢复备份后核对期限", "at": at}
    trial = counted(recounts.order(who("admin"), is_dry=True, **order), at=at)  # type: ignore[arg-type]
    assert figures(trial)["changed"] == 1
    assert clock(east, Clock.HANDLE).due_at != local("2026-03-18 17:30")
    counted(recounts.order(who("admin"), is_dry=False, **order), at=at)  # type: ignore[arg-type]
    assert clock(east, Clock.HANDLE).due_at == local("2026-03-18 17:30")
    [entry] = entries(east, Event.RECOUNTED)
    assert entry.payload["cause"] == "ordered"
    with pytest.raises(NotAllowed):
        recounts.order(who("supervisor"), is_dry=False, **order)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        recounts.order(who("admin"), reason=" ", is_dry=False, at=at)


def test_a_draft_is_thrown_away_with_its_dry_run(a_ticket: Made, at: datetime) -> None:
    many(a_ticket, at, 2)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=at)
    tried(book, at=at)
    rulebooks.discard(book, who("admin"))
    for table in (RuleBook, Recount, RecountLine):
        assert db.session.scalar(select(func.count(table.id))) == 0
    assert Urgency.NORMAL  # nothing else is touched


def test_the_hourly_job_counts_what_takes_effect_today(a_ticket: Made, at: datetime) -> None:
    east = in_hand(a_ticket(), at=at)
    seven = policy(lambda rule: rule.update(amount=7))
    friday = at + timedelta(days=2)
    book = drafted(RuleSubject.POLICY, seven, at=at, effective_from=friday.date())
    rulebooks.publish(book, who("admin"), at=at)
    with time_machine.travel(at + timedelta(hours=3), tick=False):
        sweep.keep_house()
    assert shelf.run_of(book, is_dry=False) is None
    with time_machine.travel(friday, tick=False):
        sweep.keep_house()
        sweep.keep_house()
        recount.sweep_recounts()
        drain()
    look()
    run = shelf.run_of(book, is_dry=False)
    assert run is not None
    assert (run.state, run.changed) == (RunState.DONE, 1)
    assert clock(east, Clock.HANDLE).due_at == local("2026-03-20 17:30")
