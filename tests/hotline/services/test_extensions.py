"""延期: in time, within the sums, first the unit's leader; nothing half written (domain.md 8.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import sla
from hotline.db import db
from hotline.domain.errors import Conflict, HotlineError, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.motions import Motion, MotionState, MotionStep
from hotline.domain.terms import Clock, Mark
from hotline.models import MotionRow
from hotline.queries import office
from hotline.services import endings, handling, motions
from hotline.services.motions import Plea, hanging
from hotline.services.timing import sweeping
from tests.hotline.people import (
    CHENGGUAN,
    REPLY,
    ZHUJIAN,
    clock,
    events,
    handler,
    ticket,
    to_handling,
    together,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

ASKED = Plea(
    kind=Motion.EXTENSION,
    reason="须开挖检测",
    reason_code="complex_matter",
    evidence="检测单位排期表",
    reply_text="检测完成后三日内答复您",
    days=5,
)


def motion(motion_id: int) -> MotionRow:
    return db.session.get_one(MotionRow, motion_id, populate_existing=True)


def extended(ticket_id: int, days: int, at: datetime) -> int:
    """Asked by the leader, granted by the authority."""
    asked = motions.file(ticket_id, replace(ASKED, days=days), who("lead_chengguan"), at=at)
    motions.grant(asked, who("authority"), note="同意", at=at)
    return asked


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("no days", {"days": None}, "days"),
    ("zero days", {"days": 0}, "days"),
    ("minus one", {"days": -1}, "days"),
    ("half a day", {"days": 1.5}, "days"),
    ("truth is no number", {"days": True}, "days"),
    ("six at first", {"days": 6}, "days"),
    ("a million", {"days": 999_999}, "days"),
    ("more than a column holds", {"days": 10**30}, "days"),
    ("no reason", {"reason": " "}, "reason"),
    ("no evidence", {"evidence": "\n"}, "evidence"),
    ("no words for the citizen", {"reply_text": ""}, "reply_text"),
    ("too many words for an SMS", {"reply_text": "长" * 101}, "reply_text"),
    ("too long evidence", {"evidence": "长" * 2001}, "evidence"),
    ("unknown code", {"reason_code": "because"}, "reason_code"),
]


@pytest.mark.parametrize(
    ("changes", "field"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_refused_names_its_field_and_writes_nothing(
    a_ticket: Callable[..., int], at: datetime, changes: dict[str, object], field: str
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    with pytest.raises(Invalid) as refused:
        motions.file(ticket_id, replace(ASKED, **changes), handler(), at=at)  # type: ignore[arg-type]
    assert set(refused.value.errors) == {field}
    assert Event.MOTION_FILED not in events(ticket_id)


def test_exactly_at_the_deadline_is_still_in_time(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    due = clock(ticket_id, Clock.HANDLE).due_at
    with pytest.raises(Invalid, match="已于 2026-03-18 17:30 届满"):
        motions.file(ticket_id, ASKED, handler(), at=due + timedelta(microseconds=1))
    motions.file(ticket_id, ASKED, handler(), at=due)


def test_asked_in_time_and_decided_late_it_counts_from_the_old_deadline(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """Wednesday 03-18 17:30 + 5 working days, though decided on Friday; the red card comes off."""
    ticket_id = to_handling(a_ticket(), at=at)
    due = clock(ticket_id, Clock.HANDLE).due_at
    asked = motions.file(ticket_id, ASKED, who("lead_chengguan"), at=due)
    later = due + timedelta(days=2)
    while sweeping.sweep(later):
        pass
    assert Mark.RED in ticket(ticket_id).marks
    motions.grant(asked, who("dispatcher"), note=None, at=later)
    handle = clock(ticket_id, Clock.HANDLE)
    assert f"{handle.due_at.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}" == "2026-03-25 17:30"
    assert Mark.RED not in ticket(ticket_id).marks


def test_one_open_at_a_time(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    motions.file(ticket_id, ASKED, handler(), at=at)
    with pytest.raises(Conflict, match="已有一份延期申请"):
        motions.file(ticket_id, ASKED, handler(), at=at)


def test_a_refused_one_does_not_count_as_the_first(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, ASKED, who("lead_chengguan"), at=at)
    motions.refuse(asked, who("dispatcher"), note="可在期限内办结", at=at)
    again = motions.file(ticket_id, ASKED, who("lead_chengguan"), at=at)
    assert (motion(again).ordinal, motion(again).step) == (1, MotionStep.HOTLINE)


def test_a_redo_has_extensions_of_its_own(a_ticket: Callable[..., int], at: datetime) -> None:
    from hotline.domain.terms import Resolved
    from hotline.services import reviewing
    from hotline.services.callbacks import Verdict
    from tests.hotline.people import rate

    ticket_id = to_handling(a_ticket(), at=at)
    extended(ticket_id, 5, at)
    handling.reply(ticket_id, REPLY, handler(), at=at)
    reviewing.approve(ticket_id, who("dispatcher"), at=at)
    rate(ticket_id, Verdict(satisfaction=1, resolved=Resolved.NO), at=at)
    handling.sign(ticket_id, handler(), at=at)
    opening = motions.openings(ticket(ticket_id), handler(), at=at)[Motion.EXTENSION]
    assert (opening.most, opening.ordinal, opening.refusal) == (5, 1, None)


def test_notice_beforehand_where_a_city_wants_it(
    a_ticket: Callable[..., int], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """提前 1 个工作日: until the evening of the working day before."""
    ticket_id = to_handling(a_ticket(), at=at)
    real = office.profile(at)
    terms = replace(real.extension, ask_before=sla.Limit(1, sla.Unit.WORKING_DAYS))
    monkeypatch.setattr(office, "profile", lambda _at: replace(real, extension=terms))
    due = clock(ticket_id, Clock.HANDLE).due_at
    with pytest.raises(Invalid, match="最晚须在 2026-03-17 17:30 前提出"):
        motions.file(ticket_id, ASKED, handler(), at=due - timedelta(hours=23))
    motions.file(ticket_id, ASKED, handler(), at=due - timedelta(days=1))


@pytest.mark.parametrize("pauses", [False, True])
def test_review_stops_the_clocks_only_where_the_policy_says_so(
    a_ticket: Callable[..., int], at: datetime, monkeypatch: pytest.MonkeyPatch, *, pauses: bool
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    if pauses:
        real = office.profile(at)
        mild = replace(real, pauses=real.pauses | {"extension_review"})
        monkeypatch.setattr(office, "profile", lambda _at: mild)
    asked = motions.file(ticket_id, ASKED, who("lead_chengguan"), at=at)
    assert (clock(ticket_id, Clock.HANDLE).paused_at == at) is pauses
    assert clock(ticket_id, Clock.REVIEW_EXTENSION, turn=asked).paused_at is None
    later = at + timedelta(hours=2)  # 11:30, within the morning
    motions.refuse(asked, who("dispatcher"), note="可在期限内办结", at=later)
    handle = clock(ticket_id, Clock.HANDLE)
    assert handle.paused_at is None
    moved = "2026-03-19 10:30" if pauses else "2026-03-18 17:30"
    assert f"{handle.due_at.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}" == moved
    assert ticket(ticket_id).promised_at == handle.due_at


def test_no_extension_where_no_clock_runs(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=at)
    with pytest.raises(NotAllowed, match="挂账"):
        motions.file(ticket_id, ASKED, handler(), at=at)


def test_the_review_clock_runs_from_filing_to_the_answer(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, ASKED, handler(), at=at)
    review = clock(ticket_id, Clock.REVIEW_EXTENSION, turn=asked)
    assert f"{review.due_at.astimezone(sla.LOCAL):%H:%M}" == "15:30"  # four working hours
    motions.grant(asked, who("lead_chengguan"), note=None, at=at)
    assert clock(ticket_id, Clock.REVIEW_EXTENSION, turn=asked).stopped_at is None
    motions.withdraw(asked, handler(), at=at)
    assert clock(ticket_id, Clock.REVIEW_EXTENSION, turn=asked).stopped_at == at
    assert motion(asked).state is MotionState.WITHDRAWN


WRONG = [
    ("another unit", lambda: handler(ZHUJIAN)),
    ("an agent", lambda: who("agent")),
    ("a dispatcher", lambda: who("dispatcher")),
]


@pytest.mark.parametrize("actor", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
def test_only_the_own_unit_asks_and_withdraws(
    a_ticket: Callable[..., int], at: datetime, actor: Callable[[], object]
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    with pytest.raises(NotAllowed):
        motions.file(ticket_id, ASKED, actor(), at=at)  # type: ignore[arg-type]
    asked = motions.file(ticket_id, ASKED, handler(CHENGGUAN), at=at)
    with pytest.raises(NotAllowed):
        motions.withdraw(asked, actor(), at=at)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        motions.grant(asked, actor(), note=None, at=at)  # type: ignore[arg-type]


def test_a_second_decision_names_who_was_faster(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, ASKED, handler(), at=at)
    motions.grant(asked, who("lead_chengguan"), note=None, at=at)
    with pytest.raises(Conflict, match="高建军"):
        motions.grant(asked, who("lead_chengguan"), note=None, at=at)
    motions.grant(asked, who("dispatcher"), note=None, at=at)
    with pytest.raises(Conflict, match="李建国，2026-03-11 09:30"):
        motions.refuse(asked, who("authority"), note="不同意", at=at)


def test_two_deciders_at_once_extend_once(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, ASKED, who("lead_chengguan"), at=at)
    first, second = who("dispatcher"), who("authority")
    ends = together(
        app, [lambda by=by: motions.grant(asked, by, note="同意", at=at) for by in (first, second)]
    )
    assert sum(isinstance(end, Conflict) for end in ends) == 1, ends
    due_at = clock(ticket_id, Clock.HANDLE).due_at.astimezone(sla.LOCAL)
    assert f"{due_at:%Y-%m-%d}" == "2026-03-25"
    assert events(ticket_id).count(Event.EXTENSION_GRANTED) == 1


def test_granting_what_the_citizen_took_back_is_a_conflict(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    from hotline.domain.identity import CITIZEN

    ticket_id = to_handling(a_ticket(), at=at)
    asked = motions.file(ticket_id, ASKED, who("lead_chengguan"), at=at)
    endings.withdraw(ticket_id, CITIZEN, at=at)
    with pytest.raises(HotlineError, match="已撤回"):
        motions.grant(asked, who("dispatcher"), note=None, at=at)
