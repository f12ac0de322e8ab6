"""The first look at labelled rows (样本普查): a few bytes for each, however many there are."""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from classifier.learning.folding import letters_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOLD_EVERY = 5_000
NO_LETTERS = 0
_KEY_BYTES = 8


class LabelledRow(NamedTuple):
    """One message of a city's history; `department` is empty where nobody noted it."""

    title: str
    text: str
    label: str
    department: str = ""


Source: TypeAlias = Iterable[LabelledRow]
"""Rows that can be walked through more than once, in the same order each time."""
TellRows: TypeAlias = Callable[[int], None]


@dataclass(slots=True)
class Survey:
    """What the first walk found: a key of each message's letters, its label, its department."""

    keys: array[int] = field(default_factory=lambda: array("Q"))
    label_numbers: array[int] = field(default_factory=lambda: array("l"))
    department_numbers: array[int] = field(default_factory=lambda: array("l"))
    labels: dict[str, int] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def __len__(self) -> int:
        return len(self.keys)

    def add(self, row: LabelledRow) -> None:
        """Note one row; spellings of a label are told apart here and merged later."""
        label, department = tidy(row.label), tidy(row.department)
        self.keys.append(key_of(row.title, row.text))
        self.label_numbers.append(self.labels.setdefault(label, len(self.labels)))
        self.department_numbers.append(
            self.departments.setdefault(department, len(self.departments))
        )
        told = f"{label}\x1f{department}\x1f{row.title}\x1f{row.text}\x1e"
        self.digest.update(told.encode("utf-8", "replace"))

    @property
    def arrays(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """Keys, label numbers and department numbers, one for each row."""
        return (
            np.array(self.keys, dtype=np.uint64),
            np.array(self.label_numbers, dtype=np.int64),
            np.array(self.department_numbers, dtype=np.int64),
        )


def survey(source: Source, tell: TellRows | None = None) -> Survey:
    """Walk through all rows once; `tell` is called with the number of rows seen so far."""
    found = Survey()
    for row in source:
        found.add(row)
        if tell is not None and len(found) % TOLD_EVERY == 0:
            tell(len(found))
    return found


def key_of(title: str, text: str) -> int:
    """Number of a message's letters; copies have the same, and 0 says there are none at all."""
    letters = f"{letters_of(title)}\x1f{letters_of(text)}"
    if letters == "\x1f":
        return NO_LETTERS
    digest = hashlib.blake2b(letters.encode("utf-8", "replace"), digest_size=_KEY_BYTES)
    return int.from_bytes(digest.digest(), "big") or 1


def tidy(label: str) -> str:
    """A label without blanks around its steps; ／ parts steps as / does."""
    parts = (part.strip() for part in label.replace("／", "/").split("/"))
    return "/".join(part for part in parts if part)


def spelling_key(label: str) -> str:
    """What labels that differ by blanks, full-width forms or case have in common."""
    return "".join(unicodedata.normalize("NFKC", label).split()).casefold()
