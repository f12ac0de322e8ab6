"""Small written messages and models trained from them, for the tests of the classifier."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from classifier import TrainedModel, starter_corpus, train

AT = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
CHOSEN = ("0102", "0202", "0304", "0402", "0502", "0603", "0705", "0904")


@pytest.fixture(scope="session")
def chosen_rows() -> tuple[list[tuple[str, str]], list[str]]:
    """Messages of eight second-level categories from the corpus that ships with the product."""
    rows = [row for row in starter_corpus() if row.label in CHOSEN]
    return [(row.title, row.text) for row in rows], [row.label for row in rows]


@pytest.fixture(scope="session")
def trained(chosen_rows: tuple[list[tuple[str, str]], list[str]]) -> TrainedModel:
    """A model of eight second-level categories, in four seconds or less."""
    texts, labels = chosen_rows
    return train(texts, labels, author="测试员", at=AT)
