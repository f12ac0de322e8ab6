"""Migrations tell their story by name: NNNN_verb_noun, one after the other, and a head."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.house.sources import ROOT, files, tree

if TYPE_CHECKING:
    from pathlib import Path

VERSIONS = files("migrations/versions")
SHAPE = re.compile(r"\d{4}_[a-z]+(_[a-z0-9]+)+")


def said(path: Path, name: str) -> str | None:
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path.name} has no {name}")


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_says_what_it_does(path: Path) -> None:
    assert SHAPE.fullmatch(path.stem), f"{path.name}: name it NNNN_verb_noun.py"
    assert said(path, "revision") == path.stem, "the revision is the file's name"
    assert "downgrade" in {getattr(node, "name", "") for node in tree(path).body}


def test_they_stand_in_line() -> None:
    numbers = [int(path.stem[:4]) for path in VERSIONS]
    assert numbers == list(range(1, len(numbers) + 1)), "numbers are consecutive from 0001"
    before = [None, *(path.stem for path in VERSIONS)]
    assert [said(path, "down_revision") for path in VERSIONS] == before[:-1]


def test_the_head_is_written_down() -> None:
    head = (ROOT / "migrations/HEAD").read_text("utf-8").strip()
    assert head == VERSIONS[-1].stem, (
        "Write the newest migration into migrations/HEAD; two people who add one at the same time "
        "then meet in a merge conflict, not in production."
    )
