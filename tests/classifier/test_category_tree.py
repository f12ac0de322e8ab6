"""The category tree: codes, names, paths, and what a label means."""

from __future__ import annotations

import pytest

from classifier import load_tree

TREE = load_tree()


def test_tree_has_three_levels() -> None:
    assert [len(TREE.codes(level)) for level in (1, 2, 3)] == [15, 118, 517]
    assert len(TREE) == 650


def test_path_names_every_level() -> None:
    assert TREE.path("0109") == "城乡建设/住房保障与房地产"
    with pytest.raises(KeyError):
        TREE.path("9999")


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("0109", "0109"),
        (" 城乡建设 ", "01"),
        ("交通运输", "03"),
        ("住房保障与房地产", "0109"),
        ("城乡建设/住房保障与房地产", "0109"),
        ("交通运输 / 交通运输", "0303"),
        ("其他", None),
        ("没有这个分类", None),
        ("", None),
    ],
)
def test_resolve_takes_code_path_or_unique_name(label: str, code: str | None) -> None:
    assert TREE.resolve(label) == code


def test_every_code_and_path_resolves_to_itself() -> None:
    for level in (1, 2, 3):
        for code in TREE.codes(level):
            assert TREE.resolve(code) == code
            assert TREE.resolve(TREE.path(code)) == code


def test_children_belong_to_their_parent() -> None:
    children = TREE.children("02")
    assert [child.code for child in children] == ["0201", "0202", "0203", "0204"]
    assert [first.code for first in TREE.children("")][:2] == ["01", "02"]
    assert TREE.children("020201") == ()


def test_first_level_of_leaf_name_and_nonsense() -> None:
    assert TREE.first_level("0202") == "环境保护"
    assert TREE.first_level("环境污染") == "环境保护"
    assert TREE.first_level("外星事务") is None
