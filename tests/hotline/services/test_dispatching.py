"""派单: by the catalogue where it is sure, by a person otherwise, always with the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Conflict, HotlineError, IllegalMove, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Clock
from hotline.models import Assignment
from hotline.services import dispatching, intake, sorting
from tests.hotline.people import (
    CHENGGUAN,
    NOISE,
    ZHUJIAN,
    clock,
    entries,
    handler,
    stage,
    ticket,
    to_dispatch,
    to_unit,
    together,
    unit,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask


def assignments(ticket_id: int) -> list[Assignment]:
    query = select(Assignment).where(Assignment.ticket_id == ticket_id)
    return list(db.session.scalars(query.order_by(Assignment.id)))


def logged(at: datetime, **changes: object) -> int:
    """A ticket whose category an agent chose while listening."""
    given: dict[str, object] = {
        "content": "湖滨路工地夜里十二点还在施工",
        "area_code": "990101001",
        "category_code": NOISE,
        **changes,
    }
    receipt = intake.register(intake.Demand(**given), who("agent"), at=at)  # type: ignore[arg-type]
    return receipt.ticket_id


def sent_by_catalogue(at: datetime, app: Flask, **changes: object) -> int:
    ticket_id = logged(at, **changes)
    sorting.suggest(ticket_id, app.extensions["hotline"].shelf, at=at)
    assert dispatching.propose(ticket_id, at=at)
    return ticket_id


def unit_of(ticket_id: int) -> str:
    lead = ticket(ticket_id).lead_department
    return lead.short_name if lead else ""


def test_the_catalogue_sends_with_rule_reason_and_law(app: Flask, at: datetime) -> None:
    ticket_id = sent_by_catalogue(at, app)
    row, sent = ticket(ticket_id), assignments(ticket_id)
    lead = sent[0]
    assert (row.stage, row.dispatched_at) == (Stage.DISPATCHED, at)
    assert lead.is_lead
    assert lead.department_id == row.lead_department_id
    assert lead.rule_id
    assert lead.legal_basis
    assert lead.because
    assert lead.dispatched_by == "系统"
    (entry,) = entries(ticket_id, Event.DISPATCHED)
    assert entry.payload["rule"] == lead.rule_id


def test_the_unit_is_the_one_of_the_area(app: Flask, at: datetime) -> None:
    units = {
        ticket(sent_by_catalogue(at, app, area_code=area)).lead_department.area_code  # type: ignore[union-attr]
        for area in ("990101001", "990102001")
    }
    assert units == {"990101", "990102"}


def test_in_summer_the_heating_is_another_units_than_in_winter(app: Flask, at: datetime) -> None:
    heating = {"content": "暖气管道检修，想办理下一季的采暖报停", "category_code": "010208"}
    winter, summer = (
        sent_by_catalogue(at.replace(month=month), app, **heating) for month in (1, 7)
    )
    assert [unit_of(each) for each in (winter, summer)] == ["市热力公司", "东湖区住建局"]
    assert "适用时间 每年 03-16 至 11-14" in assignments(summer)[0].because


def test_helpers_of_the_rule_are_asked_too(app: Flask, at: datetime) -> None:
    ticket_id = sent_by_catalogue(at, app, content="楼道里有很浓的煤气味")
    helpers = [row for row in assignments(ticket_id) if not row.is_lead]
    assert helpers
    assert len(entries(ticket_id, Event.HELPER_ADDED)) == len(helpers)


def test_proposing_twice_dispatches_once(app: Flask, at: datetime) -> None:
    ticket_id = sent_by_catalogue(at, app)
    assert not dispatching.propose(ticket_id, at=at)
    assert len(entries(ticket_id, Event.DISPATCHED)) == 1


def test_two_workers_at_once_dispatch_once(app: Flask, at: datetime) -> None:
    for _ in range(4):
        ticket_id = logged(at)
        sorting.suggest(ticket_id, app.extensions["hotline"].shelf, at=at)
        done = together(app, [lambda t=ticket_id: dispatching.propose(t, at=at)] * 3)
        assert [d for d in done if d is True] == [True], done
        assert len(entries(ticket_id, Event.DISPATCHED)) == 1
        assert len([row for row in assignments(ticket_id) if row.is_lead]) == 1


def test_dispatch_starts_three_clocks_and_stops_its_own(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    running = [clock(ticket_id, kind) for kind in (Clock.SIGN, Clock.CONTACT, Clock.HANDLE)]
    assert all(one.started_at == at and one.stopped_at is None for one in running)
    assert all(one.department_id == unit(CHENGGUAN).id for one in running)
    own = clock(ticket_id, Clock.DISPATCH)
    assert (own.stopped_at, own.next_at) == (at, None)
    assert ticket(ticket_id).promised_at == running[2].due_at


def test_the_dispatcher_names_the_unit(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_dispatch(a_ticket(), at=at)
    dispatching.dispatch(
        *(ticket_id, ZHUJIAN),
        actor=who("dispatcher"),
        at=at,
        helpers=[CHENGGUAN, ZHUJIAN, "NOBODY"],
        reason="工地由住建部门监管",
    )
    lead, helper = assignments(ticket_id)
    assert (lead.department.code, lead.is_lead) == (ZHUJIAN, True)
    assert (helper.department.code, helper.is_lead) == (CHENGGUAN, False)
    assert lead.dispatched_by == who("dispatcher").name


REFUSED = [
    ("no such unit", "D9999", {}, Invalid, "department_code"),
    ("a final word without reason", CHENGGUAN, {"no_return": True}, Invalid, "reason"),
    ("no such category", CHENGGUAN, {"category_code": "999999"}, Invalid, "category_code"),
]


@pytest.mark.parametrize(
    ("code", "more", "error", "field"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_cannot_be_dispatched_changes_nothing(  # noqa: PLR0917 - pytest's own
    a_ticket: Callable[..., int],
    at: datetime,
    code: str,
    more: dict[str, object],
    error: type[HotlineError],
    field: str,
) -> None:
    ticket_id = to_dispatch(a_ticket(), at=at)
    before = ticket(ticket_id).version
    with pytest.raises(error) as refused:
        dispatching.dispatch(ticket_id, code, actor=who("dispatcher"), at=at, **more)  # type: ignore[arg-type]
    assert set(refused.value.errors) == {field}  # type: ignore[attr-defined]
    assert (stage(ticket_id), ticket(ticket_id).version) == (Stage.TO_DISPATCH, before)
    assert assignments(ticket_id) == []


def test_units_do_not_dispatch(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_dispatch(a_ticket(), at=at)
    with pytest.raises(NotAllowed):
        dispatching.dispatch(ticket_id, CHENGGUAN, actor=handler(), at=at)


def test_a_helper_is_asked_once(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    for _ in range(2):
        dispatching.add_helper(ticket_id, ZHUJIAN, who("dispatcher"), at=at)
    dispatching.add_helper(ticket_id, CHENGGUAN, who("dispatcher"), at=at)  # leads already
    assert [row.department.code for row in assignments(ticket_id)] == [CHENGGUAN, ZHUJIAN]


# --- 乐观锁: two people, one ticket ---------------------------------------------------------


def test_an_old_page_is_told_the_stage_and_who_was_faster(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_dispatch(a_ticket(), at=at)
    seen = ticket(ticket_id).version
    first, second = who("dispatcher"), who("dispatcher02")
    dispatching.dispatch(ticket_id, CHENGGUAN, actor=first, at=at, version=seen)
    with pytest.raises(Conflict) as refused:
        dispatching.dispatch(ticket_id, ZHUJIAN, actor=second, at=at, version=seen)
    assert "待签收" in refused.value.message
    assert f"{first.name}刚刚做了“派单”" in refused.value.message


def test_without_a_version_the_law_still_says_no(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    with pytest.raises(IllegalMove) as refused:
        dispatching.dispatch(ticket_id, ZHUJIAN, actor=who("dispatcher02"), at=at)
    assert "待签收" in refused.value.message
    assert who("dispatcher").name in refused.value.message


def test_two_dispatchers_at_the_same_moment(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    """One wins; the other is told where the ticket is now and by whom; nothing is lost."""
    first, second = who("dispatcher"), who("dispatcher02")
    for _ in range(5):
        ticket_id = to_dispatch(a_ticket(), at=at)
        seen = ticket(ticket_id).version

        def send(code: str, actor, ticket_id: int = ticket_id, seen: int = seen) -> None:  # noqa: ANN001 - an Actor
            dispatching.dispatch(ticket_id, code, actor=actor, at=at, version=seen)

        ends = together(app, [lambda: send(CHENGGUAN, first), lambda: send(ZHUJIAN, second)])
        lost = [end for end in ends if end is not None]
        winner, code = (second, ZHUJIAN) if ends[0] else (first, CHENGGUAN)
        assert len(lost) == 1
        assert isinstance(lost[0], Conflict), lost
        assert "待签收" in lost[0].message
        assert winner.name in lost[0].message
        row = ticket(ticket_id)
        assert row.lead_department is not None
        assert row.lead_department.code == code
        assert len(assignments(ticket_id)) == len(entries(ticket_id, Event.DISPATCHED)) == 1


def test_marks_of_many_hands_are_all_kept(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    """Read, change, write by several people at once: no update is lost."""
    from hotline.services import supervision

    ticket_id = to_unit(a_ticket(), at=at)
    boss, agent = who("supervisor"), who("agent")
    calls: list[Callable[[], object]] = [
        lambda: supervision.urge([ticket_id], agent, reason="市民再次来电", at=at),
        lambda: supervision.supervise([ticket_id], boss, reason="多次超期", at=at),
        lambda: dispatching.add_helper(ticket_id, ZHUJIAN, who("dispatcher"), at=at),
    ]
    ends = together(app, calls * 2)
    assert not [end for end in ends if isinstance(end, Exception)], ends
    assert set(ticket(ticket_id).marks) == {"urged", "supervised"}
    assert len(entries(ticket_id, Event.URGED)) == len(entries(ticket_id, Event.SUPERVISED)) == 2
