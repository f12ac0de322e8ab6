"""历史承办: learned units stand beside the catalogue with their share, and never overrule it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import classifier
import routing
from classifier import LearnedUnit
from hotline.db import db, transaction
from hotline.domain.lifecycle import Stage
from hotline.models import CatalogueRule
from hotline.services import advising, casework, dispatching, learning, precedents, sorting
from tests.hotline.people import CHENGGUAN, NOISE, ZHUJIAN, stage, ticket, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask

    from hotline.services.shelf import Shelf

AREA = "990101001"


@pytest.fixture
def no_rules(app: APIFlask, at: datetime) -> Iterator[None]:
    """The catalogue says nothing about the environment, nor about everything."""
    with transaction() as session:
        ended = {}
        for rule in session.query(CatalogueRule):
            if rule.category[:2] in ("", "02") and rule.urgency is None:
                ended[rule.id] = rule.effective_to
                rule.effective_to, rule.changed_at = at.date().replace(year=2001), at
    yield
    db.session.rollback()
    with transaction() as session:
        for rule_id, until in ended.items():
            session.get_one(CatalogueRule, rule_id).effective_to = until


def units(*pairs: tuple[str, float]) -> tuple[LearnedUnit, ...]:
    return tuple(LearnedUnit(*pair) for pair in pairs)


def test_names_and_codes_are_matched_and_unknown_ones_passed_over(app: APIFlask) -> None:
    from hotline.queries import office

    _, directory = office.catalogue()
    name = unit(CHENGGUAN).name
    learned = units(("火星局", 0.4), (name, 0.3), (ZHUJIAN, 0.15), (CHENGGUAN, 0.1), ("别的", 0.05))
    assert precedents.shares(learned, directory) == {CHENGGUAN: 0.4, ZHUJIAN: 0.15}


def test_a_merged_unit_counts_for_its_heir() -> None:
    def one(code: str, successor: str | None = None) -> routing.Unit:
        return routing.Unit(code, f"{code}局", code, routing.Level.CITY, "99", successor=successor)

    directory = routing.Directory([one("A")], {"99": "市"}, [one("B", "A"), one("C")])
    assert directory.named("B局") == directory.named("B") == directory.unit("A")
    assert directory.named("C局") is directory.named("没有") is None
    assert precedents.shares(units(("A局", 0.2), ("B局", 0.3)), directory) == {"A": 0.5}


def test_a_clear_rule_stands_first_and_history_behind_it(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    row = ticket(a_ticket(area_code=AREA))
    alone = dispatching.routes_for(row, [NOISE], at)
    both = dispatching.routes_for(row, [NOISE], at, units((ZHUJIAN, 0.8), ("火星局", 0.2)))
    assert both[: len(alone)] == alone
    (learned,) = both[len(alone) :]
    assert (learned["code"], learned["rule"], learned["share"]) == (ZHUJIAN, "", 0.8)
    assert learned["category"] == ""
    assert "按历史工单：此类诉求 80% 由该单位承办" in learned["reason"]


def test_where_both_agree_the_share_is_written_beside_the_rule(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    row = ticket(a_ticket(area_code=AREA))
    lead = dispatching.routes_for(row, [NOISE], at)[0]["code"]
    (route,) = dispatching.routes_for(row, [NOISE], at, units((lead, 0.9)))
    assert route["rule"]
    assert (route["code"], route["share"]) == (lead, 0.9)


def test_without_a_rule_history_is_offered_but_sends_nothing(
    a_ticket: Callable[..., int], at: datetime, no_rules: None
) -> None:
    ticket_id = a_ticket(area_code=AREA)
    row = ticket(ticket_id)
    assert dispatching.routes_for(row, ["0202"], at) == []
    (route,) = dispatching.routes_for(row, ["0202"], at, units((ZHUJIAN, 0.63)))
    assert (route["code"], route["category"]) == (ZHUJIAN, "0202")
    assert route["reason"].startswith("派单目录没有确定单位；按历史工单：此类诉求 63%")


def test_units_the_catalogue_finds_equal_say_so() -> None:
    route = {"code": "A", "name": "A局", "rule": "r", "reason": "", "category": "02"}
    city = [routing.Unit(code, f"{code}局", "环保", routing.Level.CITY, "99") for code in "AB"]
    directory = routing.Directory(city, {"99": "市"})
    shares = {"B": 0.5}
    more = precedents.combined([route], shares, directory, first="02", equals={"B"})
    assert more[1]["reason"].startswith("派单目录中与首选单位同等适用；按历史工单")


def test_equal_candidates_are_marked_by_the_router(at: datetime) -> None:
    city = [routing.Unit(code, f"{code}局", code, routing.Level.CITY, "990000") for code in "ABC"]
    directory = routing.Directory(city, {"990000": "市"})
    rules = [
        routing.Rule(id="1", lead="A", category="02"),
        routing.Rule(id="2", lead="B", category="02"),
        routing.Rule(id="3", lead="C"),
    ]
    facts = routing.Facts("02", "990000", "complaint", "normal", "", at)
    found = routing.route(facts, rules, directory)
    assert found.lead == "A"
    assert [(c.unit_code, c.is_equal) for c in found.alternatives] == [("B", True), ("C", False)]


@pytest.fixture
def taught(app: APIFlask, model: str, at: datetime) -> Iterator[Shelf]:
    """A model that has learned who handled two matters is active."""
    import shutil

    rows = [r for r in classifier.starter_corpus() if r.label in ("0202", "0402")]
    names = {"0202": unit(ZHUJIAN).name, "0402": "早已不在的局"}
    trained = classifier.train(
        [(r.title, r.text) for r in rows],
        [r.label for r in rows],
        departments=[names[r.label] for r in rows],
        author="测试员",
        at=at,
    )
    shelf: Shelf = app.extensions["hotline"].shelf
    trained.save(shelf.folder / trained.id)
    learning.register_model(trained.classifier, at=at)
    learning.activate(trained.id, at=at)
    yield shelf
    shutil.rmtree(shelf.folder / trained.id)


def test_the_look_keeps_what_history_said_and_the_desk_shows_it(
    a_ticket: Callable[..., int], taught: Shelf, at: datetime
) -> None:
    words = "小区楼下建筑工地夜间施工噪音扰民，半夜两点还在打桩"
    ticket_id = a_ticket(title="夜间施工噪音", content=words, area_code=AREA)
    sorting.suggest(ticket_id, taught, at=at)
    look = sorting.newest_suggestion(ticket_id)
    assert look is not None
    learned = [route for route in look.routes if "share" in route]
    assert [route["code"] for route in learned] == [ZHUJIAN]
    assert look.routes[0]["rule"]
    assert look.routes[0]["code"] != ZHUJIAN
    choices = casework.choices_for(ticket(ticket_id), look, [], path="", at=at)
    (last,) = [choice for choice in choices if choice.by == precedents.SPEAKER]
    assert choices[0] is not last
    assert (last.offer.unit_code, last.offer.code) == (ZHUJIAN, choices[0].offer.code)
    assert last.offer.probability > 0.5
    assert dispatching.propose(ticket_id, at=at)
    lead = ticket(ticket_id).lead_department
    assert lead is not None
    assert (stage(ticket_id), lead.code) == (Stage.DISPATCHED, look.routes[0]["code"])


def test_with_no_rule_the_desk_and_the_agent_are_offered_history_first(
    a_ticket: Callable[..., int], taught: Shelf, at: datetime, no_rules: None
) -> None:
    words = "小区楼下建筑工地夜间施工噪音扰民，半夜两点还在打桩"
    ticket_id = a_ticket(title="夜间施工噪音", content=words, area_code=AREA)
    sorting.suggest(ticket_id, taught, at=at)
    assert not dispatching.propose(ticket_id, at=at)
    look = sorting.newest_suggestion(ticket_id)
    first = casework.choices_for(ticket(ticket_id), look, [], path="", at=at)[0]
    assert (first.by, first.offer.unit_code) == (precedents.SPEAKER, ZHUJIAN)
    heard = advising.Heard(title="夜间施工噪音", content=words, area_code=AREA)
    offer = advising.advise(heard, taught, at=at).offers[0]
    assert (offer.unit_code, offer.rule) == (ZHUJIAN, "")
    assert "按历史工单" in offer.reason
