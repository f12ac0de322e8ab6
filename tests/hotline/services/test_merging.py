"""A unit is merged into another (承办单位撤并): rules, tickets, people, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.identity import Actor
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion
from hotline.domain.terms import Clock, Resolved, Role
from hotline.domain.timing import RunState
from hotline.models import Assignment, CatalogueRule, Department, MotionRow, Staff
from hotline.queries import editions
from hotline.services import (
    catalogue_publishing,
    cataloguing,
    dispatching,
    handling,
    merging,
    motions,
    routing_trials,
)
from hotline.services.callbacks import Verdict
from hotline.services.motions import Plea
from hotline.web.tickets.trail import trail_of
from tests.hotline.people import (
    NOISE,
    REPLY,
    clock,
    entries,
    handler,
    look,
    rate,
    ticket,
    to_callback,
    to_dispatch,
    to_handling,
    to_unit,
    unit,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

    Made = Callable[..., int]

pytestmark = pytest.mark.usefixtures("restored")
REASON = "市编委〔2026〕12号：城管局并入住建局"
OLD, NEW = "D0101", "D0102"


@pytest.fixture
def admin(app: Flask) -> Actor:
    return who("admin")


def merged(admin: Actor, at: datetime, old: str = OLD, new: str = NEW) -> int:
    number = merging.draft(old, new, admin, reason=REASON, at=at)
    trial = editions.trial(number)
    assert trial is not None
    while not routing_trials.go_on(trial.id, at=at):
        pass
    catalogue_publishing.publish(number, admin, at=at)
    look()
    merger = editions.merger(number)
    assert merger is not None
    return merger.id


def test_open_tickets_move_in_batches_each_with_a_trace(
    a_ticket: Made, admin: Actor, at: datetime
) -> None:
    moving = [to_unit(a_ticket(), at=at) for _ in range(3)]
    signed = to_handling(a_ticket(), at=at)
    helping = to_unit(a_ticket(), at=at, code="D0103")
    dispatching.add_helper(helping, OLD, who("dispatcher"), at=at)
    closed = to_callback(a_ticket(), at=at)
    rate(closed, Verdict(satisfaction=5, resolved=Resolved.YES), at=at)
    merger_id = merged(admin, at)
    assert not merging.go_on(merger_id, at=at, limit=2)
    assert merging.unfinished(at) == []
    assert not merging.go_on(merger_id, at=at, limit=2)
    assert merging.go_on(merger_id, at=at, limit=2)
    assert merging.go_on(merger_id, at=at, limit=2), "once more does no harm"
    for ticket_id in (*moving, signed):
        lead = ticket(ticket_id).lead_department
        assert lead is not None
        assert lead.code == NEW
        (trace,) = entries(ticket_id, Event.UNIT_MERGED)
        assert (trace.actor_name, trace.reason) == (admin.name, REASON)
        (line,) = trail_of([trace])
        assert line.detail == f"东湖区城市管理局并入{lead.name}\n{REASON}"
    assert entries(helping, Event.UNIT_MERGED)[0].payload["is_lead"] is False
    helpers = db.session.scalars(
        select(Assignment.department_id).where(
            Assignment.ticket_id == helping,
            Assignment.is_lead.is_(False),
            Assignment.ended_at.is_(None),
        )
    ).all()
    assert list(helpers) == [unit(NEW).id]
    assert ticket(closed).lead_department_id == unit(OLD).id, "what is closed stays where it was"
    look()
    row = db.session.get_one(merging.UnitMerger, merger_id)
    assert (row.state, row.moved, row.total) == (RunState.DONE, 5, 5)


def test_the_successor_goes_on_where_the_unit_stood(
    a_ticket: Made, admin: Actor, at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    due = clock(ticket_id, Clock.HANDLE).due_at
    assert merging.go_on(merged(admin, at), at=at)
    current, former = db.session.scalars(
        select(Assignment).where(Assignment.ticket_id == ticket_id).order_by(Assignment.id.desc())
    ).all()
    assert (former.ended_at, former.end_reason) == (at, "单位撤并")
    assert (current.signed_at, current.ended_at) == (former.signed_at, None)
    assert current.rule_id == former.rule_id
    assert clock(ticket_id, Clock.HANDLE).department_id == unit(NEW).id
    assert clock(ticket_id, Clock.HANDLE).due_at == due, "a merger is no new limit"
    handling.contact(ticket_id, "已电话联系", handler(NEW), at=at)
    handling.reply(ticket_id, REPLY, handler(NEW), at=at)
    assert ticket(ticket_id).stage is Stage.REVIEWING


def test_its_duty_its_people_and_the_units_below_go_with_it(
    a_ticket: Made, admin: Actor, at: datetime
) -> None:
    below = unit("C03").id
    children = set(db.session.scalars(select(Department.id).where(Department.parent_id == below)))
    people = set(db.session.scalars(select(Staff.id).where(Staff.department_id == unit(OLD).id)))
    assert children
    assert people
    merged(admin, at, "C03", "C02")
    assert {db.session.get_one(Department, one).parent_id for one in children} == {unit("C02").id}
    merged(admin, at)
    look()
    assert {db.session.get_one(Staff, one).department_id for one in people} == {unit(NEW).id}
    ticket_id = to_dispatch(a_ticket(), at=at)
    offer = dispatching.routes_for(ticket(ticket_id), [NOISE], at)[0]
    assert offer["code"] == NEW
    assert "承接撤并单位的职责" in offer["reason"]


def test_rules_that_name_the_unit_are_changed_in_the_same_draft(admin: Actor, at: datetime) -> None:
    number = merging.draft("C22", "C23", admin, reason=REASON, at=at)
    rows = editions.edition(number).rows
    assert rows["R0001-2"]["lead"] == "C23"
    assert all("C22" not in (row["lead"], *row["helpers"]) for row in new_ones(rows))
    held = db.session.get_one(CatalogueRule, "R0001")
    assert (held.lead, held.effective_to) == ("C22", None), "nothing happens before it holds"
    assert unit("C22").is_active
    cataloguing.discard(number, admin, at=at)


def new_ones(rows: dict[str, dict[str, object]]) -> list[dict[str, object]]:
    return [row for row in rows.values() if "replaces" in row]


def test_open_applications_go_to_the_successor(a_ticket: Made, admin: Actor, at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    asked = Plea(
        kind=Motion.EXTENSION,
        reason="须开挖检测",
        reason_code="complex_matter",
        evidence="检测单位排期表",
        reply_text="检测完成后三日内答复您",
        days=5,
    )
    motions.file(ticket_id, asked, handler(), at=at)
    assert merging.go_on(merged(admin, at), at=at)
    look()
    query = select(MotionRow.department_id).where(MotionRow.ticket_id == ticket_id)
    assert db.session.scalars(query).one() == unit(NEW).id


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("D0101", "D0101", "successor", "不能并入本单位"),
        ("C03", "D0101", "successor", "下级"),
        ("X99", "D0101", "code", "没有这个承办单位"),
        ("D0101", "", "successor", "没有这个承办单位"),
    ],
)
def test_what_cannot_be_merged(  # noqa: PLR0917 - two units, and what is said of which
    old: str, new: str, field: str, words: str, admin: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        merging.draft(old, new, admin, reason=REASON, at=at)
    assert field in caught.value.errors
    assert not editions.drafts()


def test_no_circle_of_mergers(admin: Actor, at: datetime) -> None:
    merged(admin, at)
    with pytest.raises(Invalid, match="已停用"):
        merging.draft(NEW, OLD, admin, reason=REASON, at=at)
    with pytest.raises(Invalid, match="已停用"):
        merging.draft(OLD, "D0103", admin, reason=REASON, at=at)


def test_two_mergers_that_cross_do_not_both_hold(admin: Actor, at: datetime) -> None:
    one = merging.draft(OLD, NEW, admin, reason=REASON, at=at)
    other = merging.draft(NEW, OLD, admin, reason=REASON, at=at)
    with pytest.raises(Invalid, match="另一份草稿"):
        merging.draft(OLD, "D0103", admin, reason=REASON, at=at)
    for number in (one, other):
        trial = editions.trial(number)
        assert trial is not None
        assert routing_trials.go_on(trial.id, at=at)
    catalogue_publishing.publish(one, admin, at=at)
    with pytest.raises(Conflict, match="已有人发布"):
        catalogue_publishing.publish(other, admin, at=at)


def test_a_merger_is_not_taken_back_whole(admin: Actor, at: datetime) -> None:
    merged(admin, at)
    (version,) = editions.history()
    with pytest.raises(Invalid, match="不能整版撤回"):
        cataloguing.take_back(version.id, admin, reason="撤回", at=at)
    with pytest.raises(NotAllowed):
        merging.draft("D0103", NEW, Actor(Role.AUTHORITY, "刘处"), reason=REASON, at=at)
