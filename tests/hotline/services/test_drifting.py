"""词汇漂移: what is kept of the words, once a day, and that nothing kept tells of one person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.jobs import drifting as jobs
from hotline.jobs import schedule
from hotline.models import VocabularyLook
from hotline.services import drifting

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apiflask import APIFlask

    from hotline.services.shelf import Shelf

    Made = Callable[..., int]

NEW = "麒麟"


@pytest.fixture
def shelf(app: APIFlask) -> Shelf:
    return app.extensions["hotline"].shelf


def said(
    a_ticket: Made,
    at: datetime,
    word: str,
    count: int,
    *,
    callers: int | None = None,
    **more: object,
) -> None:
    """So many tickets with a word, by so many callers (each by another unless said)."""
    for number in range(count):
        phone = f"139{number % (callers or count):08}"
        a_ticket(at=at, title="反映", content=f"小区门口的{word}，{word}", phone=phone, **more)


def looks() -> list[VocabularyLook]:
    return list(db.session.scalars(select(VocabularyLook)))


def words(at: datetime, shelf: Shelf) -> list[list[object]]:
    """What is kept of today's words."""
    assert drifting.look(shelf, at=at + timedelta(hours=1))
    [row] = looks()
    return row.new_words


def test_a_word_of_many_people_is_told_with_its_counts(
    a_ticket: Made, model: str, shelf: Shelf, at: datetime
) -> None:
    said(a_ticket, at - timedelta(days=8), NEW, 2)
    said(a_ticket, at, NEW, 6)
    assert [NEW, 6, 6, 2] in words(at, shelf)
    [row] = looks()
    assert (row.tickets, row.tickets_before, row.model_id) == (6, 2, "starter")
    assert 0 < row.unknown <= row.words
    assert row.unknown >= 12, "each time it is said counts"


@pytest.mark.parametrize(
    "given",
    [
        (4, 4, {}),
        (9, 4, {}),
        (9, 9, {"confidential": True}),
        (9, 9, {"phone": None, "name": None, "anonymous": True}),
    ],
    ids=["few tickets", "few callers", "confidential", "nobody knows by how many"],
)
def test_what_few_people_said_is_counted_but_not_kept(
    a_ticket: Made, model: str, shelf: Shelf, at: datetime, given: tuple[int, int, dict]
) -> None:
    count, callers, more = given
    for number in range(count):
        said_by = {"phone": f"139{number % callers:08}", **more}
        a_ticket(at=at, title="反映", content=f"门口的{NEW}", **said_by)
    assert NEW not in [row[0] for row in words(at, shelf)]


def test_names_people_are_called_by_are_not_kept(
    a_ticket: Made, model: str, shelf: Shelf, at: datetime
) -> None:
    said(a_ticket, at, "麒麟女士", 9)
    kept = [str(row[0]) for row in words(at, shelf)]
    assert not [word for word in kept if word.endswith("女士")]


def test_one_look_a_day(a_ticket: Made, model: str, shelf: Shelf, at: datetime) -> None:
    assert drifting.look(shelf, at=at)
    assert not drifting.look(shelf, at=at + timedelta(hours=3))
    assert drifting.look(shelf, at=at + timedelta(days=1))
    assert len(looks()) == 2
    assert (looks()[0].words, looks()[0].new_words) == (0, [])


def test_without_a_model_there_is_nothing_to_compare_with(shelf: Shelf, at: datetime) -> None:
    assert not drifting.look(shelf, at=at)
    assert looks() == []


def test_the_job_is_asked_for_every_hour(app: APIFlask, model: str) -> None:
    assert [item.seconds for item in schedule.PERIODIC if item.job is jobs.look_at_words] == [3600]
    jobs.look_at_words()
    assert len(looks()) == 1


def test_a_busy_week_is_sampled_over_all_its_hours(
    a_ticket: Made, model: str, shelf: Shelf, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drifting, "SAMPLE", 5)
    said(a_ticket, at, NEW, 12)
    assert drifting.look(shelf, at=at + timedelta(hours=1))
    assert looks()[0].tickets == 4, "every third of twelve"
