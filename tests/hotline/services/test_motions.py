"""申请: a return needs a code and a reason; the tug-of-war ends in adjudication (story 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.db import db
from hotline.domain.errors import Conflict, HotlineError, Invalid, NotAllowed, NotFound
from hotline.domain.events import PUBLIC, Event
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Clock, Mark
from hotline.models import MotionRow
from hotline.services import dispatching, handling, motions
from hotline.services.motions import Plea
from tests.hotline.people import (
    CHENGGUAN,
    REPLY,
    ZHUJIAN,
    clock,
    entries,
    events,
    handler,
    stage,
    ticket,
    to_handling,
    to_unit,
    together,
    unit,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

WRONG_DUTY = Plea(
    kind=Motion.RETURN,
    reason="道路照明由区住建局管养",
    reason_code="wrong_duty",
    suggested_code=ZHUJIAN,
)


def motion(motion_id: int) -> MotionRow:
    return db.session.get_one(MotionRow, motion_id, populate_existing=True)


def returned(ticket_id: int, code: str, at: datetime) -> None:
    """The unit asks, the dispatcher agrees."""
    other = ZHUJIAN if code == CHENGGUAN else CHENGGUAN
    motion_id = motions.file(ticket_id, plea(suggested_code=other), handler(code), at=at)
    motions.grant(motion_id, who("dispatcher"), note="同意退单", at=at)


def test_a_return_is_filed_with_code_and_suggestion(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    row = motion(motions.file(ticket_id, WRONG_DUTY, handler(), at=at))
    assert (row.kind, row.state, row.reason_code) == (Motion.RETURN, MotionState.OPEN, "wrong_duty")
    assert row.suggested_department is not None
    assert row.suggested_department.code == ZHUJIAN
    assert stage(ticket_id) is Stage.DISPATCHED  # the ticket stays where it is
    assert entries(ticket_id, Event.MOTION_FILED)[0].payload["code"] == "wrong_duty"


def plea(**changes: object) -> Plea:
    given: dict[str, object] = {
        "kind": Motion.RETURN,
        "reason": "道路照明由区住建局管养",
        "reason_code": "wrong_duty",
        "suggested_code": ZHUJIAN,
    }
    return Plea(**{**given, **changes})  # type: ignore[arg-type]


REFUSED = [
    ("no code", plea(reason_code=None), CHENGGUAN, Invalid),
    ("no reason", plea(reason=" "), CHENGGUAN, Invalid),
    ("unknown code", plea(reason_code="because"), CHENGGUAN, Invalid),
    ("no such unit", plea(suggested_code="D9999"), CHENGGUAN, Invalid),
    ("no unit named", plea(suggested_code=None), CHENGGUAN, Invalid),
    ("to oneself", plea(suggested_code=CHENGGUAN), CHENGGUAN, Invalid),
    ("not the lead", plea(), ZHUJIAN, NotAllowed),
    ("another kind", plea(kind=Motion.APPEAL), CHENGGUAN, NotAllowed),
]


@pytest.mark.parametrize(
    ("asked", "code", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_cannot_be_filed(
    a_ticket: Callable[..., int], at: datetime, asked: Plea, code: str, error: type[HotlineError]
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    with pytest.raises(error):
        motions.file(ticket_id, asked, handler(code), at=at)
    assert Event.MOTION_FILED not in events(ticket_id)


def test_one_open_return_at_a_time(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    motions.file(ticket_id, WRONG_DUTY, handler(), at=at)
    with pytest.raises(Conflict, match="已有一份退单申请"):
        motions.file(ticket_id, WRONG_DUTY, handler(), at=at)


def test_two_clicks_at_once_file_one(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    actor = handler()
    ends = together(app, [lambda: motions.file(ticket_id, WRONG_DUTY, actor, at=at)] * 3)
    assert len([end for end in ends if isinstance(end, int)]) == 1, ends
    assert len([end for end in ends if isinstance(end, Conflict)]) == 2, ends


def test_after_the_reply_it_is_too_late(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    handling.reply(ticket_id, REPLY, handler(), at=at)
    with pytest.raises(NotAllowed, match="办结审核"):
        motions.file(ticket_id, WRONG_DUTY, handler(), at=at)


def test_a_refused_return_leaves_the_work_where_it_was(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    motion_id = motions.file(ticket_id, WRONG_DUTY, handler(), at=at)
    with pytest.raises(Invalid):
        motions.refuse(motion_id, who("dispatcher"), note=" ", at=at)
    motions.refuse(motion_id, who("dispatcher"), note="三定方案写明由城管局负责", at=at)
    row = ticket(ticket_id)
    assert (row.stage, row.returns, row.lead_department_id) == (
        *(Stage.DISPATCHED, 0),
        unit(CHENGGUAN).id,
    )
    assert motion(motion_id).decision == "三定方案写明由城管局负责"
    assert clock(ticket_id, Clock.SIGN).stopped_at is None


def test_a_motion_is_decided_once(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    motion_id = motions.file(ticket_id, WRONG_DUTY, handler(), at=at)
    motions.grant(motion_id, who("dispatcher"), note=None, at=at)
    with pytest.raises(Conflict, match="已同意"):
        motions.refuse(motion_id, who("authority"), note="不同意", at=at)


def test_two_deciders_at_once(app: Flask, a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    motion_id = motions.file(ticket_id, WRONG_DUTY, handler(), at=at)
    first, second = who("dispatcher"), who("authority")
    ends = together(
        app,
        [
            lambda: motions.grant(motion_id, first, note="同意", at=at),
            lambda: motions.refuse(motion_id, second, note="不同意", at=at),
        ],
    )
    assert len([end for end in ends if isinstance(end, Conflict)]) == 1, ends
    granted = motion(motion_id).state is MotionState.GRANTED
    assert (stage(ticket_id) is Stage.TO_DISPATCH) is granted
    assert ticket(ticket_id).returns == int(granted)


@pytest.mark.parametrize("login", ["department", "agent", "supervisor"])
def test_only_the_hotline_decides(a_ticket: Callable[..., int], at: datetime, login: str) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    motion_id = motions.file(ticket_id, WRONG_DUTY, handler(), at=at)
    with pytest.raises(NotAllowed):
        motions.grant(motion_id, who(login), note=None, at=at)


def test_no_such_motion(a_ticket: Callable[..., int], at: datetime) -> None:
    with pytest.raises(NotFound):
        motions.grant(999_999, who("dispatcher"), note=None, at=at)


# --- 退单拉锯 (story 5) ----------------------------------------------------------------------


def test_a_granted_return_goes_back_to_the_desk_and_the_handle_clock_runs(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    due = clock(ticket_id, Clock.HANDLE).due_at
    later = at + timedelta(hours=5)
    returned(ticket_id, CHENGGUAN, later)
    row, handle = ticket(ticket_id), clock(ticket_id, Clock.HANDLE)
    assert (row.stage, row.lead_department_id, row.returns) == (Stage.TO_DISPATCH, None, 1)
    assert (handle.started_at, handle.due_at, handle.stopped_at) == (at, due, None)
    assert clock(ticket_id, Clock.SIGN).stopped_at == later
    assert dispatching.lead_assignment(row) is None


def test_the_sign_clock_starts_anew_for_each_unit(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    second_at, third_at = at + timedelta(days=1), at + timedelta(days=2)
    returned(ticket_id, CHENGGUAN, second_at)
    dispatching.dispatch(ticket_id, ZHUJIAN, actor=who("dispatcher"), at=second_at)
    returned(ticket_id, ZHUJIAN, third_at)
    ruled = {"actor": who("dispatcher"), "reason": "以管养台账为准"}
    dispatching.dispatch(ticket_id, CHENGGUAN, at=third_at, **ruled)
    turns = [clock(ticket_id, Clock.SIGN, turn=turn) for turn in (0, 1, 2)]
    assert [one.started_at for one in turns] == [at, second_at, third_at]
    assert [one.stopped_at is None for one in turns] == [False, False, True]
    handle = clock(ticket_id, Clock.HANDLE)
    assert (handle.started_at, handle.department_id) == (at, unit(CHENGGUAN).id)
    assert ticket(ticket_id).promised_at == handle.due_at == handle.first_due_at


def test_a_returned_ticket_is_not_sent_by_the_machine_again(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    returned(ticket_id, CHENGGUAN, at)
    assert not dispatching.propose(ticket_id, at=at)


def test_the_second_return_goes_to_adjudication(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    returned(ticket_id, CHENGGUAN, at)
    assert Mark.ADJUDICATING not in ticket(ticket_id).marks
    dispatching.dispatch(ticket_id, ZHUJIAN, actor=who("dispatcher"), at=at)
    returned(ticket_id, ZHUJIAN, at)
    assert Mark.ADJUDICATING in ticket(ticket_id).marks
    reasons = [entry.reason for entry in entries(ticket_id, Event.MOTION_FILED)]
    assert len(reasons) == 2  # both sides are in the record


def test_adjudication_fixes_the_lead_for_good(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    for code, other in ((CHENGGUAN, ZHUJIAN), (ZHUJIAN, None)):
        returned(ticket_id, code, at)
        if other:
            dispatching.dispatch(ticket_id, other, actor=who("dispatcher"), at=at)
    dispatching.dispatch(
        *(ticket_id, CHENGGUAN),
        actor=who("authority"),
        at=at,
        reason="城管局负责道路照明，住建局负责新建移交，现状已移交",
        no_return=True,
    )
    row = ticket(ticket_id)
    assert row.no_return
    assert Mark.ADJUDICATING not in row.marks
    with pytest.raises(NotAllowed, match="禁止退回"):
        motions.file(ticket_id, WRONG_DUTY, handler(), at=at)


def test_a_reply_takes_back_the_return_that_was_still_open(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """Who replies has taken the matter on: the motion is withdrawn and cannot be decided."""
    ticket_id = to_handling(a_ticket(), at=at)
    motion_id = motions.file(ticket_id, WRONG_DUTY, handler(), at=at)
    handling.reply(ticket_id, REPLY, handler(), at=at)
    assert motion(motion_id).state is MotionState.WITHDRAWN
    with pytest.raises(Conflict, match="已撤回"):
        motions.grant(motion_id, who("dispatcher"), note=None, at=at)


def test_the_citizen_reads_of_the_return_but_not_of_the_quarrel() -> None:
    assert Event.RETURN_GRANTED in PUBLIC
    assert not {Event.MOTION_FILED, Event.MOTION_REFUSED} & PUBLIC


def test_a_server_clock_set_back_is_said_and_nothing_is_filed(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """NTP: the return seems to come before the dispatch it answers."""
    ticket_id = to_unit(a_ticket(), at=at)
    with pytest.raises(Conflict, match="校准时钟"):
        motions.file(ticket_id, WRONG_DUTY, handler(), at=at - timedelta(minutes=5))
    assert Event.MOTION_FILED not in events(ticket_id)


def test_some_reasons_need_no_unit(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    asked = plea(reason_code="unknown_unit", suggested_code=None)
    assert motion(motions.file(ticket_id, asked, handler(), at=at)).suggested_department is None


def test_what_else_was_asked_goes_with_the_ticket(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """A returned or delegated ticket leaves no motion of the old unit behind."""
    longer = Plea(
        kind=Motion.EXTENSION,
        reason="须检测",
        evidence="排期表",
        reply_text="检测后答复",
        days=2,
    )
    back = to_handling(a_ticket(), at=at)
    asked = motions.file(back, longer, handler(), at=at)
    returned(back, CHENGGUAN, at)
    assert motion(asked).state is MotionState.WITHDRAWN
    down = to_handling(a_ticket(), at=at, code="C05")
    asked = motions.file(down, longer, handler("C05"), at=at)
    handling.delegate(down, "D0108", handler("C05"), reason="请现场处理", at=at)
    assert (motion(asked).state, motion(asked).decision) == (
        *(MotionState.WITHDRAWN, "已下派，申请自动撤回"),
    )
    assert clock(down, Clock.REVIEW_EXTENSION, turn=asked).stopped_at == at


def test_the_unit_below_may_return_within_a_day_of_getting_it(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at, code="C05")
    later = at + timedelta(days=1)
    handling.delegate(ticket_id, "D0108", handler("C05"), reason="请现场处理", at=later)
    evening = later + timedelta(days=1)
    opening = motions.openings(ticket(ticket_id), handler("D0108"), at=evening)[Motion.RETURN]
    assert opening.refusal is None
    assert opening.until is not None
    assert f"{opening.until.astimezone(at.tzinfo):%m-%d %H:%M}" == "03-13 17:30"
