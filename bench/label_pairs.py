"""Draws message pairs to be read and labelled by a person (重复标注): same matter, or not.

Four ways of drawing, so that recall is not measured only on what our own method finds: pairs
that two student teams put together, pairs of one citizen, neighbours by character TF-IDF in bands
of cosine, and random pairs whose titles share a rare word. `python -m bench.label_pairs` prints
the pairs that have no label yet, with their titles and first words; the label (1 or 0) is then
written behind the two ids in `bench/samples/duplicate_pairs.csv`. Only ids are kept.

A duplicate (1) is the same matter at the same place, which one answer of one unit would settle
for both: the same estate, road, line, school or decree and the same grievance about it. The same
complaint of another estate is none (0), nor another grievance of the same estate.
"""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SAMPLES = Path(__file__).with_name("samples") / "duplicate_pairs.csv"
SEED = 12345
PER_WAY = {"reference": 70, "citizen": 70, "near": 45, "title": 110}
BANDS = ((0.6, 1.01), (0.45, 0.6), (0.33, 0.45), (0.22, 0.33))
RARE_TITLE_WORD = range(2, 31)
SHOWN = 90

Pair = tuple[str, str]


def messages() -> dict[str, dict[str, str]]:
    """Messages of topics.csv by id."""
    with (SHARED / "topics.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def labelled() -> dict[Pair, bool]:
    """Pairs that were read, and whether they are the same matter."""
    with SAMPLES.open(encoding="utf-8", newline="") as file:
        return {(row["one"], row["other"]): row["same"] == "1" for row in csv.DictReader(file)}


def drawn() -> dict[Pair, str]:
    """Pairs to be read with the way they were drawn; the same ones in each run."""
    rows = messages()
    ways = {"reference": _reference(rows), "citizen": _citizen(rows), "title": _title(rows)}
    near = _near(rows)
    chosen: dict[Pair, str] = {}
    dice = random.Random(SEED)
    for way, pairs in ways.items():
        _choose(chosen, way, pairs, PER_WAY[way], dice)
    for low, high in BANDS:
        band = [pair for pair, cosine in near.items() if low <= cosine < high]
        _choose(chosen, f"near {low}", band, PER_WAY["near"], dice)
    return chosen


def _choose(
    chosen: dict[Pair, str], way: str, pairs: list[Pair], count: int, dice: random.Random
) -> None:
    fresh = sorted(set(pairs) - set(chosen))
    for pair in dice.sample(fresh, min(count, len(fresh))):
        chosen[pair] = way


def _reference(rows: dict[str, dict[str, str]]) -> list[Pair]:
    topics: dict[Pair, list[str]] = defaultdict(list)
    with (SHARED / "topics_reference.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["message_id"] in rows:
                topics[row["team"], row["topic"]].append(row["message_id"])
    votes = Counter(pair for ids in topics.values() for pair in combinations(sorted(set(ids)), 2))
    return [pair for pair, count in votes.items() if count > 1]


def _citizen(rows: dict[str, dict[str, str]]) -> list[Pair]:
    own: dict[str, list[str]] = defaultdict(list)
    for row in rows.values():
        own[row["user"]].append(row["id"])
    return [pair for ids in own.values() for pair in combinations(sorted(ids), 2)]


def _title(rows: dict[str, dict[str, str]]) -> list[Pair]:
    import jieba

    holders: dict[str, list[str]] = defaultdict(list)
    for row in rows.values():
        for word in {word for word in jieba.cut(row["title"]) if len(word) > 1}:
            holders[word].append(row["id"])
    return [
        pair
        for ids in holders.values()
        if len(ids) in RARE_TITLE_WORD
        for pair in combinations(sorted(ids), 2)
    ]


def _near(rows: dict[str, dict[str, str]]) -> dict[Pair, float]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    ids = list(rows)
    texts = [f"{row['title']} {row['title']} {row['text']}" for row in rows.values()]
    counted = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True, min_df=2)
    matrix = counted.fit_transform(texts)
    cosines = (matrix @ matrix.T).tocoo()
    return {
        (min(ids[i], ids[j]), max(ids[i], ids[j])): float(cosine)
        for i, j, cosine in zip(cosines.row, cosines.col, cosines.data, strict=True)
        if i < j and cosine >= BANDS[-1][0]
    }


def main() -> None:
    """Print what is still to be read."""
    rows, known = messages(), labelled() if SAMPLES.exists() else {}
    for number, ((one, other), way) in enumerate(drawn().items()):
        if (one, other) not in known:
            print(f"#{number} [{way}] {one} {other}")
            for row in (rows[one], rows[other]):
                print(f"   {row['user'][-4:]} {row['title']} | {row['text'][:SHOWN]}")


if __name__ == "__main__":
    main()
