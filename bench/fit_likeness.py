"""Fits the weights of ``classifier.likeness`` on the tuning half of the pairs (相似度拟合).

``python -m bench.fit_likeness`` prints them with recall and precision on both halves. The pairs of
topics.csv are long letters; hotline reports are one sentence, so some pairs of such, written for
the project, are fitted with them (``bench/samples/short_pairs.csv``).
"""

from __future__ import annotations

import csv
import math
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bench.duplicates import at_threshold, is_report
from bench.label_pairs import labelled, messages
from classifier import SAME_MATTER, fingerprint
from classifier.likeness.comparing import Evidence, evidence

SHORT = Path(__file__).with_name("samples") / "short_pairs.csv"
SMOOTH = 3.0
LINE = 0.28
"""Likeness of the fit from which recall on the tuning half is at its wished height."""

Rows = list[tuple[tuple[float, ...], bool]]


def long_pairs(*, of_report: bool) -> Rows:
    """Evidence of the labelled pairs of one half."""
    rows, pairs = messages(), labelled()
    wanted = [pair for pair in pairs if is_report(*pair) == of_report]
    taken = {
        number: fingerprint(rows[number]["title"], rows[number]["text"])
        for pair in wanted
        for number in pair
    }
    return [(astuple(evidence(taken[a], taken[b])), pairs[a, b]) for a, b in wanted]


def short_pairs() -> Rows:
    """Evidence of the one-sentence reports."""
    with SHORT.open(encoding="utf-8", newline="") as file:
        return [
            (
                astuple(evidence(fingerprint("", row["one"]), fingerprint("", row["other"]))),
                row["same"] == "1",
            )
            for row in csv.DictReader(file)
        ]


def main() -> None:
    """Fit, shift the bias so that the line lies at `SAME_MATTER`, and tell how it does."""
    tuning = long_pairs(of_report=False)
    rows = tuning + short_pairs()
    model = LogisticRegression(C=SMOOTH, max_iter=1000)
    model.fit(np.array([said for said, _ in rows]), np.array([same for _, same in rows]))
    weights = model.coef_[0]
    bias = float(model.intercept_[0]) - math.log(LINE / (1 - LINE))
    for name, weight in zip((field.name for field in fields(Evidence)), weights, strict=True):
        print(f"{name:<18}{weight:6.2f}")
    print(f"{'bias':<18}{bias:6.2f}")
    for name, half in (("tuning", tuning), ("report", long_pairs(of_report=True))):
        judged = [(_score(said, weights, bias), same) for said, same in half]
        recall, precision = at_threshold(judged, SAME_MATTER)
        print(f"{name}: recall {recall:.3f}, precision {precision:.3f}")


def _score(said: tuple[float, ...], weights: np.ndarray, bias: float) -> float:
    return 1 / (1 + math.exp(-bias - float(np.dot(weights, said))))


if __name__ == "__main__":
    main()
