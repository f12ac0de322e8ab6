"""分类取舍: categories switched off are neither offered nor dispatched; parents where sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from classifier import Ranked, Suggestion
from hotline.db import db, transaction
from hotline.domain.lifecycle import Stage
from hotline.models import Category, SuggestionRow
from hotline.queries import office
from hotline.services import advising, casework, dispatching, ranking, sorting
from tests.hotline.people import stage, ticket, to_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask

    from hotline.services.shelf import Shelf

SURE = "小区楼下建筑工地夜间施工噪音扰民，半夜两点还在打桩"


@pytest.fixture
def shelf(app: APIFlask) -> Shelf:
    return app.extensions["hotline"].shelf


@pytest.fixture
def switch_off(app: APIFlask) -> Iterator[Callable[..., None]]:
    off: list[str] = []

    def switch(*codes: str) -> None:
        with transaction() as session:
            for code in codes:
                session.get_one(Category, code).is_active = False
        off.extend(codes)

    yield switch
    db.session.rollback()
    with transaction() as session:
        for code in off:
            session.get_one(Category, code).is_active = True


def looked(ticket_id: int) -> SuggestionRow:
    row = sorting.newest_suggestion(ticket_id)
    assert row is not None
    return row


def said(*pairs: tuple[str, float]) -> Suggestion:
    return Suggestion(tuple(Ranked(c, c, p, (c,)) for c, p in pairs), "m", unsure=False)


def test_a_category_in_use_is_itself_or_the_nearest_above(
    app: APIFlask, switch_off: Callable[..., None]
) -> None:
    assert office.category_in_use("020203") == "020203"
    db.session.rollback()
    switch_off("0202")
    assert office.category_in_use("0202") == "02"
    assert office.category_in_use("020203") == "02"
    assert office.category_in_use("0201") == "0201"
    db.session.rollback()
    switch_off("02")
    assert office.category_in_use("0201") is None


def test_the_odds_of_a_category_switched_off_go_to_its_parent(
    app: APIFlask, switch_off: Callable[..., None]
) -> None:
    switch_off("020203")
    rows = ranking.ranked(said(("020203", 0.5), ("0202", 0.2), ("0105", 0.3)), lambda _code: 0.6)
    assert [(row["code"], row["probability"]) for row in rows] == [("0202", 0.7), ("0105", 0.3)]
    name = db.session.get_one(Category, "020203").name
    assert rows[0]["note"] == f"“{name}”已停用，归入上级“环境污染”"
    assert rows[0]["because"] == ["020203"]


def test_parents_on_every_level_are_tried_before_the_first(app: APIFlask) -> None:
    shares = said(("020203", 0.35), ("020201", 0.3), ("0203", 0.2), ("0105", 0.15))
    assert ranking.ranked(shares, lambda _code: 0.6)[0]["code"] == "0202"
    assert ranking.ranked(shares, lambda _code: 0.8)[0]["code"] == "02"
    assert ranking.ranked(shares, lambda _code: 0.9)[0]["code"] == "020203"
    assert ranking.ranked(shares, lambda _code: 0.2)[0]["code"] == "020203"


def test_own_labels_count_for_the_nearest_category_of_the_tree(app: APIFlask) -> None:
    own = Suggestion(
        (Ranked("环境保护/自己的类", None, 0.7, ("灰",)), Ranked("外星", None, 0.3, ())),
        "m",
        unsure=False,
    )
    assert [row["code"] for row in ranking.ranked(own, lambda _code: 0.6)] == ["02"]


def test_a_model_that_answers_a_category_switched_off_sends_by_the_parent(
    a_ticket: Callable[..., int],
    model: str,
    shelf: Shelf,
    at: datetime,
    switch_off: Callable[..., None],
) -> None:
    switch_off("0202")
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    row = looked(ticket_id)
    assert row.top_code == "02"
    assert "“环境污染”已停用，归入上级“环境保护”" in row.decision
    assert all(one["code"] != "0202" for one in row.ranked)
    assert ticket(ticket_id).category_code == "02"


def test_without_any_parent_in_use_a_person_decides_and_reads_why(
    a_ticket: Callable[..., int],
    model: str,
    shelf: Shelf,
    at: datetime,
    switch_off: Callable[..., None],
) -> None:
    switch_off("02")
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    row = looked(ticket_id)
    assert "“环境污染”已停用，也没有启用的上级，转人工派单" in row.decision
    assert all(not one["code"].startswith("02") for one in row.ranked)
    assert ticket(ticket_id).category_code is None
    assert not dispatching.propose(ticket_id, at=at)
    heard = advising.advise(advising.Heard(content=SURE), shelf, at=at)
    assert not heard.is_sure
    assert "已停用" in heard.doubt


def test_switched_off_after_the_look_it_is_neither_sent_nor_offered(
    a_ticket: Callable[..., int],
    model: str,
    shelf: Shelf,
    at: datetime,
    switch_off: Callable[..., None],
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    assert ticket(ticket_id).category_code == "0202"
    db.session.rollback()
    switch_off("0202")
    assert not dispatching.propose(ticket_id, at=at)
    assert stage(ticket_id) is Stage.TO_DISPATCH
    row = ticket(ticket_id)
    choices = casework.choices_for(row, looked(ticket_id), [], path="环境保护/环境污染", at=at)
    assert all(choice.offer.code != "0202" for choice in choices)
    (own,) = [choice for choice in choices if "已停用" in choice.by]
    assert (own.offer.code, own.by) == ("02", "现有分类“环境保护/环境污染”已停用，取其上级")


def test_tickets_that_carry_it_stay_readable(
    a_ticket: Callable[..., int],
    at: datetime,
    app: APIFlask,
    switch_off: Callable[..., None],
) -> None:
    from hotline.queries import tickets

    ticket_id = to_unit(a_ticket(), at=at)
    code = ticket(ticket_id).category_code
    assert code is not None
    db.session.rollback()
    switch_off(code)
    view = tickets.view(ticket(ticket_id), at=at)
    assert view.category_path.startswith("环境保护")
