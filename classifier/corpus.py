"""The starter corpus (起步语料): messages and words written for the project, by category."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO

from classifier.reading.word_lists import lines_of
from classifier.tree import load_tree

_SECOND_LEVEL = 2
_SECOND_LEVEL_DIGITS = 4


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One written example: the second-level code it belongs to, its title and its text.

    `leaf` is the third-level code below `label` where one was written down, else None. The title
    may be empty: many citizens write none.
    """

    label: str
    title: str
    text: str
    leaf: str | None = None


def starter_corpus() -> tuple[LabelledText, ...]:
    """Messages written for the project, from `data/starter/*.csv`, in the order of the files.

    A row of the files carries a second-level or a third-level code.
    """
    folder = files("classifier").joinpath("data", "starter")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".csv"))
    corpus: list[LabelledText] = []
    for name in names:
        lines = StringIO(folder.joinpath(name).read_text(encoding="utf-8"), newline="")
        corpus.extend(map(_labelled_text, csv.DictReader(lines)))
    return tuple(corpus)


def _labelled_text(row: dict[str, str]) -> LabelledText:
    code = row["label"].strip()
    parent = code[:_SECOND_LEVEL_DIGITS]
    leaf = code if code != parent else None
    return LabelledText(parent, row["title"].strip(), row["text"].strip(), leaf)


def category_words() -> tuple[LabelledText, ...]:
    """List what citizens call things, as short texts under second-level codes.

    Each third-level name of the tree, and each saying listed in `data/category_words.txt`.
    """
    tree = load_tree()
    words: list[LabelledText] = []
    for code in tree.codes(_SECOND_LEVEL):
        names = [child.name for child in tree.children(code) if child.name != "其他"]
        words.extend(LabelledText(code, name, "") for name in names)
    for line in lines_of("category_words.txt"):
        code, *sayings = line.split()
        words.extend(LabelledText(code, saying, "") for saying in sayings)
    return tuple(words)
