"""Between a classifier and its artefact (模型存取): what is stored, and how it comes back whole."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from classifier.artefact import Artefact, pack_words, unpack_words
from classifier.errors import ArtefactError
from classifier.learning.blocks import PairBlock, WordBlock
from classifier.learning.calibration import Calibration
from classifier.learning.features import CHARACTERS, TITLE_WORDS, WORDS, FeatureSpace
from classifier.learning.fitting import LinearWeights
from classifier.learning.prior import Prior
from classifier.levels.head import Head
from classifier.levels.shelving import is_leveled, pack_leveled, unpack_leveled
from classifier.levels.weights import LeveledCalibration, LeveledWeights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from classifier.suggesting import Classifier


# Weights are plain arrays, the same to every numpy; only the cutting of words must agree.
PRIOR, LEVELS, UNITS = "prior.", "levels.", "units."
UNIT_NAMES = "unit_names"
CUTTERS = ("jieba", "rjieba")


class Parts(NamedTuple):
    """What makes a classifier, in the order it takes them."""

    labels: tuple[str, ...]
    space: FeatureSpace
    weights: LinearWeights | LeveledWeights
    calibration: Calibration | LeveledCalibration
    shares: NDArray[np.float64]
    metadata: dict[str, Any]
    prior: Prior | None
    departments: Head | None


def pack(classifier: Classifier) -> Artefact:
    """Make the artefact that holds a whole classifier."""
    arrays: dict[str, NDArray[np.generic]] = {"shares": classifier.shares}
    weights, calibration = classifier.weights, classifier.calibration
    if isinstance(weights, LeveledWeights) and isinstance(calibration, LeveledCalibration):
        pack_leveled(arrays, LEVELS, weights, calibration)
    elif isinstance(weights, LinearWeights) and isinstance(calibration, Calibration):
        arrays["weights"], arrays["bias"] = weights.weights, weights.bias
        arrays["slopes"] = np.array([calibration.slope, calibration.bend])
        arrays["shift"] = calibration.shift
    _pack_space(arrays, "", classifier.space)
    if classifier.prior is not None:
        _pack_space(arrays, PRIOR, classifier.prior.space)
        arrays[f"{PRIOR}weights"] = classifier.prior.weights.weights
        arrays[f"{PRIOR}bias"] = classifier.prior.weights.bias
        arrays[f"{PRIOR}starts"] = classifier.prior.starts
    metadata = classifier.metadata
    if classifier.departments is not None:
        head = classifier.departments
        pack_leveled(arrays, UNITS, head.weights, head.calibration)
        metadata = {**metadata, UNIT_NAMES: list(head.labels)}
    return Artefact(arrays, metadata)


def _pack_space(arrays: dict[str, NDArray[np.generic]], prefix: str, space: FeatureSpace) -> None:
    for words in (space.words, space.title_words):
        arrays[f"{prefix}{words.plan.name}.keys"] = pack_words(words.words)
        arrays[f"{prefix}{words.plan.name}.idf"] = words.idf
    for pairs in space.characters:
        arrays[f"{prefix}{pairs.plan.name}.keys"] = pairs.keys
        arrays[f"{prefix}{pairs.plan.name}.idf"] = pairs.idf


def unpack(stored: Artefact) -> Parts:
    """Take the classifier's parts out; ArtefactError when they do not fit together."""
    labels = tuple(str(label) for label in stored.metadata.get("labels", ()))
    space = _space(stored, "")
    weights, calibration = _weights(stored, space.width, len(labels))
    shares = stored.array("shares")
    if not labels or len(shares) != len(labels):
        raise ArtefactError("模型文件内部不一致（权重与词表、类别的数目不符）")
    prior = _prior(stored, len(labels)) if f"{PRIOR}weights" in stored.arrays else None
    said = {key: value for key, value in stored.metadata.items() if key != UNIT_NAMES}
    return Parts(labels, space, weights, calibration, shares, said, prior, _units(stored, space))


def _weights(
    stored: Artefact, width: int, labels: int
) -> tuple[LinearWeights | LeveledWeights, Calibration | LeveledCalibration]:
    if is_leveled(stored, LEVELS):
        return unpack_leveled(stored, LEVELS, width, labels)
    weights = LinearWeights(stored.array("weights"), stored.array("bias"))
    if weights.weights.shape != (width, labels):
        raise ArtefactError("模型文件内部不一致（权重与词表、类别的数目不符）")
    slope, bend = stored.array("slopes").tolist()
    return weights, Calibration(slope, bend, stored.array("shift"))


def _units(stored: Artefact, space: FeatureSpace) -> Head | None:
    if not is_leveled(stored, UNITS):
        return None
    names = tuple(str(name) for name in stored.metadata.get(UNIT_NAMES, ()))
    return Head(names, *unpack_leveled(stored, UNITS, space.width, len(names)))


def _prior(stored: Artefact, labels: int) -> Prior:
    space = _space(stored, PRIOR)
    weights = LinearWeights(stored.array(f"{PRIOR}weights"), stored.array(f"{PRIOR}bias"))
    starts = stored.array(f"{PRIOR}starts")
    if len(weights.weights) != space.width or len(starts) != labels:
        raise ArtefactError("模型文件内部不一致（先验权重与词表、类别的数目不符）")
    return Prior(space, weights, starts)


def strangeness_of(metadata: dict[str, Any]) -> str:
    """Sentence for a model trained with another version of a cutter, empty when all agree."""
    trained_with = metadata.get("libraries")
    said = trained_with if isinstance(trained_with, dict) else {}
    differing = [
        f"{name} {said.get(name, '（未注明）')}（现为 {version(name)}）"
        for name in CUTTERS
        if said.get(name) != version(name)
    ]
    if not differing:
        return ""
    return (
        f"模型 {metadata.get('id')} 训练时用的是 {'、'.join(differing)}，"
        "分词可能略有不同：可以使用，请用 hotline model evaluate 核对，或重新训练"
    )


def _space(stored: Artefact, prefix: str) -> FeatureSpace:
    words = [
        WordBlock(
            plan,
            unpack_words(stored.array(f"{prefix}{plan.name}.keys")),
            stored.array(f"{prefix}{plan.name}.idf"),
        )
        for plan in (WORDS, TITLE_WORDS)
    ]
    pairs = tuple(
        PairBlock(
            plan,
            stored.array(f"{prefix}{plan.name}.keys"),
            stored.array(f"{prefix}{plan.name}.idf"),
        )
        for plan in CHARACTERS
    )
    return FeatureSpace((words[0], words[1]), pairs)
