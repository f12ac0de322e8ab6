"""Measures training on a city's whole history: time, flat memory, the model it makes (规模).

    python -m bench scale [--quick]

Histories of growing length are made up (`bench/history.py`) and trained through the command line,
each in a process of its own; the model of the longest is then loaded and asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import history
from bench.crossing import FOLDER, read_rows
from bench.measure import Figure, Report, percentile
from classifier import load, starter_corpus

ROWS = (50_000, 200_000, 500_000)
QUICK_ROWS = (3_000, 6_000)
UNLABELLED = FOLDER / "messages_unlabelled.csv"
SINGLES = 1_000
REPEATS = 4
MIB = 1 << 20
SECONDS, PEAK_MIB, GROWTH = 600, 1024, 1.35
LOAD_SECONDS, RESIDENT_MIB, P50_MS, BATCH_RATE = 1, 250, 2, 2000
LOADED = """
import json, sys, time
from pathlib import Path
begun = time.perf_counter()
from classifier import load
import psutil
imported = time.perf_counter()
model = load(Path(sys.argv[1]))
loaded = time.perf_counter()
for _ in range(20):
    model.suggest("停水", "小区停水三天没有人来修")
print(json.dumps([loaded - imported, psutil.Process().memory_info().rss]))
"""


def run(*, is_quick: bool) -> Report:
    """Train each history, then look at the last model."""
    sizes = QUICK_ROWS if is_quick else ROWS
    with tempfile.TemporaryDirectory(prefix="hotline-scale-") as folder:
        place = Path(folder)
        trained = [training(place, rows, is_short=is_quick) for rows in sizes]
        told = working(place / "models" / trained[-1]["model"], place)
    peaks = [one["peak_mib"] for one in trained]
    figures = [
        *(
            Figure(what=f"peak, {rows:,} rows", value=peak, unit="MiB", at_most=PEAK_MIB)
            for rows, peak in zip(sizes, peaks, strict=True)
        ),
        Figure(what="peak, last / first", value=peaks[-1] / peaks[0], at_most=GROWTH),
        Figure(what="train", value=trained[-1]["seconds"], unit="s", at_most=SECONDS),
        Figure(what="trained rows", value=sizes[-1] / trained[-1]["seconds"], unit="/s"),
        Figure(what="model on disk", value=told["mib"], unit="MiB"),
        Figure(what="load", value=told["load"], unit="s", at_most=LOAD_SECONDS),
        Figure(what="resident with model", value=told["rss"], unit="MiB", at_most=RESIDENT_MIB),
        Figure(what="single p50", value=told["p50"], unit="ms", at_most=P50_MS),
        Figure(what="predict --file", value=told["rate"], unit="/s", at_least=BATCH_RATE),
        Figure(what="predict --file start-up", value=told["start"], unit="s"),
    ]
    return Report("scale", figures, {"trained": trained})


def training(place: Path, rows: int, *, is_short: bool) -> dict[str, Any]:
    """Train a history of so many rows in a process of its own."""
    path = place / "history.csv"
    history.write(rows, path)
    columns = ["--text", "title,text", "--label", "level1,level2,level3"]
    words = ["train", str(path), *columns, "--department", "department", "--json"]
    out, seconds, peak = ran(place, words)
    said = json.loads(out)
    assert said["training"]["path"] == "streamed" or is_short, said["training"]
    kept = ("accuracy", "macro_f1", "ece", "levels", "departments", "training", "model")
    return {
        "rows": rows,
        "seconds": round(seconds, 1),
        "peak_mib": round(peak),
        **{name: said[name] for name in kept},
        "labels_merged": len(said["merged"]),
    }


def ran(place: Path, words: list[str]) -> tuple[str, float, float]:
    """Output, seconds and peak memory (MiB) of `hotline model WORDS` in an empty house."""
    env = {**os.environ, "HOTLINE_DATA_DIR": str(place)}
    begun = perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "hotline", "model", *words],
            env=env,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0, words
        out.seek(0)
        unit = MIB if sys.platform == "darwin" else 1024
        return out.read(), perf_counter() - begun, used.ru_maxrss / unit


def working(folder: Path, place: Path) -> dict[str, float]:
    """The model of the longest history at work."""
    asked = subprocess.run(
        [sys.executable, "-c", LOADED, str(folder)], check=True, capture_output=True, text=True
    )
    load_seconds, resident = json.loads(asked.stdout)
    texts = messages()
    model = load(folder)
    for title, text in texts[:50]:
        model.suggest(title, text)
    times = []
    for title, text in texts[:SINGLES]:
        begun = perf_counter()
        model.suggest(title, text)
        times.append(1_000 * (perf_counter() - begun))
    rate, start = streaming(place, folder.name, texts)
    return {
        "mib": sum(path.stat().st_size for path in folder.iterdir()) / MIB,
        "load": load_seconds,
        "rss": resident / MIB,
        "p50": percentile(times, 0.5),
        "rate": rate,
        "start": start,
    }


def messages() -> list[tuple[str, str]]:
    """Real messages where they are at hand, else those of the starter corpus."""
    if UNLABELLED.is_file():
        return read_rows(UNLABELLED)[0]
    return [(row.title, row.text) for row in starter_corpus()]


def streaming(place: Path, model: str, texts: list[tuple[str, str]]) -> tuple[float, float]:
    """Rows per second of `predict --file`, and the seconds before the first row.

    A file and one several times as long: what they have in common is the start-up.
    """
    seconds = []
    for repeats in (1, REPEATS):
        path = place / f"messages{repeats}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = history.csv.writer(file)
            table.writerow(("title", "text"))
            table.writerows(texts * repeats)
        words = ["predict", "--file", str(path), "--text", "title,text", "--model", model]
        seconds.append(min(ran(place, words)[1] for _ in range(2)))
    short, long = seconds
    rate = len(texts) * (REPEATS - 1) / (long - short)
    return rate, short - len(texts) / rate
