"""Labels on several levels: who is above whom, odds that agree, a parent when the child is weak."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import Ranked, Suggestion, nearest_code, rollup
from classifier.levels.label_tree import LabelTree, routes_of
from classifier.levels.lineage import ancestor, lineage, parent_label
from classifier.levels.weights import LeveledCalibration
from classifier.ranking import Ladder

NAMES = ("甲", "乙", "丙")
paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("label", "keys"),
    [
        ("0202", ("02", "0202")),
        ("020203", ("02", "0202", "020203")),
        ("环境保护", ("02",)),
        ("环境保护/环境污染", ("02", "0202")),
        ("环境污染", ("02", "0202")),
        ("环境保护/没有的类/某事", ("02", "环境保护/没有的类", "环境保护/没有的类/某事")),
        ("水务/停水", ("水务", "水务/停水")),
        ("自己的说法", ("自己的说法",)),
    ],
)
def test_lineage_by_the_tree_or_by_the_path(label: str, keys: tuple[str, ...]) -> None:
    assert lineage(label) == keys


def test_ancestors_are_called_by_name_and_path() -> None:
    assert ancestor("02") == ("02", "环境保护", "02")
    assert ancestor("0202").label == "环境保护/环境污染"
    assert ancestor("水务/停水") == ("水务/停水", "水务/停水", None)
    assert nearest_code("环境保护/没有的类/某事") == "02"
    assert nearest_code("水务/停水") is None


def test_a_parent_is_worded_as_the_labels_are() -> None:
    assert parent_label("020203", ["0202", "0105"]) == "0202"
    assert parent_label("020203", []) == "0202"
    assert parent_label("环境污染", ["环境保护"]) == "环境保护"
    assert parent_label("水务/停水/夜里", []) == "水务/停水"
    assert parent_label("水务", []) is None


@given(st.lists(paths, min_size=1, max_size=25, unique=True), st.integers(0, 2**32 - 1))
def test_odds_sum_to_one_on_each_level_and_no_child_outdoes_its_parent(
    labels: list[str], seed: int
) -> None:
    tree = LabelTree.of(routes_of(labels))
    assert tree.is_whole()
    assert len(set(tree.leaves.tolist())) == len(labels)
    random = np.random.default_rng(seed)
    edges = len(tree)
    calibration = LeveledCalibration(
        tree,
        random.uniform(0.1, 5, edges).astype(np.float32),
        random.uniform(-0.1, 0.1, edges).astype(np.float32),
        random.normal(size=edges).astype(np.float32),
    )
    decisions = 3 * random.normal(size=(4, edges))
    odds = calibration.edges(decisions)
    below = tree.parents >= 0
    assert (odds[:, below] <= odds[:, tree.parents[below]] + 1e-12).all()
    tops = odds[:, ~below].sum(axis=1)
    assert tops == pytest.approx(np.ones(4))
    for edge in range(edges):
        children = np.flatnonzero(tree.parents == edge)
        if len(children):
            assert odds[:, children].sum(axis=1) == pytest.approx(odds[:, edge])
    assert calibration.probabilities(decisions).sum(axis=1) == pytest.approx(np.ones(4))


def test_a_label_above_others_is_a_leaf_beside_them() -> None:
    tree = LabelTree.of(routes_of(["水务", "水务/停水", "水务/水质", "电力"]))
    parents = [int(tree.parents[leaf]) for leaf in tree.leaves]
    assert parents[0] == parents[1] == parents[2] >= 0
    assert parents[3] == -1


def test_names_and_code_of_one_category_do_not_fall_together() -> None:
    routes = routes_of(["0202", "环境污染"])
    assert len(set(routes)) == 2
    assert routes[0][0] == routes[1][0] == "02"


def test_a_tree_that_cannot_be_is_seen() -> None:
    def tree(parents: list[int], leaves: list[int]) -> LabelTree:
        return LabelTree(np.array(parents, np.int32), np.array(leaves, np.int32))

    assert tree([-1, -1, 0], [2, 1]).is_whole()
    assert not tree([-1, 1, 0], [2]).is_whole()
    assert not tree([-1, -1], [2]).is_whole()
    assert not tree([0, -1], [1]).is_whole()
    assert not tree([], []).is_whole()


def ranked(label: str, share: float) -> Ranked:
    return Ranked(label, None, share, ("词",))


def test_the_deepest_sure_category_answers() -> None:
    labels = ("水务/停水/夜里", "水务/停水/白天", "水务/水质/发黄", "电力/停电/夜里")
    ladder = Ladder(labels)
    odds = np.array([0.3, 0.3, 0.2, 0.2])
    answer = ladder.answer(odds, ranked(labels[0], 0.3), 0.5)
    assert (answer.label, answer.probability) == ("水务/停水", pytest.approx(0.6))
    assert ladder.answer(odds, ranked(labels[0], 0.3), 0.7).label == "水务"
    assert ladder.answer(odds, ranked(labels[0], 0.3), 0.9).label == labels[0]
    assert ladder.answer(odds, ranked(labels[0], 0.3), 0.2).label == labels[0]
    flat = Ladder(("甲", "乙"))
    assert flat.answer(np.array([0.4, 0.3]), ranked("甲", 0.4), 0.5).label == "甲"


def test_rollup_goes_to_any_level() -> None:
    said = Suggestion(
        (
            ranked("水务/停水/夜里", 0.4),
            ranked("水务/停水/白天", 0.3),
            ranked("水务/水质/发黄", 0.2),
            ranked("别的", 0.1),
        ),
        "m",
        unsure=True,
    )
    second = [(r.label, round(r.probability, 2)) for r in rollup(said, 2)]
    assert second == [("水务/停水", 0.7), ("水务/水质", 0.2), ("别的", 0.1)]
    assert rollup(said)[0].probability == pytest.approx(0.9)
