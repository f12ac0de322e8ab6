"""读懂: marks, area and notices that come of a text alone, each once and with its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Kind, Mark, Role
from hotline.models import SuggestionRow
from hotline.services import advising, endings, notices, sorting
from hotline.services.advising import Heard
from tests.hotline.people import entries, ticket
from tests.hotline.people import notices as told

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apiflask import APIFlask

    from hotline.services.shelf import Shelf

CROWD = "东湖区明月街道锦绣苑3栋，安居物业停暖气，三百多户业主联名要求退费，明天集体去区政府上访"
THREAT = "再不给工资我就从楼顶跳下去"
PLAIN = "小区楼下建筑工地夜间施工噪音扰民，半夜两点还在打桩"


@pytest.fixture
def shelf(app: APIFlask) -> Shelf:
    return app.extensions["hotline"].shelf


def look(ticket_id: int) -> SuggestionRow:
    query = select(SuggestionRow).where(SuggestionRow.ticket_id == ticket_id)
    return db.session.scalars(query.order_by(SuggestionRow.id.desc())).first()  # type: ignore[return-value]


def test_a_crowd_in_the_making_is_marked_and_the_supervisor_hears_of_it_once(
    a_ticket: Callable[..., int], shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="供暖", content=CROWD)
    sorting.suggest(ticket_id, shelf, at=at)
    sorting.suggest(ticket_id, shelf, at=at)
    assert ticket(ticket_id).marks == [Mark.CROWD.value]
    (entry,) = entries(ticket_id, Event.ALARMED)
    assert "联名" in str(entry.payload["crowd"])
    for _ in range(2):
        notices.compose(entry.id, public_url="https://12345.example", at=at)
    alarms = [row for row in told(ticket_id) if row.role is Role.SUPERVISOR]
    assert len(alarms) == 1
    assert "群体苗头" in alarms[0].text
    assert "联名" in alarms[0].text


def test_a_supplement_that_threatens_is_marked_once(
    a_ticket: Callable[..., int], shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="夜间施工", content=PLAIN)
    sorting.suggest(ticket_id, shelf, at=at)
    assert not entries(ticket_id, Event.ALARMED)
    endings.supplement(ticket_id, THREAT, CITIZEN, at=at)
    endings.supplement(ticket_id, THREAT, CITIZEN, at=at)
    assert Mark.THREAT.value in ticket(ticket_id).marks
    (entry,) = entries(ticket_id, Event.ALARMED)
    assert set(entry.payload) == {"threat"}


def test_the_area_a_citizen_left_open_is_filled_from_the_text_and_said_so(
    a_ticket: Callable[..., int], shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="供暖", content=CROWD, area_code=None)
    sorting.suggest(ticket_id, shelf, at=at)
    assert ticket(ticket_id).area_code == "990101001"
    (entry,) = entries(ticket_id, Event.CLASSIFIED)
    assert entry.payload["area"] == "990101001"
    assert entry.payload["area_words"] == ["东湖区", "明月街道"]
    assert entry.payload["area_by"] == "system"


@pytest.mark.parametrize(
    ("chosen", "content", "kept"),
    [
        ("990102", CROWD, "990102"),
        (None, "从东湖区到西岭区的公交车太少", None),
        (None, PLAIN, None),
    ],
)
def test_a_chosen_area_stays_and_two_named_ones_fill_nothing(
    *,
    a_ticket: Callable[..., int],
    shelf: Shelf,
    at: datetime,
    chosen: str | None,
    content: str,
    kept: str | None,
) -> None:
    ticket_id = a_ticket(title="诉求", content=content, area_code=chosen)
    sorting.suggest(ticket_id, shelf, at=at)
    assert ticket(ticket_id).area_code == kept
    assert "area" not in entries(ticket_id, Event.CLASSIFIED)[0].payload


def test_what_was_read_is_kept_beside_the_look(
    a_ticket: Callable[..., int], shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="供暖", content=CROWD, area_code=None)
    sorting.suggest(ticket_id, shelf, at=at)
    said = look(ticket_id).understood
    assert said["places"] == [{"kind": "estate", "words": "锦绣苑3栋"}]
    assert said["companies"] == ["安居物业"]
    assert said["crowd_words"]
    assert said["threat_words"] == []
    assert said["kind"] in set(Kind)


@pytest.mark.parametrize("content", ["😀", "？", "長", "词" * 10_000])
def test_any_text_goes_its_way(
    a_ticket: Callable[..., int], shelf: Shelf, at: datetime, content: str
) -> None:
    ticket_id = a_ticket(title="诉求", content=content)
    sorting.suggest(ticket_id, shelf, at=at)
    row = ticket(ticket_id)
    assert row.stage is Stage.TO_DISPATCH
    assert row.marks == []


def test_advice_routes_by_the_area_of_the_text_unless_one_is_chosen(
    model: str, shelf: Shelf, at: datetime
) -> None:
    text = "西岭区工地夜间施工噪音扰民，投诉多次没人管"
    named = advising.advise(Heard(content=text), shelf, at=at)
    chosen = advising.advise(Heard(content=text, area_code="990101"), shelf, at=at)
    assert named.area == "西岭区"
    assert "西岭区" in named.offers[0].unit_name
    assert "东湖区" in chosen.offers[0].unit_name


def test_the_agents_kind_wins_over_the_words(shelf: Shelf, at: datetime) -> None:
    advice = advising.advise(Heard(content="投诉物业乱收费", kind=Kind.CONSULT), shelf, at=at)
    assert advice.kind is Kind.CONSULT
    assert advice.understood.kind.kind == "complaint"
