"""Which rows may teach what (样本整理): copies, spellings and rare labels are settled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.learning.surveying import NO_LETTERS, spelling_key
from classifier.levels.lineage import lineage, parent_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from classifier.learning.surveying import Survey

# A label with fewer messages is learned at its parent: two say too little, and judge nothing.
FEWEST_OF_LABEL = 3
UNUSED = -1


@dataclass(frozen=True, slots=True)
class Curated:
    """The labels to learn and, for each row, the number of its label (-1: not used).

    `report` says in plain figures what was done, for the metadata of the model.
    """

    labels: tuple[str, ...]
    targets: NDArray[np.int64]
    departments: tuple[str, ...]
    department_targets: NDArray[np.int64]
    keys: NDArray[np.uint64]
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def used(self) -> NDArray[np.int64]:
        """Numbers of the rows that teach."""
        return np.flatnonzero(self.targets >= 0)


def curate(found: Survey) -> Curated:
    """Settle a survey; see `Curated.report` for what was merged, dropped or passed over."""
    keys, numbers, departments = found.arrays
    names, spelt, respelt = merge_spellings(found.labels, numbers)
    kept, settled, copies = settle_copies(keys, spelt)
    counts = Counter(names[number] for number in settled[kept].tolist())
    merged = merge_rare(counts)
    final = [merged.get(name, name) for name in names]
    present = sorted({final[number] for number in settled[kept].tolist()})
    place = {name: number for number, name in enumerate(present)}
    into = np.array([place.get(name, UNUSED) for name in final] or [UNUSED], dtype=np.int64)
    targets = np.full(len(keys), UNUSED, dtype=np.int64)
    targets[kept] = into[settled[kept]]
    units, unit_targets, few = _departments(found.departments, departments, targets >= 0)
    report = {**copies, "respelt": respelt, "merged": merged, "departments_ignored": few}
    return Curated(tuple(present), targets, units, unit_targets, keys, report)


def merge_spellings(
    spellings: Mapping[str, int], numbers: NDArray[np.int64]
) -> tuple[tuple[str, ...], NDArray[np.int64], dict[str, str]]:
    """Names, the number of the name for each row, and which spelling became which.

    The commonest spelling is the name of all that differ by blanks, width or case alone.
    """
    rows = np.bincount(numbers, minlength=len(spellings)).tolist()
    best: dict[str, str] = {}
    for spelling in sorted(spellings, key=lambda one: (-rows[spellings[one]], one)):
        best.setdefault(spelling_key(spelling), spelling)
    names = tuple(best.values())
    place = {name: number for number, name in enumerate(names)}
    meant = {spelling: best[spelling_key(spelling)] for spelling in spellings}
    into = np.array([place[meant[spelling]] for spelling in spellings] or [0], dtype=np.int64)
    respelt = {spelling: name for spelling, name in meant.items() if spelling != name}
    return names, into[numbers], respelt


def settle_copies(
    keys: NDArray[np.uint64], labels: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, int]]:
    """Rows to keep (one of each message), their labels, and how many were what.

    Of a message under several labels the commonest counts; where two are equally common nobody
    knows, and it teaches nothing. A message without a letter teaches nothing either.
    """
    worded = np.flatnonzero(keys != NO_LETTERS)
    messages, place = np.unique(keys[worded], return_inverse=True)
    width = int(labels.max(initial=0)) + 1
    pairs, firsts, counts = np.unique(
        place * width + labels[worded], return_index=True, return_counts=True
    )
    message = pairs // width
    order = np.lexsort((firsts, -counts, message))
    leading = np.flatnonzero(np.diff(message[order], prepend=-1))
    rivals = np.minimum(leading + 1, max(len(order) - 1, 0))
    is_tied = (
        (rivals > leading)
        & (message[order[rivals]] == message[order[leading]])
        & (counts[order[rivals]] == counts[order[leading]])
    )
    kept = np.sort(worded[firsts[order[leading[~is_tied]]]])
    told = {
        "duplicates": len(worded) - len(messages),
        "contradictions": int((np.bincount(message) > 1).sum()) if len(message) else 0,
        "undecided": int(is_tied.sum()),
        "wordless": len(keys) - len(worded),
    }
    return kept, labels, told


def merge_rare(counts: Mapping[str, int]) -> dict[str, str]:
    """Labels that are learned at a label above them, deepest first; those on top stay."""
    rows = dict(counts)
    into: dict[str, str] = {}
    deepest_first = sorted(counts, key=lambda name: (-len(lineage(name)), name))
    waiting = list(deepest_first)
    while waiting:
        name = waiting.pop(0)
        above = parent_label(name, rows) if rows[name] < FEWEST_OF_LABEL else None
        if above is None:
            continue
        into[name] = above
        if above not in rows:
            waiting.append(above)
        rows[above] = rows.get(above, 0) + rows.pop(name)
    return {name: _end(into, name) for name in into if name in counts}


def _end(into: Mapping[str, str], name: str) -> str:
    while name in into:
        name = into[name]
    return name


def _departments(
    names: Mapping[str, int], numbers: NDArray[np.int64], used: NDArray[np.bool_]
) -> tuple[tuple[str, ...], NDArray[np.int64], dict[str, int]]:
    """Units to learn, the number of the unit for each row, and those with too few messages."""
    spelt, into, _ = merge_spellings(names, numbers)
    rows = np.bincount(into[used], minlength=len(spelt)).tolist()
    few = {name: n for name, n in zip(spelt, rows, strict=True) if 0 < n < FEWEST_OF_LABEL and name}
    kept = sorted(
        name for name, n in zip(spelt, rows, strict=True) if name and n >= FEWEST_OF_LABEL
    )
    place = {name: number for number, name in enumerate(kept)}
    number = np.array([place.get(name, UNUSED) for name in spelt] or [UNUSED], dtype=np.int64)
    return tuple(kept), np.where(used, number[into], UNUSED), few
