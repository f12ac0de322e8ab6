"""影子运行: the candidate follows behind, disturbs nobody, and is judged by what people decide."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.models import ShadowAnswer
from hotline.queries import shadows
from hotline.services import learning, sorting
from hotline.services.training import shadowing
from tests.hotline.learned import TEXTS, second_model
from tests.hotline.people import stage, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask

    from hotline.services.shelf import Shelf


@pytest.fixture
def shelf(app: APIFlask, model: str) -> Iterator[Shelf]:
    place: Shelf = app.extensions["hotline"].shelf
    second_model(place)
    yield place
    for path in place.folder.iterdir():
        if path.name != "starter":
            shutil.rmtree(path)


@pytest.fixture
def sorted_ticket(a_ticket: Callable[..., int], shelf: Shelf) -> Callable[..., int]:
    def make(at: datetime, code: str = "020203") -> int:
        title, content = TEXTS[code]
        ticket_id = a_ticket(title=title, content=content, at=at)
        sorting.suggest(ticket_id, shelf, at=at)
        return ticket_id

    return make


def soon(at: datetime) -> datetime:
    return at + timedelta(seconds=10)


def test_the_shadow_answers_what_came_after_its_start(
    shelf: Shelf, sorted_ticket: Callable[..., int], at: datetime
) -> None:
    sorted_ticket(at)
    run_id = shadowing.start("m-2", who("admin"), shelf, at=at)
    assert not shadowing.has_work(soon(at))
    for code in TEXTS:
        sorted_ticket(at, code)
    assert not shadowing.has_work(at)  # too fresh: one with a smaller number may still come
    assert shadowing.has_work(soon(at))
    assert shadowing.look(shelf, at=soon(at), limit=2) == 2
    assert shadowing.look(shelf, at=soon(at)) == 1
    assert shadowing.look(shelf, at=soon(at)) == 0  # nothing is answered twice
    rows = shadows.rows(run_id)
    assert len(rows) == 3
    assert [row.agrees for row in rows] == [False] * 3
    assert all(row.truth is None for row in rows)


def test_what_people_decide_says_who_was_right(
    shelf: Shelf, sorted_ticket: Callable[..., int], at: datetime
) -> None:
    run_id = shadowing.start("m-2", who("admin"), shelf, at=at)
    first, _second = sorted_ticket(at), sorted_ticket(at, "050301")
    shadowing.look(shelf, at=soon(at))
    sorting.reclassify(first, "020203", who("dispatcher"), at=at)
    undecided, decided = shadows.rows(run_id)
    assert decided.truth == "020203"
    assert shadows.same(decided.truth, decided.active_code)
    assert not shadows.same(decided.truth, decided.code)
    assert undecided.truth is None  # the machine's own answer proves nothing


def test_one_shadow_at_a_time_and_never_the_active_one(shelf: Shelf, at: datetime) -> None:
    with pytest.raises(Invalid, match="正在使用"):
        shadowing.start("starter", who("admin"), shelf, at=at)
    with pytest.raises(NotAllowed):
        shadowing.start("m-2", who("dispatcher"), shelf, at=at)
    shadowing.start("m-2", who("admin"), shelf, at=at)
    with pytest.raises(Conflict, match="已有一个模型"):
        shadowing.start("m-2", who("admin"), shelf, at=at)
    shadowing.finish(who("admin"), at=at)
    assert shadows.open_run() is None
    with pytest.raises(Conflict):
        shadowing.finish(who("admin"), at=at)
    assert shadows.ended()[0].ended_by == who("admin").name


def test_promoting_ends_the_shadow_and_needs_a_reason_when_it_is_worse(
    shelf: Shelf, at: datetime
) -> None:
    shadowing.start("m-2", who("admin"), shelf, at=at)
    with pytest.raises(Invalid, match="低于使用中的"):
        shadowing.promote(who("admin"), shelf, reason="", at=at)
    assert shadows.open_run() is not None
    assert shadowing.promote(who("admin"), shelf, reason="影子里看着更好", at=at) == "m-2"
    assert learning.active_model_id() == "m-2"
    assert shadows.ended()[0].is_promoted


def test_a_shadow_that_cannot_be_read_disturbs_nothing_and_is_told(
    shelf: Shelf, sorted_ticket: Callable[..., int], at: datetime
) -> None:
    shadowing.start("m-2", who("admin"), shelf, at=at)
    (shelf.folder / "m-2" / "arrays.npz").write_bytes(b"broken")
    ticket_id = sorted_ticket(at)
    assert stage(ticket_id).value == "to_dispatch"
    assert shadowing.look(shelf, at=soon(at)) == 0
    run = shadows.open_run()
    assert run is not None
    assert "校验值不符" in (run.trouble or "")
    shutil.rmtree(shelf.folder / "m-2")
    shutil.copytree(shelf.folder / "starter", shelf.folder / "m-2")  # mended: it goes on
    assert shadowing.look(shelf, at=soon(at)) == 1
    run = shadows.open_run()
    assert run is not None
    assert run.trouble is None
    assert db.session.scalar(select(func.count()).select_from(ShadowAnswer)) == 1
