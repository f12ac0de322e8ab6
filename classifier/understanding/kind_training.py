"""Train the model of kinds (类型模型训练): ``python -m classifier.understanding.kind_training``.

Its corpus is written for the project. The weights are kept with the package, because a web worker
should start without loading scikit-learn; a test holds them against corpus and word list.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.understanding.kind_features import readable, signs_of
from classifier.understanding.kinds import KINDS, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterable

CORPUS = "kind_corpus.csv"
# Found by cross-validation within the corpus; between 3 and 30 it makes no difference to speak of.
_C = 10.0
_RAREST = 3


@dataclass(frozen=True, slots=True)
class KindExample:
    """One message written for training, with its kind."""

    kind: str
    text: str


def kind_corpus() -> tuple[KindExample, ...]:
    """Messages of the six kinds, as they lie in `data/kind_corpus.csv`."""
    written = files("classifier").joinpath("data", CORPUS).read_text(encoding="utf-8")
    rows = csv.DictReader(StringIO(written, newline=""))
    return tuple(KindExample(row["kind"], row["text"]) for row in rows)


def trained_weights(examples: Iterable[KindExample]) -> str:
    """Weights learnt from examples as `data/kind_weights.tsv` holds them: 0.01 is fine enough."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - heavy, and for training only
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, training only

    read = [(example.kind, signs_of(readable(example.text))) for example in examples]
    counted = Counter(sign for _, signs in read for sign in signs)
    known = sorted(sign for sign, times in counted.items() if times >= _RAREST)
    rows = {sign: row for row, sign in enumerate(known)}
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for _, signs in read:
        found = sorted(rows[sign] for sign in signs if sign in rows)
        columns += found
        values += [len(found) ** -0.5] * len(found)
        ends.append(len(columns))
    matrix = csr_matrix((values, columns, ends), shape=(len(read), len(known)))
    model = LogisticRegression(C=_C, class_weight="balanced", max_iter=5_000, tol=1e-6)
    model.fit(matrix, [kind for kind, _ in read])
    order = [list(model.classes_).index(kind) for kind in KINDS]
    table = [
        ("sign", *KINDS),
        ("bias", *(f"{value:.2f}" for value in model.intercept_[order])),
        *(
            (sign, *(f"{value:.2f}" for value in weights))
            for sign, weights in zip(known, model.coef_[order].T, strict=True)
        ),
    ]
    return "".join("\t".join(row) + "\n" for row in table)


if __name__ == "__main__":
    place = Path(__file__).parents[1] / "data" / WEIGHTS
    place.write_text(trained_weights(kind_corpus()), encoding="utf-8")
