"""Words a model has never learned (未登录词): how far the language has moved away from it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.reading.documents import read_document

if TYPE_CHECKING:
    from classifier.suggesting import Classifier

_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2,}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words one model knows; only words of two Han characters and more are looked at."""

    known: frozenset[str]

    @classmethod
    def of(cls, model: Classifier) -> Vocabulary:
        """Take the words of a model; one that keeps no words knows none."""
        return cls(frozenset(model.space.words.words))

    def unknown(self, title: str, text: str) -> tuple[int, Counter[str]]:
        """How many words a message has, and those among them the model does not know."""
        words = [word for word in read_document(title, text).words if _HAN_WORD.fullmatch(word)]
        return len(words), Counter(word for word in words if word not in self.known)
