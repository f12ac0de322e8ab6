"""The written messages (起步语料): every category covered, nothing twice, nobody's data."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from bench.starter_sample import read_sample
from classifier import load_tree, starter_corpus
from tests.house.sources import ROOT, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = starter_corpus()
FOLDER = ROOT / "classifier" / "data" / "starter"
FEWEST, SHORTEST, SHINGLE, SAME = 2, 4, 4, 0.5
# Mobile numbers, identity numbers and long card numbers, in half- or full-width digits.
PERSONAL = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|\d{15}|\d{17}[Xx]")


def test_every_third_level_category_is_worded() -> None:
    counts = Counter(row.leaf for row in CORPUS)
    tree = load_tree()
    found = [tree.path(code) for code in tree.codes(3) if counts[code] < FEWEST]
    assert not found, f"Write at least {FEWEST} messages for:{listed(found)}"


def test_every_row_has_a_code_of_the_tree_and_stands_in_its_file() -> None:
    codes = {*load_tree().codes(2), *load_tree().codes(3)}
    assert {row.leaf or row.label for row in CORPUS} <= codes
    for path in FOLDER.glob("*.csv"):
        lines = path.read_text("utf-8").splitlines()
        assert lines[0] == "label,title,text", path.name
        assert {line[:2] for line in lines[1:]} == {path.name[:2]}, path.name


def test_no_row_is_empty_or_personal() -> None:
    texts, codes = read_sample()
    rows = [(row.title, row.text) for row in CORPUS] + texts
    found = [
        title + text
        for title, text in rows
        if len(text) < SHORTEST or PERSONAL.search(title + text)
    ]
    assert not found, f"Too short, or a number of a person:{listed(found)}"
    assert set(codes) <= set(load_tree().codes(3))


def test_no_two_messages_are_alike() -> None:
    """Neither in the corpus nor between corpus and sample: that would judge what it taught."""
    texts = [row.title + row.text for row in CORPUS] + [a + b for a, b in read_sample()[0]]
    found = [f"{texts[one]} = {texts[other]}" for one, other in _alike(texts)]
    assert not found, f"Write one of them anew:{listed(found)}"


def test_alike_means_half_of_the_shingles() -> None:
    first, near, far = "小区停水三天没有人管", "小区停水三天没有人管啊", "工厂夜里排污水"
    assert list(_alike([first, far, near])) == [(0, 2)]


def _alike(texts: list[str]) -> Iterator[tuple[int, int]]:
    shingles = [_shingles(text) for text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    for row, own in enumerate(shingles):
        shared = Counter(chain.from_iterable(holders[piece] for piece in own))
        for other, count in shared.items():
            if count >= SAME * len(own | shingles[other]):
                yield other, row
        for piece in own:
            holders[piece].append(row)


def _shingles(text: str) -> set[str]:
    bare = re.sub(r"[\W_]+", "", text)
    return {bare[at : at + SHINGLE] for at in range(max(1, len(bare) - SHINGLE + 1))}
