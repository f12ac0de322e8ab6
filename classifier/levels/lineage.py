"""Who is above a label (上下级): by the shipped tree, or by the label's own path (甲/乙/丙)."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from classifier.tree import FIRST_LEVEL_DIGITS, load_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

SLASH = "/"


class Ancestor(NamedTuple):
    """A category above some labels: its key, what to call it, and its code in the tree."""

    key: str
    label: str
    code: str | None


@cache
def lineage(label: str) -> tuple[str, ...]:
    """Keys from the first level down to the label itself.

    A key is a code of the shipped tree where the tree knows the category on that level, else
    the path so far. A label that is neither in the tree nor a path has nobody above it.
    """
    tree = load_tree()
    code = tree.resolve(label)
    if code is not None:
        return tuple(
            code[:digits] for digits in range(FIRST_LEVEL_DIGITS, len(code) + 1, FIRST_LEVEL_DIGITS)
        )
    parts = label.split(SLASH)
    keys = []
    for level in range(1, len(parts) + 1):
        path = SLASH.join(parts[:level])
        known = tree.resolve(path)
        is_same_level = known is not None and len(known) == FIRST_LEVEL_DIGITS * level
        keys.append(known if known is not None and is_same_level else path)
    return tuple(keys)


@cache
def ancestor(key: str) -> Ancestor:
    """What a key of `lineage` is called: the name of a first level, the path of a deeper one."""
    tree = load_tree()
    if tree.get(key) is not None:
        return Ancestor(key, tree.path(key), key)
    return Ancestor(key, key, None)


@cache
def nearest_code(label: str) -> str | None:
    """Code of a label in the shipped tree, or of the nearest category above it that is there."""
    tree = load_tree()
    return next((key for key in reversed(lineage(label)) if tree.get(key) is not None), None)


def parent_label(label: str, known: Iterable[str]) -> str | None:
    """The label one level up, worded as in `known` where it stands there; None at the top."""
    above = lineage(label)[:-1]
    if not above:
        return None
    key = above[-1]
    same = next((other for other in known if lineage(other)[-1] == key), None)
    if same is not None:
        return same
    return key if load_tree().get(label) is not None else ancestor(key).label


def members(labels: Iterable[str]) -> dict[str, list[int]]:
    """Places of the labels under (or at) each key of their lineages."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        for key in lineage(label):
            found[key].append(place)
    return dict(found)
