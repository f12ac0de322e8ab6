"""Measures the classifier (诉求分类) on real citizen messages, where the data set is at hand.

    python -m bench classifier [--quick | --tries]

Trains on the file with five-fold cross-validation, times training, suggestion and batch, tells
the learning curve, and judges the starter model (which never saw the file) on it. Rates are per
second of processor time. `--tries` is `bench/tries.py`: what was tried and what it brought.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from bench.copies import near_copies
from bench.crossing import DATA, Course, read_rows, shipped
from bench.measure import Figure, Report
from bench.starter_sample import judged_by_level, told_by_level
from classifier import (
    Classifier,
    TrainedModel,
    evaluate,
    load,
    starter_corpus,
    train,
    train_starter,
)
from classifier.learning.folding import deal_folds, group_copies
from classifier.learning.prior import learn_prior

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.crossing import Rows

SINGLES = 1_000
KIB_PER_MIB = 1024

CURVE = (0.1, 0.2, 0.4, 0.7, 1.0)

# name of the figure, its bound, and whether it may not be lower (or not higher)
BUDGETS: tuple[tuple[str, float, bool], ...] = (
    ("macro_f1", 0.93, True),
    ("ece", 0.02, False),
    ("surest_80", 0.975, True),
    ("top3", 0.99, True),
    ("starter_macro_f1", 0.80, True),
    ("train_seconds", 60, False),
    ("train_peak_mib", 1024, False),
    ("load_seconds", 1, False),
    ("single_p50_ms", 2, False),
    ("single_p95_ms", 6, False),
    ("batch_per_second", 2000, True),
)


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
        "top3": round(figures.top3, 4),
        "confusion": figures.confusion,
        "per_class_f1": {name: round(s.f1, 4) for name, s in figures.per_class.items()},
        "train_seconds": round(seconds, 1),
        "train_peak_mib": round(peak),
        "load_seconds": round(load_seconds, 3),
    } | speed(warm, rows[0])


def crossed(rows: Rows) -> dict[str, Any]:
    """The same cross-validation by hand: its deviation, stricter folds, and fewer rows."""
    course = Course.of(rows)
    way = shipped(len(course.names), learn_prior(course.names, rows[0]))
    folds = deal_folds(course.targets, group_copies(rows[0]))
    curve = {}
    deviation = 0.0
    for share in CURVE:
        judged, deviation = course.judged(way, folds, share)
        curve[f"{share:.0%}"] = round(judged.macro_f1, 4)
    apart, apart_deviation = course.judged(way, deal_folds(course.targets, near_copies(rows[0])))
    return {
        "macro_f1_deviation": round(deviation, 4),
        "learning_curve": curve,
        "near_copies_apart": {
            "macro_f1": round(apart.macro_f1, 4),
            "deviation": round(apart_deviation, 4),
            "ece": round(apart.ece, 4),
            "surest_80": round(apart.coverage["0.8"], 4),
        },
    }


def started(rows: Rows | None) -> dict[str, Any]:
    model, seconds = timed(lambda: train_starter(datetime.now(UTC)))
    result: dict[str, Any] = {"train_seconds": round(seconds, 1), "own_folds": model.metrics}
    result |= speed(model.classifier, rows[0] if rows else corpus_rows()[0])
    result["by_level"] = judged_by_level(model.classifier)
    print(told_by_level(result["by_level"]), flush=True)
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
    if rows:
        told = told | crossed(rows) | {"starter_macro_f1": starter["macro_f1"]}
        print(told_in_words(told), flush=True)
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
    return Report("classifier", bounds, {"trained": told if rows else {}, "starter": starter})


def told_in_words(told: dict[str, Any]) -> str:
    """What the table of budgets has no room for."""
    apart = told["near_copies_apart"]
    lines = [
        f"macro-F1 {told['macro_f1']:.4f} ± {told['macro_f1_deviation']:.4f} between folds",
        f"with near-copies in one fold {apart['macro_f1']:.4f} ± {apart['deviation']:.4f}",
        "right on the surest: "
        + ", ".join(f"{float(k):.0%} {v:.4f}" for k, v in told["coverage"].items()),
        "by share of rows learned: "
        + ", ".join(f"{share} {f1:.4f}" for share, f1 in told["learning_curve"].items()),
        "confusion (truth: answers)",
    ]
    for truth, answers in told["confusion"].items():
        by_size = sorted(answers.items(), key=lambda pair: -pair[1])
        lines.append(f"  {truth}: " + ", ".join(f"{name} {count}" for name, count in by_size))
    return "\n".join(lines)
