"""Measures the label check (标注核查) on the labelled file: what it finds, what dropping brings.

    python -m bench noise

Five of a hundred labels are flipped by dice; the check must rank the flipped rows first. The file
has mistakes of its own, which count here as false alarms, so the true precision is higher. Then,
with the labels as they are: does a model get better when the suspects among its own training rows
are left out? Suspects are sought inside each training part only, the judged rows are never touched.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from bench.crossing import DATA, Course, read_rows, shipped
from bench.measure import Figure, Report
from classifier import find_noise
from classifier.learning.folding import deal_folds, group_copies
from classifier.learning.prior import learn_prior

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.crossing import Judge, Rows
    from classifier.reading.documents import Document

FLIPPED = 20
"""One label in so many is flipped."""


def found(rows: Rows) -> dict[str, float]:
    """Flip labels and see how many of them are found, and how high they are ranked."""
    texts, labels = rows
    luck, names = random.Random(1), sorted(set(rows[1]))
    wrong = set(luck.sample(range(len(labels)), len(labels) // FLIPPED))
    noisy = [
        luck.choice([name for name in names if name != label]) if row in wrong else label
        for row, label in enumerate(labels)
    ]
    ranked = [suspect.row for suspect in find_noise(texts, noisy).suspects]
    half = ranked[: len(wrong) // 2]
    return {
        "flipped": len(wrong),
        "suspects": len(ranked),
        "recall": round(len(wrong & set(ranked)) / len(wrong), 4),
        "precision_first_half": round(len(wrong & set(half)) / len(half), 4),
        "precision": round(len(wrong & set(ranked)) / len(ranked), 4),
    }


def dropped(rows: Rows) -> dict[str, float]:
    """Macro-F1 with all rows, and with the suspects left out of every training part."""
    texts, labels = rows
    course = Course.of(rows)
    folds = deal_folds(course.targets, group_copies(texts))
    way = shipped(len(course.names), learn_prior(course.names, texts))
    place = {id(document): row for row, document in enumerate(course.documents)}
    left_out = 0

    def careful(documents: list[Document], targets: NDArray[np.int64]) -> Judge:
        nonlocal left_out
        taught = [place[id(document)] for document in documents]
        said = find_noise([texts[row] for row in taught], [labels[row] for row in taught])
        suspects = {suspect.row for suspect in said.suspects}
        left_out += len(suspects)
        kept = [row for row in range(len(documents)) if row not in suspects]
        return way([documents[row] for row in kept], targets[kept])

    usual, deviation = course.judged(way, folds)
    cleaned, _ = course.judged(careful, folds)
    return {
        "macro_f1": round(usual.macro_f1, 4),
        "deviation": round(deviation, 4),
        "macro_f1_without_suspects": round(cleaned.macro_f1, 4),
        "left_out_per_fold": round(left_out / (int(folds.max()) + 1)),
    }


def run(*, is_quick: bool) -> Report:
    """Both figures in the form of all benches; nothing without the real file."""
    if is_quick or not DATA.is_file():
        return Report("noise", [Figure(what="rows", value=0)], {})
    rows = read_rows(DATA)
    injected = found(rows)
    told = injected | dropped(rows)
    print(", ".join(f"{name} {value}" for name, value in told.items()), flush=True)
    bounds = [
        Figure(what="precision_first_half", value=injected["precision_first_half"], at_least=0.9),
        Figure(what="recall", value=injected["recall"], at_least=0.75),
    ]
    return Report("noise", bounds, told)
