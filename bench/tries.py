"""What was tried on the classifier, and what each try brought (消融实验).

    python -m bench classifier --tries

Each line is one five-fold run on the labelled file; near-copies share a fold. The lines from
the top to "shipped" build on each other, those below change one thing of the shipped way.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.copies import near_copies
from bench.crossing import DATA, FOLDER, MIN_ROWS, Course, read_rows, shipped
from bench.measure import Figure, Report
from classifier import load_tree, starter_corpus
from classifier.learning.blocks import PairBlock, WordBlock
from classifier.learning.calibration import softmax
from classifier.learning.features import CHARACTERS, TITLE_WORDS, WORDS, FeatureSpace
from classifier.learning.fitting import MACHINES, LinearWeights, fit_weights
from classifier.learning.folding import deal_folds
from classifier.learning.prior import learn_prior
from classifier.reading.documents import read_documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.crossing import Judge, Way
    from classifier.reading.documents import Document

SVM = ((0.0, 0.7),)
SVM_AND_BAYES = ((0.0, 0.7), (1.0, 0.2))
ALL = frozenset({"words", "pairs", "title_words", "title_pairs", "singles"})
NO_SINGLES = ALL - {"singles"}
# Steep enough to tell sure answers from others before any calibration.
STEEPNESS = 3.0
SURE, MISTAKEN = 0.97, 0.9


def space_of(documents: list[Document], blocks: frozenset[str]) -> FeatureSpace:
    """A feature space in which the other blocks weigh nothing."""
    words, titles, *characters = (
        plan if plan.name in blocks else replace(plan, weight=0.0)
        for plan in (WORDS, TITLE_WORDS, *CHARACTERS)
    )
    return FeatureSpace(
        (
            WordBlock.fit(words, documents, MIN_ROWS),
            WordBlock.fit(titles, documents, MIN_ROWS),
        ),
        tuple(PairBlock.fit(plan, documents, MIN_ROWS) for plan in characters),
    )


def linear(labels: int, blocks: frozenset[str], machines: Sequence[tuple[float, float]]) -> Way:
    """Some blocks and machines, without a prior."""

    def teach(documents: list[Document], targets: NDArray[np.int64]) -> Judge:
        space = space_of(documents, blocks)
        weights = fit_weights(space.matrix(documents), targets, labels, machines)
        return judge_of(space, weights)

    return teach


def judge_of(space: FeatureSpace, weights: LinearWeights) -> Judge:
    return lambda unseen: weights.decisions(space.matrix(unseen))


def corpus_as_rows(names: list[str], way: Way) -> Way:
    """The corpus among the training rows, instead of a prior of its own."""
    tree = load_tree()
    rows = [(r.title, r.text, tree.first_level(r.label)) for r in starter_corpus()]
    rows = [row for row in rows if row[2] in names]
    more = read_documents((title, text) for title, text, _ in rows)
    numbers = np.array([names.index(str(name)) for _, _, name in rows], dtype=np.int64)
    return lambda documents, targets: way(documents + more, np.concatenate((targets, numbers)))


def self_taught(unlabelled: list[Document], way: Way) -> Way:
    """Unlabelled messages the first model is sure of are learned as if labelled."""

    def teach(documents: list[Document], targets: NDArray[np.int64]) -> Judge:
        odds = softmax(STEEPNESS * way(documents, targets)(unlabelled))
        sure = np.flatnonzero(odds.max(axis=1) >= SURE)
        more = [unlabelled[index] for index in sure.tolist()]
        return way(documents + more, np.concatenate((targets, odds[sure].argmax(axis=1))))

    return teach


def without_mistaken(way: Way) -> Way:
    """Rows whose label a model of the other rows surely denies are left out."""

    def teach(documents: list[Document], targets: NDArray[np.int64]) -> Judge:
        parts = np.arange(len(targets)) % 4
        kept = np.ones(len(targets), dtype=np.bool_)
        for part in range(4):
            others, own = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
            judge = way([documents[i] for i in others.tolist()], targets[others])
            odds = softmax(STEEPNESS * judge([documents[i] for i in own.tolist()]))
            denied = (odds.argmax(axis=1) != targets[own]) & (odds.max(axis=1) >= MISTAKEN)
            kept[own] = ~denied
        return way([documents[i] for i in np.flatnonzero(kept).tolist()], targets[kept])

    return teach


def ways(course: Course, texts: list[tuple[str, str]]) -> dict[str, Way]:
    """Every try by its name."""
    labels = len(course.names)
    best = shipped(labels, learn_prior(course.names, texts))
    unlabelled = read_documents(read_rows(FOLDER / "messages_unlabelled.csv")[0])
    return {
        "words and pairs, one machine": linear(labels, frozenset({"words", "pairs"}), SVM),
        "+ blocks of the title": linear(labels, NO_SINGLES, SVM),
        "+ Bayes-scaled machine (0.2.0)": linear(labels, NO_SINGLES, SVM_AND_BAYES),
        "+ single characters": linear(labels, ALL, SVM_AND_BAYES),
        "+ two Bayes-scaled machines": linear(labels, ALL, MACHINES),
        "+ prior of the corpus (shipped)": best,
        "corpus as rows, no prior": corpus_as_rows(course.names, linear(labels, ALL, MACHINES)),
        "self-training on unlabelled": self_taught(unlabelled, best),
        "denied labels left out": without_mistaken(best),
    }


def run(*, is_quick: bool) -> Report:
    """One five-fold run for each try (quick: on every fourth row)."""
    if not DATA.is_file():
        raise SystemExit(f"{DATA.name} is not at hand: nothing to try on")
    texts, labels = read_rows(DATA)
    if is_quick:
        texts, labels = texts[::4], labels[::4]
    course = Course.of((texts, labels))
    folds = deal_folds(course.targets, near_copies(texts))
    figures, notes = [], {}
    for name, way in ways(course, texts).items():
        begun = perf_counter()
        judged, deviation = course.judged(way, folds)
        told: dict[str, Any] = {
            "macro_f1": round(judged.macro_f1, 4),
            "deviation": round(deviation, 4),
            "ece": round(judged.ece, 4),
            "surest_80": round(judged.coverage["0.8"], 4),
            "top3": round(judged.top3, 4),
            "seconds": round(perf_counter() - begun, 1),
        }
        print(f"{name:<34}{told}", flush=True)
        figures.append(Figure(what=name, value=judged.macro_f1))
        notes[name] = told
    return Report("classifier_tries", figures, notes)
