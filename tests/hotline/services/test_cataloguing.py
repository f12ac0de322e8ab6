"""The dispatch catalogue is drafted, tried on tickets, published, taken back; nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.identity import Actor
from hotline.domain.terms import Role
from hotline.models import Assignment, CatalogueRule
from hotline.queries import editions, office
from hotline.services import catalogue_publishing, cataloguing, dispatching, routing_trials
from hotline.services._catalogue_checks import RuleForm
from tests.hotline.people import NOISE, look, ticket, to_unit, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

    Made = Callable[..., int]

pytestmark = pytest.mark.usefixtures("restored")
REASON = "市政府办〔2026〕31号"
TODAY = date(2026, 3, 11)
EAST_HUANBAO = "D0103"
NOISE_BY_DAY = RuleForm(
    category=NOISE,
    area="990101",
    kind="complaint",
    lead="duty:huanbao@district",
    legal_basis="《中华人民共和国噪声污染防治法》",
)


@pytest.fixture
def admin(app: Flask) -> Actor:
    return who("admin")


def tried(edition_id: int, at: datetime) -> Any:
    found = editions.trial(edition_id)
    assert found is not None
    while not routing_trials.go_on(found.id, at=at):
        pass
    look()
    return editions.trial(edition_id)


def published(edition_id: int, admin: Actor, at: datetime) -> int:
    tried(edition_id, at)
    return catalogue_publishing.publish(edition_id, admin, at=at)


def rule(rule_id: str) -> CatalogueRule:
    look()
    return db.session.get_one(CatalogueRule, rule_id)


def decided(a_ticket: Made, at: datetime) -> int:
    """A noise complaint in the eastern district that the dispatcher sent."""
    return to_unit(a_ticket(), at=at)


def test_a_new_rule_holds_when_it_is_published_and_not_before(
    a_ticket: Made, admin: Actor, at: datetime
) -> None:
    ids = [decided(a_ticket, at) for _ in range(3)]
    draft = cataloguing.put_rule(NOISE_BY_DAY, admin, reason=REASON, at=at)
    (new_id,) = editions.edition(draft).rows
    assert db.session.get(CatalogueRule, new_id) is None
    found = tried(draft, at)
    lines, more = editions.moved(found.id)
    assert (found.examined, len(lines), more) == (3, 3, None)
    assert {line.ticket_no for line in lines} == {ticket(number).ticket_no for number in ids}
    assert {(line.unit_before, line.unit_after) for line in lines} == {("D0101", EAST_HUANBAO)}
    assert all(line.rule_after == new_id and new_id in line.reason for line in lines)
    assert editions.moves(found.id)[0][2] == 3
    assert catalogue_publishing.publish(draft, admin, at=at) == 1
    kept = rule(new_id)
    assert (kept.effective_from, kept.lead) == (TODAY, "duty:huanbao@district")
    again = decided(a_ticket, at)
    offered = dispatching.routes_for(ticket(again), [NOISE], at)
    assert offered[0]["rule"] == new_id
    version = editions.edition(draft)
    assert (version.published_by, version.reason) == (admin.name, REASON)
    assert version.rows_before == {new_id: None}


def test_an_old_decision_keeps_the_rule_it_was_judged_by(
    a_ticket: Made, admin: Actor, at: datetime
) -> None:
    before = dispatching.routes_for(ticket(a_ticket()), [NOISE], at)[0]
    ticket_id = to_unit(a_ticket(), at=at, code=before["code"])
    old_id = judged_by(ticket_id)
    assert old_id == before["rule"]
    old = rule(old_id)
    lead = old.lead
    form = RuleForm(
        category=old.category,
        area=old.area,
        kind=old.kind or "",
        urgency=old.urgency or "",
        words=old.words,
        lead="C04",
        helpers=[],
        legal_basis=old.legal_basis,
    )
    draft = cataloguing.put_rule(form, admin, reason=REASON, at=at, was=old_id)
    published(draft, admin, at)
    ended, new = rule(old_id), rule(f"{old_id}-2")
    assert (ended.effective_to, ended.lead) == (TODAY - timedelta(days=1), lead)
    assert (new.effective_from, new.effective_to, new.lead) == (TODAY, None, "C04")
    assert judged_by(ticket_id) == old_id
    assert dispatching.routes_for(ticket(ticket_id), [NOISE], at)[0]["rule"] == f"{old_id}-2"


def judged_by(ticket_id: int) -> str:
    """The rule a ticket was sent by."""
    look()
    query = select(Assignment.rule_id).where(Assignment.ticket_id == ticket_id)
    return db.session.scalars(query).one() or ""


def test_a_version_is_taken_back_and_the_old_rule_holds_again(admin: Actor, at: datetime) -> None:
    count = db.session.scalar(select(func.count()).select_from(CatalogueRule)) or 0
    first = cataloguing.put_rule(NOISE_BY_DAY, admin, reason=REASON, at=at)
    second = cataloguing.end_rule("R0020", TODAY, admin, reason=REASON, at=at, draft_id=first)
    assert second == first
    published(first, admin, at)
    (new_id,) = set(editions.edition(first).rows) - {"R0020"}
    assert rule("R0020").effective_to == TODAY
    later = at + timedelta(days=10)
    undo = cataloguing.take_back(first, admin, reason="误改，撤回", at=later)
    published(undo, admin, later)
    assert rule(new_id).effective_to == later.date() - timedelta(days=1)
    assert rule("R0020").effective_to == TODAY, "the days between stay as they were"
    again = rule("R0020-2")
    assert (again.effective_from, again.effective_to) == (later.date(), None)
    assert again.words == rule("R0020").words
    look()
    after = db.session.scalar(select(func.count()).select_from(CatalogueRule))
    assert after == count + 2, "nothing is ever deleted"
    assert [row.version for row in editions.history()] == [2, 1]
    assert [row.version for row in editions.history(new_id)] == [2, 1]


def test_a_change_taken_back_the_same_day_leaves_the_rule_as_it_was(
    admin: Actor, at: datetime
) -> None:
    was = rule("R0020").effective_to
    draft = cataloguing.end_rule("R0020", TODAY - timedelta(days=1), admin, reason=REASON, at=at)
    published(draft, admin, at)
    undo = cataloguing.take_back(draft, admin, reason="撤回", at=at)
    published(undo, admin, at)
    assert rule("R0020").effective_to == was


def test_a_tie_refuses_publication_and_names_both_rules(admin: Actor, at: datetime) -> None:
    draft = cataloguing.put_rule(NOISE_BY_DAY, admin, reason=REASON, at=at)
    cataloguing.put_rule(NOISE_BY_DAY, admin, reason=REASON, at=at, draft_id=draft)
    tried(draft, at)
    (found,) = editions.findings_under(editions.edition(draft), TODAY).refusing
    assert found.kind == "tie"
    assert set(found.rules) == set(editions.edition(draft).rows)
    with pytest.raises(Conflict, match="同等具体"):
        catalogue_publishing.publish(draft, admin, at=at)
    cataloguing.drop_change(draft, found.rules[1], admin, at=at)
    assert published(draft, admin, at) == 1


def test_a_street_leads_only_by_its_own_duty_list(admin: Actor, at: datetime) -> None:
    form = RuleForm(category=NOISE, lead="duty:jiedao@street", kind="consult", legal_basis="街道")
    draft = cataloguing.put_rule(form, admin, reason=REASON, at=at)
    tried(draft, at)
    with pytest.raises(Conflict, match="街道履职事项清单"):
        catalogue_publishing.publish(draft, admin, at=at)
    cataloguing.put_duty(
        NOISE,
        basis="街道履行职责事项清单第12项",
        is_active=True,
        actor=admin,
        reason=REASON,
        at=at,
        draft_id=draft,
    )
    published(draft, admin, at)
    assert NOISE in editions.street_duties()
    undo = cataloguing.take_back(draft, admin, reason="撤回", at=at)
    published(undo, admin, at)
    assert NOISE not in editions.street_duties()


def test_two_drafts_from_one_version_only_the_first_holds(admin: Actor, at: datetime) -> None:
    one = cataloguing.put_rule(NOISE_BY_DAY, admin, reason=REASON, at=at)
    other = cataloguing.end_rule("R0020", TODAY, admin, reason=REASON, at=at)
    published(one, admin, at)
    tried(other, at)
    with pytest.raises(Conflict, match="已有人发布"):
        catalogue_publishing.publish(other, admin, at=at)
    cataloguing.discard(other, admin, at=at)
    with pytest.raises(NotFound):
        editions.edition(other)


def test_an_untried_draft_is_not_published(admin: Actor, at: datetime) -> None:
    draft = cataloguing.put_rule(NOISE_BY_DAY, admin, reason=REASON, at=at)
    with pytest.raises(Conflict, match="试算还没有完成"):
        catalogue_publishing.publish(draft, admin, at=at)


def test_a_draft_that_lay_for_days_begins_on_the_day_it_is_published(
    admin: Actor, at: datetime
) -> None:
    draft = cataloguing.put_rule(NOISE_BY_DAY, admin, reason=REASON, at=at)
    later = at + timedelta(days=5)
    published(draft, admin, later)
    (new_id,) = editions.edition(draft).rows
    assert rule(new_id).effective_from == later.date()


def test_a_rule_of_a_later_day_is_tried_as_of_that_day(
    a_ticket: Made, admin: Actor, at: datetime
) -> None:
    decided(a_ticket, at)
    form = RuleForm(**{**fields(NOISE_BY_DAY), "effective_from": date(2026, 5, 1)})
    draft = cataloguing.put_rule(form, admin, reason=REASON, at=at)
    found = tried(draft, at)
    assert (found.on, len(editions.moved(found.id)[0])) == (date(2026, 5, 1), 1)
    published(draft, admin, at)
    look()
    rules, _ = office.catalogue()
    (new_id,) = editions.edition(draft).rows
    assert any(one.id == new_id for one in rules.rules)
    assert dispatching.routes_for(ticket(decided(a_ticket, at)), [NOISE], at)[0]["rule"] != new_id


def fields(form: RuleForm) -> dict[str, Any]:
    return {name: getattr(form, name) for name in form.__slots__}


def test_every_wrong_field_is_named_at_once(admin: Actor, at: datetime) -> None:
    form = RuleForm(
        category="999999",
        area="110000",
        kind="poem",
        urgency="later",
        words=["词" * 21],
        lead="X99",
        helpers=["duty:moon@city"],
        legal_basis=" ",
        effective_to=date(2020, 1, 1),
        note="长" * 301,
    )
    with pytest.raises(Invalid) as caught:
        cataloguing.put_rule(form, admin, reason=REASON, at=at)
    expected = "category area kind urgency words lead helpers legal_basis effective_to note"
    assert set(caught.value.errors) == set(expected.split())
    assert not editions.drafts(), "nothing half written"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "长" * 501}, "reason"),
        (
            {"form": RuleForm(**{**fields(NOISE_BY_DAY), "effective_from": date(2026, 3, 10)})},
            "effective_from",
        ),
        ({"form": RuleForm(**{**fields(NOISE_BY_DAY), "helpers": [NOISE_BY_DAY.lead]})}, "helpers"),
        (
            {"form": RuleForm(**{**fields(NOISE_BY_DAY), "words": [f"词{n}" for n in range(31)]})},
            "words",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    changes: dict[str, Any], field: str, admin: Actor, at: datetime
) -> None:
    given = {"form": NOISE_BY_DAY, "reason": REASON, **changes}
    with pytest.raises(Invalid) as caught:
        cataloguing.put_rule(given["form"], admin, reason=given["reason"], at=at)
    assert field in caught.value.errors


def test_only_the_administrator_changes_the_catalogue(at: datetime) -> None:
    nobody = Actor(Role.DISPATCHER, "王分派")
    with pytest.raises(NotAllowed):
        cataloguing.put_rule(NOISE_BY_DAY, nobody, reason=REASON, at=at)
    with pytest.raises(NotAllowed):
        routing_trials.order(1, 10, nobody, at=at)


def test_an_ended_rule_is_not_changed_nor_one_that_the_draft_replaced(
    admin: Actor, at: datetime
) -> None:
    draft = cataloguing.put_rule(
        RuleForm(**{**fields(NOISE_BY_DAY), "category": "01", "words": ["广场舞"]}),
        admin,
        reason=REASON,
        at=at,
        was="R0020",
    )
    with pytest.raises(Invalid, match="R0020-2"):
        cataloguing.end_rule("R0020", TODAY, admin, reason=REASON, at=at, draft_id=draft)
    cataloguing.drop_change(draft, "R0020-2", admin, at=at)
    assert editions.edition(draft).rows == {}
    with pytest.raises(Conflict, match="没有任何修改"):
        catalogue_publishing.publish(draft, admin, at=at)
    cataloguing.discard(draft, admin, at=at)
    ended = cataloguing.end_rule("R0020", TODAY, admin, reason=REASON, at=at)
    published(ended, admin, at)
    later = at + timedelta(days=2)
    with pytest.raises(Invalid, match="已于 2026-03-11 失效"):
        cataloguing.put_rule(NOISE_BY_DAY, admin, reason=REASON, at=later, was="R0020")


def test_the_trial_takes_as_many_tickets_as_wanted(
    a_ticket: Made, admin: Actor, at: datetime
) -> None:
    for _ in range(5):
        decided(a_ticket, at)
    draft = cataloguing.put_rule(NOISE_BY_DAY, admin, reason=REASON, at=at)
    trial_id = routing_trials.order(draft, 3, admin, at=at)
    assert not routing_trials.go_on(trial_id, at=at, limit=2)
    assert routing_trials.go_on(trial_id, at=at, limit=2)
    look()
    found = editions.trial(draft)
    assert found is not None
    assert (found.examined, found.total, len(editions.moved(trial_id)[0])) == (3, 3, 3)
    for wrong in (0, 5001):
        with pytest.raises(Invalid, match="5000"):
            routing_trials.order(draft, wrong, admin, at=at)
    assert routing_trials.unfinished(at) == []
