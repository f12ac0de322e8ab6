"""Between a classifier and its artefact (模型存取): what is stored, and how it comes back whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from classifier.artefact import Artefact, pack_words, unpack_words
from classifier.errors import ArtefactError
from classifier.learning.blocks import PairBlock, WordBlock
from classifier.learning.calibration import Calibration
from classifier.learning.features import PAIRS, TITLE_PAIRS, TITLE_WORDS, WORDS, FeatureSpace
from classifier.learning.fitting import LinearWeights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from classifier.learning.blocks import BlockPlan
    from classifier.suggesting import Classifier


class Parts(NamedTuple):
    """What makes a classifier, in the order it takes them."""

    labels: tuple[str, ...]
    space: FeatureSpace
    weights: LinearWeights
    calibration: Calibration
    shares: NDArray[np.float64]
    metadata: dict[str, Any]


def pack(classifier: Classifier) -> Artefact:
    """Make the artefact that holds a whole classifier."""
    arrays: dict[str, NDArray[np.generic]] = {
        "weights": classifier.weights.weights,
        "bias": classifier.weights.bias,
        "shift": classifier.calibration.shift,
        "slopes": np.array([classifier.calibration.slope, classifier.calibration.bend]),
        "shares": classifier.shares,
    }
    space = classifier.space
    for words in (space.words, space.title_words):
        arrays[f"{words.plan.name}.keys"] = pack_words(words.words)
        arrays[f"{words.plan.name}.idf"] = words.idf
    for pairs in (space.pairs, space.title_pairs):
        arrays[f"{pairs.plan.name}.keys"] = pairs.keys
        arrays[f"{pairs.plan.name}.idf"] = pairs.idf
    return Artefact(arrays, classifier.metadata)


def unpack(stored: Artefact) -> Parts:
    """Take the classifier's parts out; ArtefactError when they do not fit together."""
    labels = tuple(str(label) for label in stored.metadata.get("labels", ()))
    space = FeatureSpace(
        (_words(stored, WORDS), _words(stored, TITLE_WORDS)),
        (_pairs(stored, PAIRS), _pairs(stored, TITLE_PAIRS)),
    )
    weights = LinearWeights(stored.array("weights"), stored.array("bias"))
    if not labels or weights.weights.shape != (space.width, len(labels)):
        raise ArtefactError("模型文件内部不一致（权重与词表、类别的数目不符）")
    slope, bend = stored.array("slopes").tolist()
    calibration = Calibration(slope, bend, stored.array("shift"))
    shares = stored.array("shares")
    return Parts(labels, space, weights, calibration, shares, stored.metadata)


def _words(stored: Artefact, plan: BlockPlan) -> WordBlock:
    words = unpack_words(stored.array(f"{plan.name}.keys"))
    return WordBlock(plan, words, stored.array(f"{plan.name}.idf"))


def _pairs(stored: Artefact, plan: BlockPlan) -> PairBlock:
    return PairBlock(plan, stored.array(f"{plan.name}.keys"), stored.array(f"{plan.name}.idf"))
