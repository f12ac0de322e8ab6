"""The starter corpus (起步语料): messages and words written for the project, by category."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO

from classifier.reading.word_lists import lines_of
from classifier.tree import load_tree

_SECOND_LEVEL = 2


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One written example: the second-level code it belongs to, its title and its text."""

    label: str
    title: str
    text: str


def starter_corpus() -> tuple[LabelledText, ...]:
    """Messages written for the project, from `data/starter/*.csv`, in the order of the files."""
    folder = files("classifier").joinpath("data", "starter")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".csv"))
    corpus: list[LabelledText] = []
    for name in names:
        lines = StringIO(folder.joinpath(name).read_text(encoding="utf-8"), newline="")
        corpus.extend(
            LabelledText(row["label"].strip(), row["title"].strip(), row["text"].strip())
            for row in csv.DictReader(lines)
        )
    return tuple(corpus)


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
