"""A citizen's message made ready for counting (待分类文本): words and characters, title apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from classifier.reading.cleaning import clean
from classifier.reading.segmenting import segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_BLANK = ord(" ")
_FIRST_HAN = 0x4E00


@dataclass(frozen=True, slots=True)
class Document:
    """Words and characters of the title alone and of the whole (title and text)."""

    title_words: list[str]
    words: list[str]
    title_characters: NDArray[np.int64]
    characters: NDArray[np.int64]

    @property
    def han(self) -> int:
        """How many Han characters the whole holds."""
        return int(np.count_nonzero(self.characters >= _FIRST_HAN))


def _characters(cleaned: str) -> NDArray[np.int64]:
    """Code points with 0 for each blank, so that no pair of characters spans a gap."""
    points = np.frombuffer(cleaned.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    points[points == _BLANK] = 0
    return points


def read_document(title: str, text: str) -> Document:
    """Clean and cut one message; the title may be empty."""
    cleaned_title, cleaned_text = clean(title), clean(text)
    title_words = segment(cleaned_title)
    return Document(
        title_words=title_words,
        words=title_words + segment(cleaned_text),
        title_characters=_characters(cleaned_title),
        characters=_characters(f"{cleaned_title} {cleaned_text}"),
    )


def read_documents(rows: Iterable[tuple[str, str]]) -> list[Document]:
    """Clean and cut messages given as (title, text)."""
    return [read_document(title, text) for title, text in rows]
