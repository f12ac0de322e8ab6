"""Label noise (标注核查): rows whose given label the other rows contradict.

Confident learning (Northcutt, Jiang, Chuang 2021): each row is judged by a model that has not seen
it; a label counts as meant where its probability reaches the mean that rows of that label get
themselves. Rows surely meant otherwise are suspects, the least likely given label first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from classifier.errors import TrainingError
from classifier.learning.calibration import fit_calibration
from classifier.learning.families import families_of, fit_families
from classifier.learning.features import FeatureSpace
from classifier.learning.folding import FOLDS, deal_folds, group_copies
from classifier.reading.documents import read_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

FEWEST_ROWS = 50
"""With fewer rows every judgement is a guess."""
MANY_ROWS = 3_000
SURE = 0.8
"""No label asks for more: of very clean labels the mean is so high that nothing would reach it."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """One row that is probably labelled wrongly.

    `row` counts from 0; `given_odds` and `meant_odds` are the unseen probabilities of the two.
    """

    row: int
    given: str
    meant: str
    given_odds: float
    meant_odds: float


@dataclass(frozen=True, slots=True)
class NoiseReport:
    """Suspects, the surest first, and the estimated share of wrong labels by pair.

    `pairs` holds (given, meant, rows, share of the rows given that label), the most rows first.
    """

    rows: int
    suspects: tuple[Suspect, ...]
    pairs: tuple[tuple[str, str, int, float], ...]

    @property
    def share(self) -> float:
        """Estimated share of wrong labels."""
        return len(self.suspects) / self.rows if self.rows else 0.0


def find_noise(
    texts: Sequence[tuple[str, str]],
    labels: Sequence[str],
    *,
    backing: Sequence[tuple[str, str, str]] = (),
    progress: Callable[[str, float], None] | None = None,
) -> NoiseReport:
    """Rank the rows whose label is probably wrong; TrainingError when there are too few.

    `backing` are (title, text, label) rows that are trusted: they teach and are not judged.
    """
    if len(labels) < FEWEST_ROWS:
        raise TrainingError(f"只有 {len(labels)} 条，至少需要 {FEWEST_ROWS} 条才能核查标注")
    every = [*texts, *((title, text) for title, text, _label in backing)]
    names = tuple(sorted({*labels, *(label for *_rest, label in backing)}))
    if len(names) < 2:  # noqa: PLR2004 - one label leaves nothing to confuse
        raise TrainingError("只有一个标签，无从核查")
    number = {name: place for place, name in enumerate(names)}
    targets = np.array([number[label] for label in (*labels, *(b[2] for b in backing))])
    folds = deal_folds(targets, group_copies(every))
    folds[len(labels) :] = -1
    tell = progress or (lambda _step, _share: None)
    odds = _unseen_odds(every, targets, folds, names, tell)
    judged = np.flatnonzero(folds >= 0)
    suspects = _suspects(odds[judged], targets[judged], judged, names)
    return NoiseReport(len(judged), suspects, _pairs(suspects, Counter(labels)))


def _unseen_odds(
    every: Sequence[tuple[str, str]],
    targets: NDArray[np.int64],
    folds: NDArray[np.int64],
    names: tuple[str, ...],
    tell: Callable[[str, float], None],
) -> NDArray[np.float64]:
    """Probabilities of each judged row by models that had not seen it."""
    documents = read_documents(every)
    family = families_of(names)
    decisions = np.zeros((len(every), len(names)))
    min_rows = 2 if len(every) >= MANY_ROWS else 1
    for fold in range(FOLDS):
        tell(f"第 {fold + 1}/{FOLDS} 折", fold / FOLDS)
        unseen, seen = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if not len(unseen):
            continue
        taught = [documents[row] for row in seen.tolist()]
        space = FeatureSpace.fit(taught, min_rows)
        weights = fit_families(space.matrix(taught), targets[seen], family)
        held = [documents[row] for row in unseen.tolist()]
        decisions[unseen] = weights.decisions(space.matrix(held))
    judged = folds >= 0
    calibration = fit_calibration(decisions[judged], targets[judged])
    return calibration.probabilities(decisions)


def _suspects(
    odds: NDArray[np.float64],
    targets: NDArray[np.int64],
    rows: NDArray[np.int64],
    names: tuple[str, ...],
) -> tuple[Suspect, ...]:
    own = odds[np.arange(len(targets)), targets]
    counts = np.bincount(targets, minlength=len(names))
    sums = np.bincount(targets, weights=own, minlength=len(names))
    bars = np.where(counts > 0, np.minimum(sums / np.maximum(counts, 1), SURE), np.inf)
    confident = np.where(odds >= bars, odds, -1.0)
    meant = confident.argmax(axis=1)
    is_suspect = (confident.max(axis=1) > 0) & (meant != targets) & (odds.argmax(axis=1) == meant)
    found = [
        Suspect(
            row=int(rows[place]),
            given=names[targets[place]],
            meant=names[meant[place]],
            given_odds=float(own[place]),
            meant_odds=float(odds[place, meant[place]]),
        )
        for place in np.flatnonzero(is_suspect).tolist()
    ]
    return tuple(sorted(found, key=lambda suspect: (suspect.given_odds, suspect.row)))


def _pairs(
    suspects: Sequence[Suspect], counted: Counter[str]
) -> tuple[tuple[str, str, int, float], ...]:
    pairs = Counter((suspect.given, suspect.meant) for suspect in suspects)
    return tuple(
        (given, meant, count, count / counted[given])
        for (given, meant), count in pairs.most_common()
    )
