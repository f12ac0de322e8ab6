"""Training anew: a city's confirmed rows and the corpus; what is kept back teaches nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import classifier.retraining as room
from classifier import LabelledText, TrainingError, retrain, starter_corpus, teaching

AT = datetime(2026, 3, 10, 18, 30, tzinfo=UTC)
NEW_WORD = "共享电单车"
CHOSEN = ("0102", "0202", "0304", "0402")


@pytest.fixture(autouse=True)
def small_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four categories of the corpus: the same training in a second."""
    rows = tuple(row for row in starter_corpus() if row.label in CHOSEN)
    monkeypatch.setattr(room, "starter_corpus", lambda: rows)
    monkeypatch.setattr(room, "category_words", tuple[LabelledText, ...])


def rows(count: int, code: str = "040201") -> list[tuple[str, str, str]]:
    return [(f"{NEW_WORD}乱停", f"{NEW_WORD}停满人行道，{n} 次反映", code) for n in range(count)]


def test_what_people_confirmed_is_learned_with_the_corpus() -> None:
    made = retrain(rows(12), held=[], author="夜间重训", at=AT)
    model = made.model.classifier
    assert model.suggest(NEW_WORD, f"{NEW_WORD}堵路").ranked[0].label == "0402"
    assert set(model.labels) == set(CHOSEN)
    assert (made.own, made.too_coarse, made.held_copies) == (12, 0, 0)
    assert made.corpus > 100
    assert model.metadata["author"] == "夜间重训"


def test_copies_of_kept_back_rows_and_coarse_rows_do_not_teach() -> None:
    held = [(f"{NEW_WORD}乱停", f"{NEW_WORD}停满人行道，3 次，反映！")]
    made = retrain([*rows(12), ("杂", "说不清", "04")], held=held, author="甲", at=AT)
    assert (made.own, made.too_coarse, made.held_copies) == (11, 1, 1)


def test_without_a_row_that_can_teach_it_is_refused() -> None:
    with pytest.raises(TrainingError, match="没有可用的修正样本"):
        retrain([("杂", "说不清", "04")], held=[], author="甲", at=AT)


def test_a_large_city_learns_in_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (room, teaching):
        monkeypatch.setattr(place, "EXACT_ROWS", 40)
    model = retrain(rows(60), held=[], author="夜间重训", at=AT).model.classifier
    assert model.metadata["training"]["path"] == "streamed"
    assert model.suggest(NEW_WORD, f"{NEW_WORD}堵路").ranked[0].label == "0402"
