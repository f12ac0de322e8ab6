"""Judges the starter model by level (起步模型分级准确率) on messages that taught nothing.

`bench/samples/starter.csv` was written for this after the corpus and the word lists were done;
it covers the fifteen first-level categories under third-level codes. All of it is invented.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier import load_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier import Classifier

SAMPLE = Path(__file__).parent / "samples" / "starter.csv"
FIRST, SECOND = 2, 4
OFFERED = 3


def read_sample() -> tuple[list[tuple[str, str]], list[str]]:
    """(title, text) and third-level code of each message."""
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [(row["title"], row["text"]) for row in rows], [row["label"] for row in rows]


def judged_by_level(model: Classifier) -> dict[str, Any]:
    """Shares right: the first level, the second level, and the second among the three offered.

    The first level is the likeliest sum of siblings, as on the pages.
    """
    texts, codes = read_sample()
    odds = model.probabilities(texts)
    offered = [[model.labels[i] for i in row] for row in (-odds).argsort(axis=1)[:, :OFFERED]]
    parents = [_likeliest_parent(model.labels, row) for row in odds.tolist()]
    missed = Counter(
        load_tree().path(code[:FIRST])
        for code, parent in zip(codes, parents, strict=True)
        if code[:FIRST] != parent
    )
    return {
        "messages": len(codes),
        "first_level": _share([c[:FIRST] == p for c, p in zip(codes, parents, strict=True)]),
        "second_level": _share([c[:SECOND] == o[0] for c, o in zip(codes, offered, strict=True)]),
        "top3": _share([c[:SECOND] in o for c, o in zip(codes, offered, strict=True)]),
        "missed_by_first_level": dict(missed.most_common()),
    }


def told_by_level(judged: dict[str, Any]) -> str:
    """One line for the reader of the bench."""
    return (
        f"starter by level on {judged['messages']} written messages: "
        f"first {judged['first_level']:.3f}, second {judged['second_level']:.3f}, "
        f"second among three {judged['top3']:.3f}"
    )


def _likeliest_parent(labels: Sequence[str], odds: Sequence[float]) -> str:
    sums: dict[str, float] = defaultdict(float)
    for label, share in zip(labels, odds, strict=True):
        sums[label[:FIRST]] += share
    return max(sums, key=lambda parent: sums[parent])


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / len(right), 3)
