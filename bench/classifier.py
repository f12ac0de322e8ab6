"""Measures the classifier (诉求分类) on real citizen messages, where the data set is at hand.

    python bench/classifier.py [--json FILE] [--data CSV]

Trains on the file with five-fold cross-validation, times training, suggestion and batch, and
judges the starter model (which never saw the file) on it. Rates are per second of processor time.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# First in line: this folder holds a classifier.py too, which is not the package.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from classifier import (
    Classifier,
    TrainedModel,
    evaluate,
    load,
    starter_corpus,
    train,
    train_starter,
)

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


def verdicts(figures: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "value": figures[name], "budget": bound, "kept": kept}
        for name, bound, at_least in BUDGETS
        if name in figures
        for kept in [figures[name] >= bound if at_least else figures[name] <= bound]
    ]


def print_table(result: dict[str, Any]) -> None:
    print(f"{'classifier':<22}{'measured':>12}{'budget':>10}")
    for row in result["budgets"]:
        print(
            f"{row['name']:<22}{row['value']:>12}{row['budget']:>10}"
            f"  {'kept' if row['kept'] else 'MISSED'}"
        )
    starter = result["starter"]
    print("starter model: " + ", ".join(f"{k} {v}" for k, v in starter.items()))


def main() -> int:
    parser = argparse.ArgumentParser(description="quality and speed of the classifier")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the result here")
    parser.add_argument("--data", type=Path, default=DATA, help="labelled messages (CSV)")
    options = parser.parse_args()
    rows = read_rows(options.data) if options.data.is_file() else None
    if rows is None:
        print(f"no {options.data.name} at hand: only the starter model is measured")
    figures = learned(rows) if rows else {}
    starter = started(rows)
    budgets = verdicts(figures or starter | {"train_peak_mib": round(peak_mib())})
    kept = all(row["kept"] for row in budgets)
    result = {"bench": "classifier", "within_budget": kept, "budgets": budgets}
    result |= {"trained": figures, "starter": starter}
    print_table(result)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
