"""`hotline model noise` and `retrain`: wrong labels in a file; a candidate from confirmed rows."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import classifier
from classifier import LabelledText
from hotline.cli.tabular import written
from hotline.queries import model_versions
from tests.hotline.learned import TEXTS, confirm_held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from apiflask import APIFlask

    from tests.hotline.cli.conftest import Said

WRONG = (4, 19, 40)


@pytest.fixture
def noisy(write: Callable[..., Path]) -> Path:
    """Sixty plain rows of three matters, three of them labelled wrongly."""
    lines = []
    for number in range(60):
        code, (title, content) = list(TEXTS.items())[number % 3]
        meant = "050301" if number in WRONG else code
        lines.append(written([title, f"{content}，{number} 号楼", meant]))
    return write("noisy.csv", "题,文,类\n" + "".join(lines))


def test_wrong_labels_of_a_file_are_listed(hotline: Callable[..., Said], noisy: Path) -> None:
    said = hotline("model", "noise", noisy, "--text", "题,文", "--label", "类", "--json")
    assert said.code == 0, said.err
    rows = sorted(one["row"] for one in said.json["suspects"])
    assert rows == sorted(row + 1 for row in WRONG if row % 3 != 2)
    assert {one["given"] for one in said.json["suspects"]} == {"050301"}
    assert said.json["rows"] == 60
    words = hotline("model", "noise", noisy, "--text", "题,文", "--label", "类").out
    assert "条可疑" in words
    assert "估计的错标" in words


def test_too_few_rows_are_refused_in_one_line(
    hotline: Callable[..., Said], write: Callable[..., Path]
) -> None:
    few = write("few.csv", "题,文,类\n" + written(["停水", "没有水", "03"]) * 3)
    said = hotline("model", "noise", few, "--text", "题,文", "--label", "类")
    assert (said.code, said.out) == (1, "")
    assert "至少需要 50 条" in said.err
    assert hotline("model", "noise", few, "--text", "题,正文", "--label", "类").code == 1


@pytest.fixture
def place(app: APIFlask, model: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shelf, left as it was found; the corpus of the three matters is learned in a second."""
    import classifier.retraining as room

    second = {code[:4] for code in TEXTS}
    corpus = tuple(row for row in classifier.starter_corpus() if row.label in second)
    monkeypatch.setattr(room, "starter_corpus", lambda: corpus)
    monkeypatch.setattr(room, "category_words", tuple[LabelledText, ...])
    folder: Path = app.extensions["hotline"].settings.models
    yield folder
    for path in folder.iterdir():
        if path.name != model:
            shutil.rmtree(path)


@pytest.mark.usefixtures("place")
def test_a_candidate_is_trained_from_confirmed_rows(
    hotline: Callable[..., Said], a_ticket: Callable[..., int]
) -> None:
    refused = hotline("model", "retrain")
    assert refused.code == 1
    assert "没有可用的修正样本" in refused.err
    confirm_held(a_ticket, datetime.now(UTC), 20)
    said = hotline("model", "retrain", "--json")
    assert said.code == 0, said.err
    assert said.json["compared_with"] == "starter"
    assert "同样 20 条" in said.json["verdict"]
    assert not model_versions.version(said.json["model"]).is_active
