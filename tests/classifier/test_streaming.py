"""Training in passes: as good as it should be, the same after saving, flat in what it holds."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import sparse

from classifier import (
    ArtefactError,
    LabelledRow,
    TrainedModel,
    TrainingError,
    evaluate,
    load,
    teaching,
    train,
    train_from,
)
from classifier.artefact import Artefact
from classifier.learning.curating import Curated
from classifier.streaming import families, rows
from classifier.streaming.grouping import MOST_SIBLINGS, part_broad_families
from classifier.streaming.rows import SpilledRows
from classifier.streaming.sampling import held_back, sampled
from classifier.streaming.tallying import MOST_FEATURES, SLACK, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
MATTERS = {
    "水务/停水": ("停水", "没有水", "水管"),
    "水务/水质": ("水发黄", "水有味", "浑浊"),
    "教育/学校/补课": ("补课", "周末上课", "补习"),
    "教育/学校/食堂": ("食堂", "饭菜", "午餐"),
    "教育/招生": ("招生", "入学", "学区"),
    "交通/公交": ("公交", "班车", "站台"),
}
UNITS = {"水务": "水务局", "教育": "教育局", "交通": "公交公司"}
NUMBERS = "零一二三四五六七八九"


@dataclass
class History:
    """A small city's history that can be walked through again and counts the walks."""

    rows: list[LabelledRow]
    walks: int = 0

    def __iter__(self) -> Iterator[LabelledRow]:
        self.walks += 1
        return iter(self.rows)


def history(each: int = 40) -> History:
    random = np.random.default_rng(5)
    found = []
    for label, words in MATTERS.items():
        for n in range(each):
            said = "，".join(random.choice(words, 2)) + f"，{NUMBERS[n % 10]}号楼{n}户"
            found.append(LabelledRow(words[0], said, label, UNITS[label.split("/")[0]]))
    found.append(LabelledRow("车位", "站前没有车位", "交通/停车"))
    return History(found)


@pytest.fixture(scope="module")
def source() -> History:
    return history()


@pytest.fixture(scope="module")
def streamed(source: History) -> TrainedModel:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teaching, "EXACT_ROWS", 100)
        patch.setattr(families, "SHARD_CELLS", 2_000)
        return train_from(source, author="测试员", at=AT)


def test_many_rows_are_learned_in_passes(source: History, streamed: TrainedModel) -> None:
    said = streamed.classifier.metadata
    assert said["training"]["path"] == "streamed"
    assert said["training"]["judged"] == "held back"
    assert source.walks == 3
    assert streamed.metrics["accuracy"] > 0.9
    assert streamed.evaluation.rows == 24  # a tenth of each label
    assert set(streamed.evaluation.levels) == {"1", "2", "3"}
    assert said["merged"] == {"交通/停车": "交通"}
    best = streamed.classifier.suggest("周末补课", "学校周末上课还收补习费")
    assert best.ranked[0].label == "教育/学校/补课"
    assert best.ranked[0].because
    assert sum(r.probability for r in best.ranked) == pytest.approx(1.0)


def test_the_second_target_names_the_units_that_did_it(streamed: TrainedModel) -> None:
    units = streamed.classifier.suggest("停水", "小区水管没有水").departments
    assert units[0].name == "水务局"
    assert 0.5 < units[0].probability <= 1
    assert streamed.classifier.metadata["departments"]["units"] == 3
    assert streamed.classifier.metadata["departments"]["accuracy"] > 0.9


def test_few_rows_are_learned_at_once_with_the_same_second_target(source: History) -> None:
    exact = train_from(source, author="测试员", at=AT)
    assert exact.classifier.metadata["training"]["path"] == "exact"
    assert exact.classifier.suggest("停水", "水管没有水").departments[0].name == "水务局"
    listed = train(
        [(row.title, row.text) for row in source.rows],
        [row.label for row in source.rows],
        departments=[row.department for row in source.rows],
        author="测试员",
        at=AT,
    )
    assert listed.id == exact.id
    assert listed.metrics == exact.metrics


def test_a_parent_answers_where_its_children_share_the_odds(streamed: TrainedModel) -> None:
    said = streamed.classifier.suggest("学校", "教育")
    assert said.answer is not None
    assert said.answer.probability >= said.ranked[0].probability


@pytest.mark.parametrize("is_streamed", [True, False])
def test_saved_and_loaded_it_says_the_same(
    source: History, streamed: TrainedModel, tmp_path: Path, *, is_streamed: bool
) -> None:
    model = streamed if is_streamed else train_from(source, author="a", at=AT)
    model.save(tmp_path / "m")
    loaded = load(tmp_path / "m")
    messages = [(row.title, row.text) for row in source.rows[::7]]
    assert [loaded.suggest(*one) for one in messages] == [
        model.classifier.suggest(*one) for one in messages
    ]
    assert np.array_equal(loaded.probabilities(messages), model.classifier.probabilities(messages))
    assert loaded.metadata["training"] == model.classifier.metadata["training"]


def test_a_damaged_byte_or_a_foreign_tree_is_refused(
    streamed: TrainedModel, tmp_path: Path
) -> None:
    streamed.save(tmp_path / "m")
    shutil.copytree(tmp_path / "m", tmp_path / "hurt")
    content = bytearray((tmp_path / "hurt" / "arrays.npz").read_bytes())
    content[-2000] ^= 1
    (tmp_path / "hurt" / "arrays.npz").write_bytes(content)
    with pytest.raises(ArtefactError, match="与校验值不符"):
        load(tmp_path / "hurt")
    stored = Artefact.read(tmp_path / "m")
    for name in ("levels.parents", "levels.leaves", "levels.bias", "units.indptr", "levels.values"):
        Artefact({**stored.arrays, name: stored.array(name)[:-1]}, stored.metadata).write(
            tmp_path / "cut"
        )
        with pytest.raises(ArtefactError, match="内部不一致"):
            load(tmp_path / "cut")


def test_evaluation_maps_truths_and_counts_the_unseen(streamed: TrainedModel) -> None:
    texts = [("停水", "没有水"), ("补课", "周末上课"), ("车位", "没有车位"), ("火星", "去火星")]
    truths = ["水务／停水 ", "教育/学校/补课/收费", "交通/停车", "太空/火星"]
    figures = evaluate(streamed.classifier, texts, truths)
    assert figures.unseen == {"太空/火星": 1}
    assert set(figures.per_class) == {"水务/停水", "教育/学校/补课", "交通", "太空/火星"}
    assert figures.rows == 4
    lifted = evaluate(streamed.classifier, texts[:2], ["水务", "教育/学校"])
    assert set(lifted.per_class) == {"水务", "教育"}
    assert lifted.accuracy == 1.0


def test_rows_that_cannot_be_held_back_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "EXACT_ROWS", 5)
    few = [LabelledRow("", f"{a}{b}事情", a) for a in "甲乙丙" for b in "一二三四"]
    with pytest.raises(TrainingError, match="留出来评测"):
        train_from(few, author="a", at=AT)


def test_a_file_that_changes_while_it_is_read_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(teaching, "EXACT_ROWS", 100)
    source = history()

    class Shrinking(History):
        def __iter__(self) -> Iterator[LabelledRow]:
            self.walks += 1
            return iter(self.rows if self.walks < 3 else self.rows[:50])

    with pytest.raises(TrainingError, match="读取时变化"):
        train_from(Shrinking(source.rows), author="a", at=AT)


def test_spilled_rows_come_back_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = sparse.random(30, 50, 0.2, "csr", dtype=np.float32, random_state=1)
    matrix.data = matrix.data.astype(np.float16).astype(np.float32)
    with SpilledRows(50) as spilled:
        spilled.append(matrix[:11])
        spilled.append(matrix[11:])
        order = np.array([29, 0, 11, 11, 5])
        assert (spilled.matrix(order) != matrix[order]).nnz == 0
        assert spilled.cells(order).tolist() == np.diff(matrix[order].indptr).tolist()
        assert len(spilled) == 30
    full = OSError(28, "No space left on device")

    def refuse(*_: object) -> None:
        raise full

    monkeypatch.setattr(rows.SpilledRows, "append", refuse)
    monkeypatch.setattr(teaching, "EXACT_ROWS", 100)
    with pytest.raises(TrainingError, match="腾出磁盘空间"):
        train_from(history(), author="a", at=AT)


def test_shards_hold_every_row_and_rare_members_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "SHARD_CELLS", 1_000)
    monkeypatch.setattr(families, "FEW_IN_SHARD", 10)
    members = np.repeat([0, 1, 2], [400, 5, 25])
    shards = list(families.deal_shards(members, np.full(len(members), 10)))
    assert len(shards) == 5
    assert set(np.concatenate(shards).tolist()) == set(range(len(members)))
    for shard in shards:
        counts = np.bincount(members[shard], minlength=3)
        assert counts[0] == 80
        assert counts[1] == 5
        assert counts[2] >= 10


def test_weights_are_bounded(monkeypatch: pytest.MonkeyPatch, source: History) -> None:
    monkeypatch.setattr(families, "MOST_WEIGHTS", 900)
    monkeypatch.setattr(teaching, "EXACT_ROWS", 100)
    model = train_from(source, author="a", at=AT)
    table = model.classifier.weights.table  # type: ignore[union-attr]
    assert table.nnz <= 900
    assert model.metrics["accuracy"] > 0.8


def test_broad_families_are_parted_until_none_is_too_broad() -> None:
    means = np.random.default_rng(0).normal(size=(700, 8)).astype(np.float32)
    routes = part_broad_families([(f"标签{n}",) for n in range(700)], means)
    members: dict[tuple[str, ...], set[str]] = {}
    for route in routes:
        for level in range(len(route)):
            members.setdefault(route[:level], set()).add(route[level])
    assert max(map(len, members.values())) <= MOST_SIBLINGS
    assert [route[-1] for route in routes] == [f"标签{n}" for n in range(700)]
    alike = part_broad_families([(f"标签{n}",) for n in range(200)], np.zeros((200, 8), np.float32))
    assert len(set(alike)) == 200


def test_held_back_and_sampled_rows_leave_no_label_out() -> None:
    targets = np.repeat([0, 1, 2], [1_000, 10, 3])
    keys = np.random.default_rng(1).permutation(len(targets)).astype(np.uint64) * 977
    held = np.bincount(targets[held_back(targets, keys)], minlength=3)
    assert held.tolist() == [100, 1, 0]
    picked = np.bincount(targets[sampled(targets, keys, 200)], minlength=3)
    assert picked[1:].tolist() == [10, 3]
    assert 150 < picked[0] < 260


def test_the_vocabulary_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from classifier.reading.documents import read_documents

    for name in MOST_FEATURES:
        monkeypatch.setitem(MOST_FEATURES, name, 20)
    tally = Tally()
    texts = [row.text for row in history().rows]
    for text in texts:
        tally.add(read_documents([("", text), ("", "停水没有水")]))
    space = tally.space()
    assert all(len(block.idf) <= 20 for block in space.blocks)
    assert "停水" in space.words.words
    assert max(len(kept.keys) for kept in tally._pairs.values()) <= SLACK * 20  # noqa: SLF001


@pytest.mark.parametrize(
    ("rows", "labels", "path"),
    [
        (5_635, 7, "exact"),
        (10_000, 7, "exact"),
        (10_001, 7, "streamed"),
        (3_000, 100, "exact"),
        (3_000, 101, "streamed"),
    ],
)
def test_the_way_is_chosen_by_rows_and_labels(rows: int, labels: int, path: str) -> None:
    targets = np.arange(rows) % labels
    found = Curated(tuple(map(str, range(labels))), targets, (), targets, targets.astype(np.uint64))
    assert teaching._way(found)["path"] == path  # noqa: SLF001
