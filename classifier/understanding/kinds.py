"""The kind of a demand (诉求类型) by a small model, with the words that spoke for it.

A logistic regression over the signs of `kind_features`, trained from `data/kind_corpus.csv` by
`kind_training` and kept as text in `data/kind_weights.tsv`: no scikit-learn and no pickle to load.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias, get_args

import numpy as np

from classifier.reading.word_lists import lines_of
from classifier.understanding.kind_features import is_telling, readable, signs_of, telling

Kind: TypeAlias = Literal["report", "complaint", "suggestion", "consult", "praise", "help"]

KINDS: tuple[Kind, ...] = get_args(Kind)
# A wish to be helped is what remains when a text gives no sign.
UNSPOKEN: Kind = "help"
WEIGHTS = "kind_weights.tsv"
FEWEST_SIGNS = 3
# Shorter than this a text tells its kind by a telling word or not at all (楼下, 路灯).
SHORTEST = 4
MOST_WORDS = 4
_LEAST_SAY = 0.4
# Runs with these show nobody why: they are parts of sentences.
_FORM_WORDS = frozenset("的了是我你他她它们就都也还又再在有和不一二三这那个到给把被")


@dataclass(frozen=True, slots=True)
class KindGuess:
    """The likeliest kind, its probability and the words that spoke for it, strongest first."""

    kind: Kind
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Model:
    """Row of each sign, a weight per sign and kind, and what is known before reading."""

    rows: dict[str, int]
    weights: np.ndarray[tuple[int, int], np.dtype[np.float32]]
    bias: np.ndarray[tuple[int], np.dtype[np.float32]]


def suggest_kind(text: str) -> Kind:
    """The likeliest kind; 求助 when the text gives no sign."""
    return guess_kind(text).kind


def guess_kind(text: str) -> KindGuess:
    """The likeliest kind with its probability; without a sign 求助, as likely as any other."""
    model, read = _model(), readable(text)
    known = [sign for sign in signs_of(read) if sign in model.rows]
    is_told = len(read) >= SHORTEST or any(is_telling(sign) for sign in known)
    if len(known) < FEWEST_SIGNS or not is_told:
        return KindGuess(UNSPOKEN, 1 / len(KINDS), ())
    weights = model.weights[[model.rows[sign] for sign in known]]
    scores = model.bias + weights.sum(axis=0) / np.sqrt(len(known))
    odds = np.exp(scores - scores.max())
    best = int(odds.argmax())
    says = weights[:, best] - (weights.sum(axis=1) - weights[:, best]) / (len(KINDS) - 1)
    return KindGuess(
        KINDS[best],
        float(odds[best] / odds.sum()),
        _words(read, KINDS[best], dict(zip(known, says.tolist(), strict=True))),
    )


def _words(text: str, kind: Kind, says: dict[str, float]) -> tuple[str, ...]:
    """Telling words first, then the runs of characters that said most, none within another."""
    words = list(telling(text, kind)[:MOST_WORDS])
    runs = (s for s in says if len(s) > 1 and s.isalpha() and says[s] >= _LEAST_SAY)
    runs = (run for run in runs if not _FORM_WORDS.intersection(run))
    for run in sorted(runs, key=lambda sign: (-says[sign], sign)):
        if len(words) >= MOST_WORDS:
            break
        if not any(run in word or word in run for word in words):
            words.append(run)
    return tuple(words)


@cache
def _model() -> _Model:
    head, bias, *lines = (line.split("\t") for line in lines_of(WEIGHTS))
    if tuple(head[1:]) != KINDS:
        raise ValueError(f"{WEIGHTS}: its kinds are {head[1:]}, not {KINDS}")
    return _Model(
        {sign: row for row, (sign, *_) in enumerate(lines)},
        np.array([[float(v) for v in values] for _, *values in lines], dtype=np.float32),
        np.array([float(value) for value in bias[1:]], dtype=np.float32),
    )
