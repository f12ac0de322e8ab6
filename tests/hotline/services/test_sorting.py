"""分类: the machine says what it thinks and why; above the line it is believed, below it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import IllegalMove, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.models import Correction, SuggestionRow, TrustLine
from hotline.services import dispatching, learning, sorting
from tests.hotline.people import NOISE, entries, events, stage, ticket, to_unit, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask

    from hotline.services.shelf import Shelf

SURE = "小区楼下建筑工地夜间施工噪音扰民，半夜两点还在打桩"
UNSURE = "隔壁的事情你们到底管不管"
NOTHING_KNOWN = "？？？"
GAS = "楼道里有很浓的煤气味"


@pytest.fixture
def shelf(app: APIFlask) -> Shelf:
    return app.extensions["hotline"].shelf


def looks(ticket_id: int) -> list[SuggestionRow]:
    query = select(SuggestionRow).where(SuggestionRow.ticket_id == ticket_id)
    return list(db.session.scalars(query.order_by(SuggestionRow.id)))


def test_a_sure_look_sets_the_category(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    row = ticket(ticket_id)
    assert (row.stage, row.category_code) == (Stage.TO_DISPATCH, "0202")
    assert row.category_by == "model:starter"


def test_the_look_is_kept_with_its_reasons(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    (look,) = looks(ticket_id)
    best = look.ranked[0]
    assert (look.model_id, look.top_code, look.is_unsure) == (model, "0202", False)
    assert look.probability == best["probability"] > 0.6
    assert best["path"].startswith("环境保护")
    assert "噪音扰民" in best["because"]
    assert [r["probability"] for r in look.ranked[1:]] == sorted(
        (r["probability"] for r in look.ranked[1:]), reverse=True
    )
    assert look.routes
    assert all(route["code"] and route["name"] and route["reason"] for route in look.routes)
    assert "自动派单" in look.decision


def test_an_unsure_look_goes_to_a_person_with_the_reason(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="", content=UNSURE)
    sorting.suggest(ticket_id, shelf, at=at)
    row, (look,) = ticket(ticket_id), looks(ticket_id)
    assert (row.stage, row.category_code) == (Stage.TO_DISPATCH, None)
    assert "转人工派单" in look.decision
    assert look.ranked
    assert not dispatching.propose(ticket_id, at=at)


@pytest.mark.parametrize(
    "content", [NOTHING_KNOWN, "👍👍👍", "help me please", "嗯", "路" * 10_000]
)
def test_words_nobody_knows_are_unsure_not_an_error(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime, content: str
) -> None:
    ticket_id = a_ticket(title="", content=content)
    sorting.suggest(ticket_id, shelf, at=at)
    assert stage(ticket_id) is Stage.TO_DISPATCH
    assert looks(ticket_id)[0].is_unsure


def test_without_a_model_a_person_decides(
    a_ticket: Callable[..., int], shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    (look,) = looks(ticket_id)
    assert stage(ticket_id) is Stage.TO_DISPATCH
    assert (look.model_id, look.ranked, look.decision) == ("", [], "无可用模型，转人工派单")
    assert not dispatching.propose(ticket_id, at=at)


def test_a_broken_artefact_is_no_model(
    a_ticket: Callable[..., int], model: str, app: APIFlask, at: datetime
) -> None:
    from hotline.services.shelf import Shelf

    empty = Shelf(app.extensions["hotline"].settings.data_dir / "nothing-here")
    ticket_id = a_ticket(content=SURE)
    sorting.suggest(ticket_id, empty, at=at)
    assert stage(ticket_id) is Stage.TO_DISPATCH
    assert looks(ticket_id)[0].model_id == ""


def test_danger_to_life_waits_for_nobody(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="", content=GAS)
    sorting.suggest(ticket_id, shelf, at=at)
    assert "特急工单不等待人工" in looks(ticket_id)[0].decision
    assert dispatching.propose(ticket_id, at=at)
    row = ticket(ticket_id)
    assert row.lead_department is not None
    assert (row.stage, row.lead_department.name) == (Stage.DISPATCHED, "示范市燃气集团有限公司")


@pytest.fixture
def strict_line(app: APIFlask, at: datetime) -> Iterator[None]:
    """The city trusts no machine with the environment."""
    with transaction() as session:
        session.add(TrustLine(category_code="02", probability=1.01, changed_at=at, changed_by="管"))
    yield
    with transaction() as session:
        session.delete(session.get_one(TrustLine, "02"))


def test_the_trust_line_decides(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime, strict_line: None
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    assert "低于信任线 101%" in looks(ticket_id)[0].decision
    assert ticket(ticket_id).category_code is None
    assert sorting.trust_line("0202") == 1.01
    assert sorting.trust_line("0101") == sorting.DEFAULT_LINE


def test_a_second_look_changes_nothing(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    sorting.suggest(ticket_id, shelf, at=at)
    assert len(looks(ticket_id)) == 1
    assert events(ticket_id) == [Event.REGISTERED, Event.CLASSIFIED]


def test_the_agents_category_is_not_overwritten(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE, category_code="020101")
    sorting.suggest(ticket_id, shelf, at=at)
    assert ticket(ticket_id).category_code == "020101"


# --- 更正: people correct, and every correction is a training row ---------------------------


def corrections() -> list[Correction]:
    return list(db.session.scalars(select(Correction).order_by(Correction.id)))


def test_a_correction_is_kept_with_its_provenance(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    sorting.reclassify(ticket_id, "0105", who("dispatcher"), at=at)
    (row,) = corrections()
    assert (row.from_code, row.to_code, row.source, row.by) == (
        *("0202", "0105", "reclassify"),
        who("dispatcher").name,
    )
    (entry,) = entries(ticket_id, Event.CORRECTED)
    assert entry.payload == {"from": "0202", "to": "0105"}
    assert ticket(ticket_id).category_code == "0105"


def test_saying_the_same_again_is_one_row(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    for _ in range(2):
        sorting.reclassify(ticket_id, "0202", who("dispatcher"), at=at)
    assert len(corrections()) == 1  # a confirmation is a row too
    assert Event.CORRECTED not in events(ticket_id)


def test_the_machine_alone_makes_no_training_row(
    a_ticket: Callable[..., int], model: str, shelf: Shelf, at: datetime
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.suggest(ticket_id, shelf, at=at)
    dispatching.propose(ticket_id, at=at)
    assert corrections() == []


def test_rows_are_harvested_when_the_ticket_ends(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = a_ticket(title="夜间施工噪音", content=SURE)
    sorting.reclassify(ticket_id, "0105", who("dispatcher"), at=at)
    sorting.reclassify(ticket_id, NOISE, who("dispatcher"), at=at)
    assert list(learning.training_rows()) == []
    assert learning.harvest(ticket_id, at=at) == 2
    assert learning.harvest(ticket_id, at=at) == 0
    assert list(learning.training_rows()) == [("夜间施工噪音", SURE, NOISE)]


def test_no_such_category(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = a_ticket()
    with pytest.raises(Invalid) as refused:
        sorting.reclassify(ticket_id, "999999", who("dispatcher"), at=at)
    assert set(refused.value.errors) == {"category_code"}
    assert stage(ticket_id) is Stage.REGISTERED


def test_after_dispatch_the_category_stands(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    with pytest.raises(IllegalMove, match="待签收"):
        sorting.reclassify(ticket_id, "0105", who("dispatcher"), at=at)
    assert ticket(ticket_id).category_code == NOISE
    assert corrections()[-1].to_code == NOISE


def test_citizens_do_not_classify(a_ticket: Callable[..., int], at: datetime) -> None:
    with pytest.raises(NotAllowed):
        sorting.reclassify(a_ticket(), NOISE, CITIZEN, at=at)


def test_activating_another_model_is_noticed_at_the_next_ticket(
    app: APIFlask,
    model: str,
    shelf: Shelf,
    at: datetime,
) -> None:
    from dataclasses import replace

    import classifier

    first = shelf.classifier()
    assert first is not None
    other = replace(first, metadata={**first.metadata, "id": "m-2"})
    other.save(shelf.folder / "m-2")
    learning.register_model(classifier.load(shelf.folder / "m-2"), at=at)
    assert shelf.classifier() is first  # registered is not yet active
    learning.activate("m-2", at=at)
    now_active = shelf.classifier()
    assert now_active is not None
    assert now_active.model_id == "m-2"
    assert learning.active_model_id() == "m-2"
