"""规则变动相交: new rules that come across pauses, extensions, answers and corrections."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

import sla
from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.motions import Motion
from hotline.domain.terms import Clock, Mark, Resolved, Urgency
from hotline.domain.timing import RuleSubject
from hotline.models import Deadline
from hotline.queries import office
from hotline.queries import rulebooks as shelf
from hotline.services import (
    callbacks,
    endings,
    handling,
    motions,
    rectifying,
    reviewing,
    rulebooks,
    supervision,
)
from hotline.services.callbacks import Verdict
from hotline.services.motions import Plea, hanging
from hotline.services.timing import sweeping
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
    to_callback,
    to_dispatch,
    to_handling,
    who,
)
from tests.hotline.services.rule_books import calendar, counted, day_off, drafted, in_force

if TYPE_CHECKING:
    from apiflask import APIFlask

Made = Callable[..., int]
LONGER = Plea(
    kind=Motion.EXTENSION,
    reason="须开挖检测",
    evidence="检测单位排期表",
    reply_text="检测完成后三日内答复您",
    days=3,
)

# --- 规则变动 --------------------------------------------------------------------

MADE_UP = {**day_off("2026-03-14", name="补班"), "is_workday": True}


def held_back(ticket_id: int) -> None:
    """Decided on Wednesday the 18th: Saturday the 14th had been worked; 03-17 is over, so kept."""
    run = in_force(RuleSubject.CALENDAR, calendar(MADE_UP), at=local("2026-03-18 09:00"))
    assert run.held
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:30")


def test_an_extension_counts_from_the_due_moment_that_was_kept(
    a_ticket: Made, at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, LONGER, who("lead_chengguan"), at=at)
    held_back(ticket_id)
    motions.grant(asked, who("dispatcher"), note=None, at=local("2026-03-18 09:30"))
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-23 17:30")


def test_a_pause_shifts_the_due_moment_that_was_kept(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    held_back(ticket_id)
    hanging.hang(ticket_id, who("authority"), reason="等待", at=local("2026-03-18 10:00"))
    hanging.resume(ticket_id, who("authority"), reason="已定", at=local("2026-03-19 10:00"))
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-19 17:30")


def test_what_is_late_already_is_not_made_later(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    run = in_force(RuleSubject.CALENDAR, calendar(MADE_UP), at=local("2026-03-19 09:00"))
    assert run.held
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:30")


def policy(days: int) -> dict[str, object]:
    document = shelf.document_of(RuleSubject.POLICY)
    for rule in document["rule"]:
        if rule["id"] == "handle":
            rule["amount"] = days
    return document


def test_a_hung_ticket_takes_the_shorter_limit_if_it_had_time_left_when_it_stopped(
    a_ticket: Made, at: datetime
) -> None:
    """Hung on the first day; on the seventh the promise is cut to three days: two are left."""
    ticket_id = to_handling(a_ticket(), at=at)
    hanging.hang(ticket_id, who("authority"), reason="等待", at=at)
    later = local("2026-03-17 09:30")
    in_force(RuleSubject.POLICY, policy(3), at=later)
    handle = clock(ticket_id, Clock.HANDLE)
    assert (handle.amount, handle.due_at) == (3, local("2026-03-16 17:30"))


def test_a_correction_keeps_to_the_policy_the_ticket_was_moved_to(
    a_ticket: Made, at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    thursday = at + timedelta(days=1)
    in_force(RuleSubject.POLICY, policy(4), at=thursday)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-17 17:30")
    facts = rectifying.Facts(area_code="990102")
    rectifying.rectify(ticket_id, facts, who("dispatcher"), reason="地址有误", at=thursday)
    handle = clock(ticket_id, Clock.HANDLE)
    assert (handle.amount, handle.policy_version) == (4, 1)
    assert handle.due_at == local("2026-03-17 17:30")


@pytest.mark.parametrize("how", ["corrected", "policy"])
def test_the_review_of_a_hung_ticket_stays_within_what_was_granted(
    a_ticket: Made, at: datetime, how: str
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = Plea(kind=Motion.HANGING, reason="等竣工", evidence="函", until_on=date(2026, 3, 20))
    motion_id = motions.file(ticket_id, asked, who("lead_chengguan"), at=at)
    motions.grant(motion_id, who("authority"), note=None, at=at)
    [before] = reviews(ticket_id)
    assert before == local("2026-03-20 17:30")
    if how == "policy":
        in_force(RuleSubject.POLICY, policy(7), at=at + timedelta(hours=1))
    else:
        facts = rectifying.Facts(urgency=Urgency.COMPLEX)
        rectifying.rectify(ticket_id, facts, who("authority"), reason="复杂", at=at)
    assert reviews(ticket_id) == [before]


def reviews(ticket_id: int) -> list[datetime]:
    look()
    query = select(Deadline.due_at).where(
        Deadline.ticket_id == ticket_id, Deadline.clock == Clock.HANG_REVIEW
    )
    return list(db.session.scalars(query))


def test_a_storm_during_the_review_counts_when_the_ticket_is_sent_back(
    a_ticket: Made, at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    handling.reply(ticket_id, REPLY, handler(), at=at)
    thursday = at + timedelta(days=1)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off("2026-03-13")), at=thursday)

    recount_id = rulebooks.publish(book, who("admin"), at=thursday)
    assert recount_id is not None
    counted(recount_id, at=thursday)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:30"), "answered: not open"
    reviewing.send_back(ticket_id, who("dispatcher"), reason="答复不具体", at=thursday)
    handle = clock(ticket_id, Clock.HANDLE)
    assert handle.due_at == local("2026-03-19 17:30")
    assert ticket(ticket_id).promised_at == handle.due_at
    [said] = [entry.payload for entry in entries(ticket_id, Event.RECOUNTED)]
    assert (said["cause"], said["clock"]) == ("calendar", "handle")


def test_between_two_units_the_hours_of_the_last_one_hold(a_ticket: Made, at: datetime) -> None:
    """城管局 17 点下班; the ticket is returned, and a holiday of another district moves nothing."""
    short = {"unit": CHENGGUAN, "windows": [["09:00", "12:00"], ["13:00", "17:00"]]}
    city = {"unit": "", "windows": [["08:30", "12:00"], ["13:30", "17:30"]]}
    in_force(RuleSubject.HOURS, {"hours": [city, short]}, at=at)
    ticket_id = to_handling(a_ticket(), at=at)
    back = Plea(
        kind=Motion.RETURN,
        reason="工地由住建部门监管",
        reason_code="wrong_duty",
        suggested_code=ZHUJIAN,
    )
    asked = motions.file(ticket_id, back, handler(), at=at)
    motions.grant(asked, who("dispatcher"), note="同意", at=at)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:00")
    in_force(RuleSubject.CALENDAR, calendar(day_off("2026-03-13", area="990103")), at=at)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:00")
    assert entries(ticket_id, Event.RECOUNTED) == []


def test_before_the_dispatch_the_promise_follows_the_facts(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_dispatch(a_ticket(), at=at)
    endings.supplement(ticket_id, "现在楼道里有很浓的煤气味", CITIZEN, at=at)
    assert ticket(ticket_id).urgency is Urgency.CRITICAL
    assert ticket(ticket_id).promised_at == at + timedelta(hours=2)
    assert ticket(ticket_id).first_promised_at == local("2026-03-18 17:30")


def test_the_promise_of_a_redo_in_a_year_not_published_is_provisional(
    a_ticket: Made, at: datetime
) -> None:
    """办理两轮跨年：first handled in 2026, done again on the last day of the year."""
    year = sla.LAST_PUBLISHED_YEAR
    ticket_id = to_callback(a_ticket(), at=at)
    assert not ticket(ticket_id).is_provisional
    verdict = Verdict(satisfaction=1, resolved=Resolved.NO)
    callbacks.rate(ticket_id, verdict, CITIZEN, at=local(f"{year}-12-31 10:00"))
    assert clock(ticket_id, Clock.HANDLE, round_no=2).is_provisional
    assert ticket(ticket_id).is_provisional


def test_what_was_released_and_is_overdue_is_supervised_alone(a_ticket: Made, at: datetime) -> None:
    """解除督办后又超期：再列入督办，不再显示“已解除”。"""
    ticket_id = to_handling(a_ticket(), at=at)
    supervision.supervise([ticket_id], who("supervisor"), reason="关注", at=at)
    supervision.release([ticket_id], who("supervisor"), reason="已见效", at=at)
    assert ticket(ticket_id).marks == [Mark.RELEASED]
    while sweeping.sweep(local("2026-03-19 09:00")):
        pass
    marks = ticket(ticket_id).marks
    assert Mark.SUPERVISED in marks
    assert Mark.RELEASED not in marks


def test_rules_read_at_once_are_kept_in_one_piece(
    app: APIFlask, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that still reads the rules of before must not leave them under the stamp of now."""
    has_read, is_published, may_keep = threading.Event(), threading.Event(), threading.Event()
    real = office.read_rules

    def slow(books: object, **how: object) -> object:
        found = real(books, **how)  # type: ignore[arg-type]
        if threading.current_thread() is early:
            has_read.set()
            assert may_keep.wait(10)
        return found

    class Watched(office._Cache):  # noqa: SLF001 - the moment between two halves is in there
        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name == "rules" and is_published.is_set():
                may_keep.set()
                if threading.current_thread() is not early:
                    early.join(10)

    def read() -> None:
        with app.app_context():
            seen.append(office.rules().calendar_book.version)
            db.session.remove()

    seen: list[int] = []
    early = threading.Thread(target=read)
    monkeypatch.setattr(office, "read_rules", slow)
    monkeypatch.setattr(office, "_cache", Watched())
    early.start()
    assert has_read.wait(10)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off("2026-03-13")), at=at)
    db.session.rollback()
    rulebooks.publish(book, who("admin"), at=at)
    is_published.set()
    read()
    read()
    assert sorted(seen) == [0, 1, 1]
