"""The starter model (起步模型): so that a new hotline sorts from its first day."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO
from typing import TYPE_CHECKING

from classifier.learning.training import Rows, TrainedModel, train_rows
from classifier.reading.word_lists import lines_of
from classifier.tree import load_tree

if TYPE_CHECKING:
    from datetime import datetime

    from classifier.learning.training import Progress

STARTER_ID = "starter"
STARTER_AUTHOR = "Hotline 12345"
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


def train_starter(at: datetime, progress: Progress | None = None) -> TrainedModel:
    """Train the model with id `starter`; its labels are second-level codes."""
    corpus, words = starter_corpus(), category_words()
    every = (*corpus, *words)
    rows = Rows([(row.title, row.text) for row in every], [r.label for r in every], len(corpus))
    return train_rows(rows, author=STARTER_AUTHOR, at=at, progress=progress, model_id=STARTER_ID)
