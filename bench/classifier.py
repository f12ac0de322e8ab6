"""Measures the classifier (诉求分类) on real citizen messages, where the data set is at hand.

    python -m bench classifier [--quick]

Trains on the file with five-fold cross-validation, times training, suggestion and batch, and
judges the starter model (which never saw the file) on it. Rates are per second of processor time.
"""

from __future__ import annotations

import csv
import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from bench.measure import Figure, Report
from classifier import (
    Classifier,
    TrainedModel,
    evaluate,
    load,
    starter_corpus,
    train,
    train_starter,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "messages_labelled_train.csv"
SINGLES = 1_000
KIB_PER_MIB = 1024

Rows = tuple[list[tuple[str, str]], list[str]]

# name of the figure, its bound, and whether it may not be lower (or not higher)
BUDGETS: tuple[tuple[str, float, bool], ...] = (
    ("macro_f1", 0.93, True),
    ("ece", 0.02, False),
    ("surest_80", 0.975, True),
    ("train_seconds", 60, False),
    ("train_peak_mib", 1024, False),
    ("load_seconds", 1, False),
    ("single_p50_ms", 2, False),
    ("single_p95_ms", 6, False),
    ("batch_per_second", 2000, True),
)


def read_rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [(row["title"], row["text"]) for row in rows], [row["category"] for row in rows]


def corpus_rows() -> Rows:
    rows = starter_corpus()
    return [(row.title, row.text) for row in rows], [row.label for row in rows]


def peak_mib() -> float:
    unit = KIB_PER_MIB if sys.platform != "darwin" else KIB_PER_MIB**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def timed(make: Callable[[], TrainedModel]) -> tuple[TrainedModel, float]:
    begun = perf_counter()
    made = make()
    return made, perf_counter() - begun


def reloaded(model: TrainedModel) -> tuple[Classifier, float]:
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model")
        begun = perf_counter()
        return load(Path(folder) / "model"), perf_counter() - begun


def speed(model: Classifier, texts: list[tuple[str, str]]) -> dict[str, float]:
    """Batch rate, best of three, and the time of single suggestions once warm."""
    model.predict_many(texts[:200])
    rate = 0.0
    for _ in range(3):
        begun = process_time()
        model.predict_many(texts)
        rate = max(rate, len(texts) / (process_time() - begun))
    singles = []
    for title, text in texts[:SINGLES]:
        begun = perf_counter()
        model.suggest(title, text)
        singles.append(1_000 * (perf_counter() - begun))
    singles.sort()
    return {
        "batch_per_second": round(rate),
        "single_p50_ms": round(singles[len(singles) // 2], 3),
        "single_p95_ms": round(singles[int(len(singles) * 0.95)], 3),
    }


def learned(rows: Rows) -> dict[str, Any]:
    at = datetime.now(UTC)
    model, seconds = timed(lambda: train(*rows, author="bench", at=at))
    peak = peak_mib()
    warm, load_seconds = reloaded(model)
    figures = model.evaluation
    return {
        "rows": figures.rows,
        "macro_f1": round(figures.macro_f1, 4),
        "accuracy": round(figures.accuracy, 4),
        "ece": round(figures.ece, 4),
        "coverage": figures.coverage,
        "surest_80": round(figures.coverage["0.8"], 4),
        "train_seconds": round(seconds, 1),
        "train_peak_mib": round(peak),
        "load_seconds": round(load_seconds, 3),
    } | speed(warm, rows[0])


def started(rows: Rows | None) -> dict[str, Any]:
    model, seconds = timed(lambda: train_starter(datetime.now(UTC)))
    result: dict[str, Any] = {"train_seconds": round(seconds, 1), "own_folds": model.metrics}
    result |= speed(model.classifier, rows[0] if rows else corpus_rows()[0])
    if rows:
        judged = evaluate(model.classifier, *rows)
        result |= {"macro_f1": judged.macro_f1, "accuracy": judged.accuracy, "ece": judged.ece}
        result |= {"top3": judged.top3, "coverage": judged.coverage}
    return result


def run(*, is_quick: bool) -> Report:
    """The same figures in the form of all benches; without the real file the starter's alone."""
    rows = read_rows(DATA) if DATA.is_file() and not is_quick else None
    figures = learned(rows) if rows else {}
    starter = started(rows)
    told = figures or starter | {"train_peak_mib": round(peak_mib())}
    bounds = [
        Figure(
            what=name,
            value=told[name],
            at_least=bound if is_least else None,
            at_most=None if is_least else bound,
        )
        for name, bound, is_least in BUDGETS
        if name in told
    ]
    return Report("classifier", bounds, {"trained": figures, "starter": starter})
