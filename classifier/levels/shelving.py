"""Weights of a label tree as plain arrays, and back (分级权重存取)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from classifier.errors import ArtefactError
from classifier.levels.label_tree import LabelTree
from classifier.levels.weights import LeveledCalibration, LeveledWeights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from classifier.artefact import Artefact

TABLE = ("indptr", "indices", "values")
EDGES = ("bias", "slope", "bend", "shift")


def pack_leveled(
    arrays: dict[str, NDArray[np.generic]],
    prefix: str,
    weights: LeveledWeights,
    calibration: LeveledCalibration,
) -> None:
    """Add the arrays, their names beginning with `prefix`; values are 16 bits wide already."""
    table, tree = weights.table, weights.tree
    arrays[f"{prefix}indptr"] = table.indptr.astype(np.int64)
    width = np.uint16 if len(tree) < 1 << 16 else np.int32
    arrays[f"{prefix}indices"] = table.indices.astype(width)
    arrays[f"{prefix}values"] = table.data.astype(np.float16)
    arrays[f"{prefix}parents"], arrays[f"{prefix}leaves"] = tree.parents, tree.leaves
    arrays[f"{prefix}bias"] = weights.bias
    for name in EDGES[1:]:
        arrays[f"{prefix}{name}"] = getattr(calibration, name)


def is_leveled(stored: Artefact, prefix: str) -> bool:
    """Whether the artefact holds weights of a label tree under this prefix."""
    return f"{prefix}values" in stored.arrays


def unpack_leveled(
    stored: Artefact, prefix: str, width: int, labels: int
) -> tuple[LeveledWeights, LeveledCalibration]:
    """Weights and odds; ArtefactError when they fit neither each other nor words and labels."""
    tree = LabelTree(stored.array(f"{prefix}parents"), stored.array(f"{prefix}leaves"))
    indptr, indices, values = (stored.array(f"{prefix}{name}") for name in TABLE)
    bias, slope, bend, shift = (stored.array(f"{prefix}{name}") for name in EDGES)
    fits = (
        tree.is_whole()
        and len(tree.leaves) == labels
        and len(indptr) == width + 1
        and len(indices) == len(values) == int(indptr[-1])
        and int(indices.max(initial=0)) < len(tree)
        and all(len(one) == len(tree) for one in (bias, slope, bend, shift))
    )
    if not fits:
        raise ArtefactError("模型文件内部不一致（分级权重与词表、类别的数目不符）")
    held = (values.astype(np.float32), indices.astype(np.int32), indptr.astype(np.int32))
    table = sparse.csr_matrix(held, shape=(width, len(tree)))
    return LeveledWeights.of(table, bias, tree), LeveledCalibration(tree, slope, bend, shift)
