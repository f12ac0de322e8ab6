"""启用与退回: reasons, history, the way back, and how soon every process notices."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.learning import Origin
from hotline.queries import model_versions
from hotline.services import learning, sorting
from hotline.services.shelf import Shelf
from hotline.services.training import activating
from tests.hotline.learned import second_model
from tests.hotline.people import stage, ticket, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask

pytestmark = pytest.mark.usefixtures("model")


@pytest.fixture
def shelf(app: APIFlask, model: str) -> Iterator[Shelf]:
    """The shelf with the starter on it; what a test put beside it goes."""
    place: Shelf = app.extensions["hotline"].shelf
    yield place
    for path in place.folder.iterdir():
        if path.name != "starter":
            shutil.rmtree(path)


def test_the_registry_says_where_a_version_comes_from(shelf: Shelf) -> None:
    starter = model_versions.version("starter")
    assert starter.origin is Origin.STARTER
    assert starter.libraries is not None
    assert "jieba" in starter.libraries
    assert starter.evaluation is not None
    assert starter.evaluation["per_class"]
    assert starter.seen is not None
    assert sum(starter.seen["counts"].values()) == starter.rows
    assert model_versions.version(second_model(shelf)).origin is Origin.COMMAND


def test_worse_figures_need_a_reason_and_the_history_is_kept(shelf: Shelf, at: datetime) -> None:
    second_model(shelf)
    with pytest.raises(Invalid, match="低于使用中的") as refused:
        activating.switch("m-2", who("admin"), shelf, reason=" ", at=at)
    assert set(refused.value.errors) == {"reason"}
    assert learning.active_model_id() == "starter"
    activating.switch("m-2", who("admin"), shelf, reason="试用一天", at=at)
    assert learning.active_model_id() == "m-2"
    newest = model_versions.activations()[0]
    assert (newest.model_id, newest.previous_id) == ("m-2", "starter")
    assert (newest.reason, newest.by) == ("试用一天", who("admin").name)
    assert model_versions.activations()[1].previous_id is None  # the first came by itself


def test_better_figures_need_no_reason(shelf: Shelf, at: datetime) -> None:
    second_model(shelf, is_worse=False)
    activating.switch("m-2", who("admin"), shelf, reason="", at=at)
    assert learning.active_model_id() == "m-2"


def test_in_need_anything_that_works_is_activated_without_a_reason(
    shelf: Shelf, at: datetime
) -> None:
    second_model(shelf)
    moved = shelf.folder / "starter" / "SHA256SUMS"
    seal = moved.read_bytes()
    moved.unlink()
    activating.switch("m-2", who("admin"), shelf, reason="", at=at)
    moved.write_bytes(seal)
    assert learning.active_model_id() == "m-2"


def test_the_way_back_is_one_step(shelf: Shelf, at: datetime) -> None:
    with pytest.raises(Conflict, match="没有可退回的上一版"):
        activating.roll_back(who("admin"), shelf, reason="", at=at)
    learning.activate(second_model(shelf), at=at)
    assert activating.roll_back(who("admin"), shelf, reason="", at=at) == "starter"
    assert learning.active_model_id() == "starter"
    newest = model_versions.activations()[0]
    assert (newest.is_way_back, newest.previous_id) == (True, "m-2")


def test_a_way_back_that_is_no_more_is_refused(shelf: Shelf, at: datetime) -> None:
    learning.activate(second_model(shelf), at=at)
    learning.activate("starter", at=at)
    shutil.rmtree(shelf.folder / "m-2")
    with pytest.raises(NotFound):
        activating.roll_back(who("admin"), shelf, reason="", at=at)
    assert learning.active_model_id() == "starter"


def test_only_the_administrator(shelf: Shelf, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        activating.switch("starter", who("dispatcher"), shelf, reason="", at=at)
    with pytest.raises(NotAllowed):
        activating.roll_back(who("auditor"), shelf, reason="", at=at)


def test_every_process_switches_at_its_next_ticket(shelf: Shelf, at: datetime) -> None:
    """Two shelves are two processes: neither is told, both ask with the rules they read anyway."""
    web, worker = Shelf(shelf.folder), Shelf(shelf.folder)
    for each in (web, worker):
        db.session.rollback()
        assert (model := each.classifier()) is not None
        assert model.model_id == "starter"
    learning.activate(second_model(shelf), at=at)
    for each in (web, worker):
        db.session.rollback()
        assert (model := each.classifier()) is not None
        assert model.model_id == "m-2"


def test_a_look_at_the_shelf_costs_one_question_and_reads_nothing(shelf: Shelf) -> None:
    warm = shelf.classifier()
    db.session.rollback()
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    for _ in range(50):
        assert shelf.classifier() is warm
    assert len([words for words in asked if "model_version" in words]) == 1


def test_a_model_deleted_or_damaged_under_way_sends_tickets_to_people(
    shelf: Shelf, a_ticket: Callable[..., int], at: datetime
) -> None:
    learning.activate(second_model(shelf), at=at)
    assert shelf.classifier() is not None
    arrays = shelf.folder / "m-2" / "arrays.npz"
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[:-100])
    ticket_id = a_ticket(title="夜间施工噪音")
    sorting.suggest(ticket_id, shelf, at=at)
    assert stage(ticket_id).value == "to_dispatch"
    assert ticket(ticket_id).category_code is None
    arrays.write_bytes(whole)
    assert shelf.classifier() is not None  # mended: no restart needed
    shutil.rmtree(shelf.folder / "m-2")
    assert shelf.classifier() is None
    assert shelf.trouble("m-2") == "模型文件夹不存在"
    assert activating.roll_back(who("admin"), shelf, reason="", at=at) == "starter"
    assert shelf.classifier() is not None


def test_a_damaged_model_is_not_read_again_for_every_ticket(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    import classifier

    learning.activate(second_model(shelf), at=at)
    (shelf.folder / "m-2" / "metadata.json").write_text("{}")
    reads: list[object] = []
    load = classifier.load
    monkeypatch.setattr(classifier, "load", lambda folder: reads.append(folder) or load(folder))
    for _ in range(20):
        assert shelf.classifier() is None
    assert len(reads) == 1
